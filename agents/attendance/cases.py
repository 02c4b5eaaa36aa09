"""What there is to judge: each shift with all that lies around it, no more of the sheet than can say anything of it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from agents.attendance.matching import Match, matched
from agents.attendance.places import AS_USUAL, Place, place
from agents.attendance.reach import far
from agents.attendance.required import granted, required
from agents.attendance.said import NOTHING, Said, said
from agents.attendance.stints import stints
from agents.attendance.terms import rules, standing
from agents.attendance.timesheet import NEVER, Leave, Shift, Span, Timesheet, Verdict
from agents.kernel import World
from schemas.policies import AttendancePolicy


class Case(NamedTuple):
    """A shift and all that speaks for and against it. `passed`: up to when it has been waited for."""

    shift: Shift
    match: Match
    needed: tuple[Span, ...]
    leaves: tuple[Leave, ...]
    version: int
    policy: AttendancePolicy
    passed: datetime
    said: Said
    place: Place
    standing: Verdict | None
    """Why punches do not judge it; none: they do."""

    @property
    def unprotected(self) -> "Case":
        """The same without leave that is protected, when nothing is waited for any more."""
        leaves = tuple(each for each in self.leaves if not each.protected)
        return self._replace(leaves=leaves, needed=_needed(self.shift, leaves, self.said, self.place))


def cases(sheet: Timesheet, shifts: Sequence[Shift], places: range, world: World) -> Iterator[Case]:
    """Yield what there is to judge, in order: each shift by the policy in force at its start, for its place."""
    judged_by = {each: rules(sheet, shifts[each], world) for each in places}
    for _, run in groupby(places, key=lambda each: id(judged_by[each][1])):
        theirs = list(run)
        around = matches(sheet, shifts, theirs, judged_by[theirs[0]][1])
        for each, match in zip(theirs, around, strict=True):
            yield _case(sheet, shifts[each], match, judged_by[each], world)


def _case(sheet: Timesheet, shift: Shift, match: Match, by: tuple[int, AttendancePolicy], world: World) -> Case:
    version, policy = by
    since, until = shift.starts_at, shift.ends_at
    leaves = tuple([each for each in sheet.leaves if each.starts_at < until and each.ends_at > since])
    spoken, where = said(sheet, shift.id), place(shift, policy, world)
    return Case(
        shift,
        match,
        _needed(shift, leaves, spoken, where),
        leaves,
        version,
        policy,
        shift.waited or NEVER,
        spoken,
        where,
        standing(sheet, shift, world),
    )


def _needed(shift: Shift, leaves: Sequence[Leave], spoken: Said, where: Place) -> tuple[Span, ...]:
    if not leaves and spoken is NOTHING and where is AS_USUAL:  # mostly
        return required(shift, ())
    free = [*granted(leaves), *where.closed]
    if spoken.excused:
        free.append((shift.starts_at, shift.ends_at))
    if spoken.come_late:
        free.append((shift.starts_at, shift.starts_at + spoken.come_late))
    if spoken.leave_early:
        free.append((shift.ends_at - spoken.leave_early, shift.ends_at))
    return required(shift, free)


def matches(sheet: Timesheet, shifts: Sequence[Shift], places: Sequence[int], policy: AttendancePolicy) -> list[Match]:
    """Return what belongs to the shifts from the first place to the last, by all that lies around them."""
    first, last, around = places[0], places[-1], 2 * far(policy)
    since = shifts[first].starts_at - around
    until = max(each.ends_at for each in shifts[first : last + 1]) + around
    begin = next(place for place in range(first + 1) if shifts[place].ends_at >= since)
    if sheet.turns:
        begin = next(place for place in range(begin, -1, -1) if _opens(shifts, place, policy))
    end = bisect_right(shifts, until, key=lambda each: each.starts_at)
    since = min(since, shifts[begin].starts_at - policy.early_window)
    oldest = bisect_left(sheet.punches, since, key=lambda each: each.at)
    newest = bisect_right(sheet.punches, until, key=lambda each: each.at)
    pairs = stints(sheet.punches[oldest:newest], shifts[begin:end], policy)
    return matched(shifts[begin:end], pairs, policy)[first - begin : last + 1 - begin]


def _opens(shifts: Sequence[Shift], place: int, policy: AttendancePolicy) -> bool:
    free = max((each.ends_at for each in shifts[:place]), default=NEVER)
    return free < shifts[place].starts_at - policy.early_window - policy.late_window
