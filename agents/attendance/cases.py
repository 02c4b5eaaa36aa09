"""What there is to judge: each shift with all that lies around it, no more of the sheet than can say anything of it.

Windows of time around a shift, never calendar days (X12).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from agents.attendance.matching import Match, matched
from agents.attendance.required import granted, required
from agents.attendance.stints import stints
from agents.attendance.timesheet import NEVER, Leave, Shift, Span, Timesheet
from agents.kernel import World
from schemas.policies import AttendancePolicy

FARTHEST = timedelta(days=3)
"""The policy's windows are no longer than a day each, so `far` is no longer than this."""


class Case(NamedTuple):
    """A shift and all that speaks for and against it. `passed`: up to when it has been waited for."""

    shift: Shift
    match: Match
    needed: tuple[Span, ...]
    leaves: tuple[Leave, ...]
    version: int
    policy: AttendancePolicy
    passed: datetime


def far(policy: AttendancePolicy) -> timedelta:
    """Return how far from a shift lies what can say something of it, or of another shift that a stint is nearer to."""
    return policy.longest_stint + policy.early_window + policy.late_window


def reached(sheet: Timesheet, spans: Sequence[Span], world: World) -> range:
    """Return the places of the shifts about which facts at these times say anything."""
    if not spans:
        return range(0)
    endless, hulls = _takes_turns(sheet), dict[int, Span]()
    places = []
    since, until = hull(sheet.shifts, spans, FARTHEST)
    for place, shift in enumerate(sheet.shifts):
        if since <= shift.ends_at and (endless or shift.starts_at <= until):
            version, policy = world.versioned(AttendancePolicy, shift.starts_at)
            if version not in hulls:
                hulls[version] = hull(sheet.shifts, spans, far(policy))
            begin, end = hulls[version]
            if begin <= shift.ends_at and (endless or shift.starts_at <= end):
                places.append(place)
    return range(places[0], places[-1] + 1) if places else range(0)


def hull(shifts: Sequence[Shift], spans: Sequence[Span], reach: timedelta) -> Span:
    """Return from when to when facts at these times say something, through a shift that is near to them too."""
    since, until = min(since for since, _ in spans) - reach, max(until for _, until in spans) + reach
    near = [shift for shift in shifts if since <= shift.ends_at and shift.starts_at <= until]
    if not near:
        return since, until
    return min(since, near[0].starts_at - reach), max(until, max(shift.ends_at for shift in near) + reach)


def cases(sheet: Timesheet, places: range, world: World, woken: datetime | None) -> Iterator[Case]:
    """Yield what there is to judge, in order: each shift by the policy in force at its start."""
    versions = {place: world.versioned(AttendancePolicy, sheet.shifts[place].starts_at) for place in places}
    for version, run in groupby(places, key=lambda place: versions[place][0]):
        theirs = list(run)
        policy = versions[theirs[0]][1]
        for place, match in zip(theirs, matches(sheet, theirs[0], theirs[-1], policy), strict=True):
            shift = sheet.shifts[place]
            leaves = tuple(each for each in sheet.leaves if each.starts_at < shift.ends_at)
            needed = required(shift, granted(leaves))
            due = woken is not None and shift.due is not None and shift.due <= woken
            passed = max(shift.waited or NEVER, woken if woken is not None and due else NEVER)
            yield Case(shift, match, needed, leaves, version, policy, passed)


def matches(sheet: Timesheet, first: int, last: int, policy: AttendancePolicy) -> list[Match]:
    """Return what belongs to the shifts from the first place to the last, by all that lies around them."""
    shifts, around = sheet.shifts, 2 * far(policy)
    since = shifts[first].starts_at - around
    until = max(each.ends_at for each in shifts[first : last + 1]) + around
    begin = next(place for place in range(first + 1) if shifts[place].ends_at >= since)
    if _takes_turns(sheet):
        begin = next(place for place in range(begin, -1, -1) if _opens(shifts, place, policy))
    end = bisect_right(shifts, until, key=lambda each: each.starts_at)
    since = min(since, shifts[begin].starts_at - policy.early_window)
    oldest = bisect_left(sheet.punches, since, key=lambda each: each.at)
    newest = bisect_right(sheet.punches, until, key=lambda each: each.at)
    pairs = stints(sheet.punches[oldest:newest], shifts[begin:end], policy)
    return matched(shifts[begin:end], pairs, policy)[first - begin : last + 1 - begin]


def _takes_turns(sheet: Timesheet) -> bool:
    """Whether punches do not say what they are: then one can say something about another far away."""
    return any(punch.way == "unknown" for punch in sheet.punches)


def _opens(shifts: Sequence[Shift], place: int, policy: AttendancePolicy) -> bool:
    free = max((each.ends_at for each in shifts[:place]), default=NEVER)
    return free < shifts[place].starts_at - policy.early_window - policy.late_window
