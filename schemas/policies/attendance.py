"""How attendance is judged."""

from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.policies.base import Policy, Positive, Window

Hundredths = Annotated[int, Field(ge=0, le=100)]


class AttendancePolicy(Policy):
    """How attendance is judged (S0-B3, S1-R2; X2, X11, X12)."""

    name: ClassVar[str] = "attendance"

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
    credit_on_time: Hundredths = 100
    credit_late: Hundredths = 50
    credit_very_late: Hundredths = 25
    credit_early_leave: Hundredths = 50
    credit_late_and_early: Hundredths = 25
    credit_missing_punch: Hundredths = 75
    credit_absent_unexcused: Hundredths = 0
    """What a shift counts for that is judged so, in hundredths (X1)."""
    flag_count: int = Field(3, ge=1)
    """Shifts, late or absent, that raise a flag..."""
    flag_window: Annotated[Positive, Field(le=timedelta(days=30))] = timedelta(days=14)
    """...when they start less than this long apart."""
    proposal_lifetime: Positive = timedelta(days=14)
    """A proposal that nobody answers for this long expires."""
    history: timedelta = Field(timedelta(days=60), ge=timedelta(days=30))
    """Facts older than this, against the newest `recorded_at`, are forgotten."""


POLICY = AttendancePolicy
