"""Facts about one employee's work, keyed by employee: shifts, punches, leave, judgements."""

from typing import ClassVar
from uuid import UUID

from schemas.events.base import Event, Instant


class WorkforceEvent(Event):
    """A fact about one employee."""

    namespace: ClassVar[str] = "rollcall.workforce"
    employee_id: UUID

    @property
    def key(self) -> str:
        return str(self.employee_id)


class RowEvent(WorkforceEvent):
    """A fact that a row states. The newest `revision` of a natural key holds, in whatever order they arrive."""

    revision: int


class ShiftScheduled(RowEvent):
    """A shift of this employee, as it stands now; `occurred_at` is its start."""

    shift_id: UUID
    location_id: UUID
    starts_at: Instant
    ends_at: Instant
    kind: str = "work"
    """``work``, ``on_call`` or ``training``."""


class ShiftCancelled(RowEvent):
    """The shift is not this employee's any more: deleted, or given to somebody else."""

    shift_id: UUID


class PunchRecorded(RowEvent):
    """A punch; `occurred_at` is the punched instant. A corrected punch comes again with a higher revision."""

    punch_id: UUID
    direction: str
    """``in``, ``out`` or ``unknown``: a device that does not ask which."""
    location_id: UUID | None
    source: str
    device: str | None


class PunchVoided(RowEvent):
    """The punch never happened: deleted, or moved to another employee."""

    punch_id: UUID


class LeaveRecorded(RowEvent):
    """A request for leave as it stands now. What kind of leave it is does not travel."""

    leave_id: UUID
    starts_at: Instant
    ends_at: Instant
    status: str
    """``requested``, ``approved``, ``refused`` or ``cancelled``."""
    protected: bool


class LeaveRemoved(RowEvent):
    """The request is gone."""

    leave_id: UUID


class ShiftJudged(WorkforceEvent):
    """What attendance says about one shift. A higher `version` supersedes the lower ones of the same shift."""

    shift_id: UUID
    location_id: UUID
    starts_at: Instant
    version: int
    verdict: str
    """See docs/attendance.md; ``pending``: what was said before is void."""
    minutes: int
    """Whole minutes late, rounded down; 0 within the grace."""
    policy_version: int
    minutes_early: int = 0
    """Whole minutes that somebody left early, rounded down; 0 within the grace."""
    credit: int | None = None
    """What the shift counts for, in hundredths; none when it does not count."""
    settled: bool = False
    """Whether it is judged to its end; new truth can still judge it again."""
    inferred: bool = False
    """Whether it rests on a punch of which the device did not say if it was in or out."""
