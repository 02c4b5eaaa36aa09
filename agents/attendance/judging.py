"""What attendance says about a shift: a pure function of the facts around it and the policy in force at its start."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from agents.attendance.cases import Case, cases, reached
from agents.attendance.matching import Match
from agents.attendance.required import MINUTE, missed
from agents.attendance.timesheet import MOVED, NEVER, Punch, Shift, Span, Timesheet, Verdict
from agents.attendance.verdicts import ABSENT, Lacking, of_work
from agents.kernel import World
from schemas.policies import AttendancePolicy


class Finding(NamedTuple):
    """A verdict and what it rests on."""

    verdict: Verdict
    policy: int
    minutes: int = 0
    early: int = 0
    settled: bool = False
    inferred: bool = False
    due: datetime | None = None
    arrival: Punch | None = None


def finding(case: Case) -> Finding:
    """Judge one shift."""
    if not case.match.pieces:
        return unworked(case)
    return worked(case) if case.needed else Finding("on_time", case.version, settled=True)


def unworked(case: Case) -> Finding:
    """Judge a shift without work. Only a wake-up finds that somebody is absent; what was found so stays so (X2)."""
    if not case.needed:  # all of it is free: nobody had to come
        verdict: Verdict = "exempt" if case.shift.kind == "on_call" else "absent_excused"
        return Finding(verdict, case.version, settled=True)
    begin, end = case.needed[0][0], case.needed[-1][1]
    due = min(begin + case.policy.no_show_after, end)
    if case.passed < due:
        return Finding("pending", case.version, due=due)
    verdict = absence(case, due)
    return Finding(verdict, case.version, settled=verdict not in ABSENT)


def absence(case: Case, due: datetime) -> Verdict:
    """Return the kind of an absence: what excuses it comes first, then what explains it (S0-B3)."""
    shift = case.shift
    touching = [each for each in case.leaves if each.starts_at < shift.ends_at and each.ends_at > shift.starts_at]
    if any(each.status == "approved" and (each.protected or each.starts_at <= due < each.ends_at) for each in touching):
        return "absent_excused"
    if case.match.elsewhen:
        return "worked_other_hours"
    return "absent_unexcused" if any(each.status == "refused" for each in touching) else "absent_provisional"


def worked(case: Case) -> Finding:
    """Judge a shift that was worked: by the first in and, once it is over, by the last out (S0-B3, X1)."""
    late, arrival, lacks_in = coming(case)
    early, lacks_out, due = leaving(case)
    if arrival is not None and arrival.way == "unknown" and (due is not None or is_odd(case.match)):
        late = 0  # what was inferred is held against nobody before all of it is known, and fits
    grace, very_late = case.policy.grace, case.policy.very_late
    lacking = Lacking(
        late=late if late * MINUTE > grace else 0,
        very_late=late * MINUTE >= very_late,
        early=early if early * MINUTE > grace else 0,
        came=lacks_in,
        left=lacks_out,
    )
    return Finding(
        of_work(lacking, case.policy),
        case.version,
        lacking.late,
        lacking.early,
        settled=due is None,
        inferred=any(each.stint.inferred for each in case.match.pieces),
        due=due,
        arrival=arrival if lacking.late else None,
    )


def coming(case: Case) -> tuple[int, Punch | None, bool]:
    """Return the minutes late, by which punch, and whether the in is missing (S0-B3)."""
    first, begin = case.match.pieces[0], case.needed[0][0]
    stint = first.stint
    if first.came is None:  # a slip shows that they were there in time, and never that they were not
        seen = missed(case.needed, begin, stint.slip.at) * MINUTE <= case.policy.grace if stint.slip else False
        return 0, None, not seen
    return missed(case.needed, begin, first.came), stint.began, False


def is_odd(match: Match) -> bool:
    """Return whether punches whose kinds were inferred do not pair off: an in that was taken for one may be an out."""
    return any(each.stint.ambiguous for each in match.pieces)


def leaving(case: Case) -> tuple[int, bool, datetime | None]:
    """Return the minutes early, whether the out is missing, and when passing time will say so (X11)."""
    last, end = case.match.pieces[-1], case.needed[-1][1]
    if last.left is None:
        over = case.passed >= last.stint.lapses
        return 0, over, None if over else last.stint.lapses
    if last.left < end and case.passed < end:  # they may come back
        return 0, False, end
    return missed(case.needed, last.left, end), False, None


def judged(sheet: Timesheet, spans: Sequence[Span], world: World, woken: datetime | None) -> tuple[Shift, ...]:
    """Return the shifts in the same order, those near the spans judged again; one that has news has a new version."""
    places = reached(sheet, spans, world)
    shifts = list(sheet.shifts)
    for place, case in zip(places, cases(sheet, places, world, woken), strict=True):
        shifts[place] = _judged(case.shift, finding(case), case.passed)
    return tuple(shifts)


def arrival(shift: Shift, sheet: Timesheet, world: World) -> Punch | None:
    """Return the in-punch by which somebody is late for a shift."""
    place = bisect_left(sheet.shifts, shift.order, key=lambda each: each.order)
    return next(finding(case).arrival for case in cases(sheet, range(place, place + 1), world, None))


def _judged(shift: Shift, found: Finding, passed: datetime) -> Shift:
    waited = passed if passed > NEVER else None
    waiting = shift.verdict == found.verdict == "pending" and shift.minutes != MOVED
    said = shift.verdict, shift.minutes, shift.early, shift.settled, shift.inferred, shift.policy
    if waiting or said == (*found[:1], *found[2:6], found.policy):
        same = shift.due == found.due and shift.waited == waited
        return shift if same else replace(shift, due=found.due, waited=waited)
    return replace(
        shift,
        version=shift.version + 1,
        verdict=found.verdict,
        minutes=found.minutes,
        early=found.early,
        settled=found.settled,
        inferred=found.inferred,
        policy=found.policy,
        due=found.due,
        waited=waited,
    )


def is_adverse(shift: Shift) -> bool:
    """Return whether a shift counts for a flag: late beyond the grace, or absent and not excused (S0-B3)."""
    return shift.minutes > 0 or shift.verdict in ABSENT


def adverse_runs(shifts: Sequence[Shift], world: World) -> Iterator[tuple[Shift, ...]]:
    """Yield the late or absent shifts that are enough for a flag, each counted once, the earliest first."""
    fresh: list[Shift] = []
    for shift in shifts:
        if is_adverse(shift):
            policy = world.policy(AttendancePolicy, shift.starts_at)
            fresh = [each for each in fresh if shift.starts_at - each.starts_at < policy.flag_window] + [shift]
            if len(fresh) >= policy.flag_count:
                yield tuple(fresh)
                fresh = []
