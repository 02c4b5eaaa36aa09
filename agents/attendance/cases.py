"""What there is to judge: each shift with all that lies around it, no more of the sheet than can say anything of it."""

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

REACH = timedelta(hours=26)
"""The policy's windows are no longer than a day and an hour, so no fact says anything about shifts further away."""


class Case(NamedTuple):
    """A shift and all that speaks for and against it. `passed`: up to when it has been waited for."""

    shift: Shift
    match: Match
    needed: tuple[Span, ...]
    leaves: tuple[Leave, ...]
    version: int
    policy: AttendancePolicy
    passed: datetime


def reached(sheet: Timesheet, spans: Sequence[Span]) -> range:
    """Return the places of the shifts about which facts at these times say anything."""
    if not spans:
        return range(0)
    since, until = min(since for since, _ in spans) - REACH, max(until for _, until in spans) + REACH
    near = [shift for shift in sheet.shifts if since <= shift.ends_at and shift.starts_at <= until]
    if near:  # a stint that leads through one of these may reach as far again
        since = min(since, near[0].starts_at - REACH)
        until = max(until, max(shift.ends_at for shift in near) + REACH)
    endless = _takes_turns(sheet)
    places = [
        place
        for place, shift in enumerate(sheet.shifts)
        if since <= shift.ends_at and (endless or shift.starts_at <= until)
    ]
    return range(places[0], places[-1] + 1) if places else range(0)


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
    shifts = sheet.shifts
    since = shifts[first].starts_at - REACH
    until = max(each.ends_at for each in shifts[first : last + 1]) + REACH
    begin = next(place for place in range(first + 1) if shifts[place].ends_at >= since)
    if _takes_turns(sheet):
        begin = next(place for place in range(begin, -1, -1) if _opens(shifts, place, policy))
    end = bisect_right(shifts, until, key=lambda each: each.starts_at)
    punches = sheet.punches[
        bisect_left(sheet.punches, shifts[begin].starts_at - REACH, key=lambda each: each.at) : bisect_right(
            sheet.punches, until, key=lambda each: each.at
        )
    ]
    around = shifts[begin:end]
    return matched(around, stints(punches, around, policy), policy)[first - begin : last + 1 - begin]


def _takes_turns(sheet: Timesheet) -> bool:
    """Whether punches do not say what they are: then one can say something about another far away."""
    return any(punch.way == "unknown" for punch in sheet.punches)


def _opens(shifts: Sequence[Shift], place: int, policy: AttendancePolicy) -> bool:
    free = max((each.ends_at for each in shifts[:place]), default=NEVER)
    return free < shifts[place].starts_at - policy.early_window - policy.late_window
