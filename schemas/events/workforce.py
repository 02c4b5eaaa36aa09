"""Facts about one employee's work, keyed by employee: shifts, punches, leave, judgements."""

from datetime import date
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
    planned_at: Instant | None = None
    """When the shift was first planned; none on events from before this was said."""
    edited_by: UUID | None = None
    """Who has changed the plan last; none: nobody, or not known."""


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
    edited_by: UUID | None = None
    """Who has corrected it; none: it is as it was punched."""


class PunchVoided(RowEvent):
    """The punch never happened: deleted, or moved to another employee."""

    punch_id: UUID
    edited_by: UUID | None = None
    """Who has voided it; none: not known."""


class LeaveRecorded(RowEvent):
    """A request for leave as it stands now. What kind of leave it is does not travel."""

    leave_id: UUID
    starts_at: Instant
    ends_at: Instant
    status: str
    """``requested``, ``approved``, ``refused`` or ``cancelled``."""
    protected: bool
    edited_by: UUID | None = None
    """Who has decided or changed it last; none: not known."""


class LeaveRemoved(RowEvent):
    """The request is gone."""

    leave_id: UUID


class EmploymentRecorded(RowEvent):
    """From when to when somebody works here, in days of the place where a shift is, and whether they have to clock."""

    hired_on: date
    ended_on: date | None
    """The last day."""
    suspended_from: date | None
    suspended_until: date | None
    """The last day of it; none: until further notice."""
    clocking: str
    """``required`` or ``exempt``."""
    job_position_id: UUID | None


class AbsenceCalled(RowEvent):
    """Somebody has told that they do not come to a shift; `occurred_at` is when they told it."""

    call_id: UUID
    shift_id: UUID


class AbsenceCallRemoved(RowEvent):
    """The call was never made."""

    call_id: UUID


class AttendanceExceptionRecorded(RowEvent):
    """What a person has said of a shift that the clock cannot know; why stays in PostgreSQL.

    `kind` is ``excused``, ``come_late`` or ``leave_early`` (permission, for `minutes`), ``worked`` (the punches are
    missing), ``acknowledged`` (a change of the plan), ``absence_confirmed``, ``unprotected`` (an absence that was
    called) or ``contacted`` (somebody has reached the employee; of no shift).
    """

    exception_id: UUID
    shift_id: UUID | None
    kind: str
    minutes: int | None
    given_by: UUID


class AttendanceExceptionRemoved(RowEvent):
    """It was taken back."""

    exception_id: UUID


class NoticeDelivered(RowEvent):
    """A notice about this employee has reached whom it was for; `occurred_at` is when."""

    notice_id: UUID
    recipient: str
    kind: str
    shift_id: UUID | None


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


class ReliabilityScored(WorkforceEvent):
    """The score of one employee. A higher `version` supersedes the lower ones."""

    version: int
    tenths: int | None
    """In tenths of a percent, half-even; none: too few shifts count."""
    eligible: int
    """Shifts that count."""
    since: Instant
    until: Instant
    """The window: it ends at the start of the newest settled shift."""
    policy_version: int
