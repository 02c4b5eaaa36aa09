"""How attendance is judged."""

from collections.abc import Iterable
from datetime import timedelta
from functools import cached_property
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.policies.base import Policy, Positive, Window

Hundredths = Annotated[int, Field(ge=0, le=100)]
Percent = Annotated[int, Field(ge=0, le=100)]
Days = Annotated[timedelta, Field(ge=timedelta(), le=timedelta(days=7))]


class Override(BaseModel):
    """What differs at a place, for a position, or for a position at a place: fields, as in the policy's document."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    location_id: UUID | None = None
    job_position_id: UUID | None = None
    changes: dict[str, str | int]

    def fits(self, location_id: UUID | None, job_position_id: UUID | None) -> bool:
        return self.location_id in (None, location_id) and self.job_position_id in (None, job_position_id)

    @property
    def weight(self) -> tuple[bool, bool]:
        """A place weighs more than a position, and both more than one."""
        return self.location_id is not None, self.job_position_id is not None


class AttendancePolicy(Policy):
    """How attendance is judged (S0-B3, S1-R2; X2, X11, X12)."""

    name: ClassVar[str] = "attendance"
    retired: ClassVar[frozenset[str]] = frozenset({"flag_count", "flag_window"})

    grace: timedelta = Field(timedelta(minutes=5), ge=timedelta())
    """Coming late or leaving early up to and including this many minutes does not count."""
    very_late: Positive = timedelta(minutes=60)
    """Who comes this late is very late."""
    early_window: Window = timedelta(hours=4)
    """How long before the start a punch can belong to a shift that was not worked otherwise."""
    late_window: Window = timedelta(hours=6)
    """How long after the end a punch can belong to a shift that was not worked otherwise."""
    same_punch: timedelta = Field(timedelta(seconds=60), ge=timedelta())
    """Equal punches no further apart are one."""
    shortest_stint: timedelta = Field(timedelta(minutes=2), ge=timedelta())
    """A shorter stint right before an out without an in is a slip."""
    longest_stint: Window = timedelta(hours=16)
    """An out that comes later does not belong to the in before it."""
    handover: timedelta = Field(timedelta(minutes=15), ge=timedelta(), le=timedelta(hours=1))
    """Who is still clocked in from a shift that ended at most this long before the start needs no new punch."""
    no_show_after: Window = timedelta(hours=2)
    """Without a punch this long after work was due to begin, or at its end if that comes first: absent."""
    call_grace: Days = timedelta(hours=24)
    """An absence that is told up to this long after the end of the shift was called."""
    plan_notice: Days = timedelta(hours=24)
    """A plan binds who knew of it this long before the start."""
    settle_after: Days = timedelta(hours=48)
    """An absence that nothing explains is a no-show this long after the end of the shift, at the earliest..."""
    question_wait: Days = timedelta(hours=24)
    """...and this long after the employee was asked about it."""
    credit_on_time: Hundredths = 100
    credit_late: Hundredths = 50
    credit_very_late: Hundredths = 25
    credit_early_leave: Hundredths = 50
    credit_late_and_early: Hundredths = 25
    credit_missing_punch: Hundredths = 75
    credit_absent_called_out: Hundredths = 50
    credit_absent_unexcused: Hundredths = 0
    credit_no_call_no_show: Hundredths = 0
    """What a shift counts for that is judged so, in hundredths (X1)."""
    score_window: Annotated[Positive, Field(le=timedelta(days=180))] = timedelta(days=90)
    """The score is the mean over the shifts of this long, up to the newest settled one (X1)."""
    score_shifts: int = Field(10, ge=1)
    """Fewer shifts that count make no score."""
    flag_below: Percent = 80
    """A score below this raises a flag for the manager (S0-B3.1)..."""
    flag_hr_below: Percent = 60
    """...and below this one for HR (S0-B3.2)."""
    flag_rearm: Percent = 2
    """Once the score is this much above a threshold again, falling below it raises another flag."""
    review_episodes: int = Field(3, ge=1)
    """Episodes of no-shows within `score_window` that ask for a disciplinary review (S0-B3.3)."""
    flag_memory: Annotated[Positive, Field(le=timedelta(days=365))] = timedelta(days=180)
    """Flags are checked against late truth for this long."""
    proposal_lifetime: Positive = timedelta(days=14)
    """A proposal that nobody answers for this long expires."""
    history: timedelta = Field(timedelta(days=120), ge=timedelta(days=30), le=timedelta(days=365))
    """Facts older than this, against the newest `recorded_at`, are forgotten."""
    overrides: tuple[Override, ...] = ()
    """What differs for some; of several that fit, the one that says more of whom wins, and of those the last."""

    @model_validator(mode="after")
    def _can_be_resolved(self) -> Self:
        for each in self.overrides:
            self._changed((each,))
        return self

    def at_place(self, location_id: UUID | None, job_position_id: UUID | None) -> "AttendancePolicy":
        """Return the policy for a position at a place; the same object each time."""
        if not self.overrides:
            return self
        known = self._resolved
        if (location_id, job_position_id) not in known:
            fitting = (each for each in self.overrides if each.fits(location_id, job_position_id))
            known[location_id, job_position_id] = self._changed(sorted(fitting, key=lambda each: each.weight))
        return known[location_id, job_position_id]

    @cached_property
    def _resolved(self) -> "dict[tuple[UUID | None, UUID | None], AttendancePolicy]":
        return {}

    def _changed(self, overrides: Iterable[Override]) -> "AttendancePolicy":
        document = self.model_dump(mode="json", exclude={"overrides"})
        for each in overrides:
            document |= each.changes
        return type(self).model_validate(document)


POLICY = AttendancePolicy
