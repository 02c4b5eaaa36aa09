"""The reliability score: the mean of what the shifts of the last 90 days count for (X1); in docs/attendance.md."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from agents.attendance.memory import Settled, Shown
from agents.attendance.settled import in_force
from agents.attendance.timesheet import Timesheet
from agents.kernel import Wake, World
from schemas.events import Event, ReliabilityScored
from schemas.policies import AttendancePolicy

FULL = 100
"""What a shift counts for at most, in hundredths."""


class Score(NamedTuple):
    """The score as of a shift. `since` is not in the window any more, `until`, the start of that shift, is."""

    tenths: int | None
    """In tenths of a percent, as it is shown; none: too few shifts count."""
    total: int
    """In hundredths."""
    eligible: int
    """Shifts that the mean is over."""
    since: datetime
    until: datetime


class Record:
    """The settled shifts in order, with running sums: the score as of any of them takes no walk."""

    __slots__ = ("_alike", "_counts", "_kept", "_sums", "_world", "shifts", "starts")

    def __init__(self, shifts: Sequence[Settled], world: World) -> None:
        self.shifts = shifts
        self._world = world
        self.starts = [each.starts_at for each in shifts]
        self._sums = [0, *accumulate([each.credit or 0 for each in shifts])]
        self._counts = [0, *accumulate([each.credit is not None for each in shifts])]
        self._kept = [place for place, each in enumerate(shifts) if each.without_leave is not None]

        first, last = (in_force(each, world) for each in (shifts[0], shifts[-1])) if shifts else (None, None)
        self._alike = first if first == last else None

    def in_force(self, place: int) -> tuple[int, AttendancePolicy]:
        """Return version and policy by which the score as of a shift is: mostly one for all of them."""
        return self._alike or in_force(self.shifts[place], self._world)

    def window(self, place: int, policy: AttendancePolicy) -> range:
        """Return the places of the shifts in the window that ends with one."""
        return range(bisect_right(self.starts, self.starts[place] - policy.score_window, hi=place), place + 1)

    def as_of(self, place: int, policy: AttendancePolicy) -> Score:
        """Return the score when this shift was the newest."""
        window = self.window(place, policy)
        total = self._sums[place + 1] - self._sums[window.start]
        eligible = self._counts[place + 1] - self._counts[window.start]
        enough = eligible >= policy.score_shifts
        for credit in self.kept(window):
            if credit * eligible > total and enough:  # an absence that protected leave excuses never lowers the mean
                total, eligible = total + credit, eligible + 1
        until = self.starts[place]
        return Score(tenths(total, eligible) if enough else None, total, eligible, until - policy.score_window, until)

    def tenths_as_of(self, place: int, policy: AttendancePolicy) -> int | None:
        """Return no more of the score than its number; a scan asks for many."""
        if self._kept:
            return self.as_of(place, policy).tenths
        first = bisect_right(self.starts, self.starts[place] - policy.score_window, 0, place)
        eligible = self._counts[place + 1] - self._counts[first]
        return tenths(self._sums[place + 1] - self._sums[first], eligible) if eligible >= policy.score_shifts else None

    def kept(self, window: range) -> list[int]:
        """Return what absences excused by protected leave would count for without it, the best first."""
        if not self._kept:
            return []
        found = (self.shifts[place].without_leave for place in self._kept if place in window)
        return sorted((each for each in found if each is not None), reverse=True)


def tenths(total: int, eligible: int) -> int:
    """Return the mean of credits in tenths of a percent, half-even."""
    whole, rest = divmod(10 * total, eligible)
    return whole + (2 * rest > eligible or (2 * rest == eligible and whole % 2 == 1))


def shown(record: Record) -> tuple[Score, int] | None:
    """Return the score that is shown, and the version of the policy it is by; none before the first settled shift.

    Of absences that protected leave excuses, the newest ones move the window only where that is better: leave must
    not age the good shifts out either (X1).
    """
    found: tuple[Score, int] | None = None
    for place in range(len(record.shifts) - 1, -1, -1):
        version, policy = record.in_force(place)
        score = record.as_of(place, policy)
        if found is None or _is_better(score, found[0]):
            found = score, version
        if not record.shifts[place].protected:
            break
    return found


def _is_better(score: Score, other: Score) -> bool:
    return score.tenths is not None and (other.tenths is None or score.tenths > other.tenths)


def scored(sheet: Timesheet, record: Record, cause: Event | Wake, world: World) -> tuple[Timesheet, list[Event]]:
    """Return the sheet with the score that is shown now, and the event that says it if it is another."""
    version, policy = world.versioned(AttendancePolicy, cause.occurred_at)
    nothing = Score(None, 0, 0, cause.occurred_at - policy.score_window, cause.occurred_at)
    score, version = shown(record) or (nothing, version)
    if score.tenths == sheet.shown.tenths:
        return sheet, []
    said = Shown(sheet.shown.version + 1, score.tenths)
    employee = UUID(bytes=sheet.employee_id)
    event = ReliabilityScored.caused_by(
        cause,
        employee,
        said.version,
        employee_id=employee,
        version=said.version,
        tenths=score.tenths,
        eligible=score.eligible,
        since=score.since,
        until=score.until,
        policy_version=version,
    )
    return replace(sheet, shown=said), [event]
