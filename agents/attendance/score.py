"""The reliability score: the mean of what the shifts of the last 90 days count for (X1); in docs/attendance.md."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from agents.attendance.ledger import Ledger
from agents.attendance.memory import Chapter, Settled, Shown
from agents.attendance.timesheet import Timesheet
from agents.kernel import Wake, World
from schemas.events import Event, ReliabilityScored
from schemas.policies import AttendancePolicy


def in_force(shift: Settled, world: World) -> tuple[int, AttendancePolicy]:
    """Return version and policy by which a shift is judged, and the score as of it."""
    version, policy = world.versioned(AttendancePolicy, shift.starts_at)
    if not policy.overrides:
        return version, policy
    held = shift.position_id
    return version, policy.at_place(UUID(bytes=shift.location_id), None if held is None else UUID(bytes=held))


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
    """The settled shifts in order, and the score as of any of them."""

    __slots__ = ("_alike", "_world", "shifts")

    def __init__(self, shifts: Sequence[Settled], world: World, chapters: Sequence[Chapter] = ()) -> None:
        self.shifts = Ledger(shifts, chapters)
        self._world = world
        self._alike = _alike(self.shifts, world) if self.shifts else None

    def in_force(self, place: int) -> tuple[int, AttendancePolicy]:
        """Return version and policy by which the score as of a shift is: mostly one for all of them."""
        return self._alike or in_force(self.shifts[place], self._world)

    def window(self, place: int, policy: AttendancePolicy) -> range:
        """Return the places of the shifts in the window that ends with one."""
        return range(min(place, self.shifts.after(self.shifts.start(place) - policy.score_window)), place + 1)

    def as_of(self, place: int, policy: AttendancePolicy) -> Score:
        """Return the score when this shift was the newest."""
        window = self.window(place, policy)
        total, eligible = self.shifts.counted(window)
        enough = eligible >= policy.score_shifts
        for credit in self.shifts.kept(window) if enough else ():
            if credit * eligible > total:  # an absence that protected leave excuses never lowers the mean
                total, eligible = total + credit, eligible + 1
        until = self.shifts.start(place)
        return Score(tenths(total, eligible) if enough else None, total, eligible, until - policy.score_window, until)


def _alike(shifts: Ledger, world: World) -> tuple[int, AttendancePolicy] | None:
    """Return what is in force at all of the shifts; none: it is not one."""
    first, last = (world.versioned(AttendancePolicy, shifts.start(place)) for place in (0, len(shifts) - 1))
    return first if first[0] == last[0] and not first[1].overrides else None


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
