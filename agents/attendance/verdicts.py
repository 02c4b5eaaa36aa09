"""Verdicts and what they count for (X1): of several that fit, the one with the lowest credit."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from agents.attendance.timesheet import Punch, Verdict
from schemas.policies import AttendancePolicy

CREDITS: Mapping[Verdict, str] = {
    "late_and_early": "credit_late_and_early",
    "very_late": "credit_very_late",
    "late": "credit_late",
    "early_leave": "credit_early_leave",
    "missing_in": "credit_missing_punch",
    "missing_out": "credit_missing_punch",
    "on_time": "credit_on_time",
    "absent_unexcused": "credit_absent_unexcused",
    "no_call_no_show": "credit_no_call_no_show",
}
"""The policy's field by verdict; of those that credit alike, the first is said. What is not here does not count."""
ABSENT: frozenset[Verdict] = frozenset({"no_call_no_show", "absent_unexcused"})
"""Absences that are held against somebody, once they have settled."""
FULL = 100


class Finding(NamedTuple):
    """A verdict and what it rests on."""

    verdict: Verdict
    credit: int | None = None
    minutes: int = 0
    early: int = 0
    settled: bool = False
    inferred: bool = False
    due: datetime | None = None
    arrival: Punch | None = None
    protected: bool = False

    @property
    def is_adverse(self) -> bool:
        """Whether something is held against the employee."""
        return self.minutes > 0 or (self.credit is not None and self.credit < FULL)


class Lacking(NamedTuple):
    """What was amiss with a shift that was worked: whole minutes beyond the grace, and punches."""

    late: int
    very_late: bool
    early: int
    came: bool
    left: bool


def credit(verdict: Verdict, policy: AttendancePolicy) -> int | None:
    """Return what a verdict counts for, in hundredths; none when the shift does not count."""
    return getattr(policy, CREDITS[verdict]) if verdict in CREDITS else None


def of_work(lacking: Lacking, policy: AttendancePolicy) -> Verdict:
    """Return the verdict on a shift that was worked."""
    fitting: dict[Verdict, bool] = {
        "late_and_early": lacking.late > 0 and lacking.early > 0,
        "very_late": lacking.late > 0 and lacking.very_late,
        "late": lacking.late > 0,
        "early_leave": lacking.early > 0,
        "missing_in": lacking.came,
        "missing_out": lacking.left,
        "on_time": True,
    }
    return min((each for each, fits in fitting.items() if fits), key=lambda each: credit(each, policy) or 0)
