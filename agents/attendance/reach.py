"""How far a fact reaches: which shifts it can say anything of. Windows of time, never calendar days (X12)."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from agents.attendance.terms import rules
from agents.attendance.timesheet import Punch, Shift, Span, Timesheet, Verdict
from agents.kernel import World
from schemas.policies import AttendancePolicy

FARTHEST = timedelta(days=3)
"""The policy's windows are no longer than a day each, so `far` is no longer than this."""


ABSENT: frozenset[Verdict] = frozenset(
    (
        "absent_called_out",
        "absent_unexplained",
        "absent_provisional",
        "absent_unexcused",
        "no_call_no_show",
        "worked_other_hours",
    )
)
"""Verdicts on shifts without work of which a stint beside them can say something."""


def far(policy: AttendancePolicy) -> timedelta:
    """Return how far from a shift lies what can say something of it, or of another shift that a stint is nearer to."""
    return policy.longest_stint + policy.early_window + policy.late_window


def reached(
    sheet: Timesheet, shifts: Sequence[Shift], spans: Sequence[Span], world: World, *, punched: bool = False
) -> range:
    """Return the places of the shifts about which facts at these times say anything; `punched`: punches alone."""
    if not spans:
        return range(0)
    endless, hulls = sheet.turns, dict[timedelta, Span]()
    places, policies = list[int](), dict[int, AttendancePolicy]()
    since, until = hull(shifts, spans, FARTHEST)
    for place, shift in enumerate(shifts):
        if since <= shift.ends_at and (endless or shift.starts_at <= until):
            policy = rules(sheet, shift, world)[1]
            policies[id(policy)] = policy
            reach = far(policy)
            if reach not in hulls:
                hulls[reach] = hull(shifts, spans, reach)
            begin, end = hulls[reach]
            if begin <= shift.ends_at and (endless or shift.starts_at <= end):
                places.append(place)
    if punched and not endless and len(policies) == 1:
        places = _touched(sheet, shifts, places, spans, *policies.values())
    return range(places[0], places[-1] + 1) if places else range(0)


def _touched(
    sheet: Timesheet, shifts: Sequence[Shift], places: Sequence[int], spans: Sequence[Span], policy: AttendancePolicy
) -> list[int]:
    """Return which of the shifts can be judged differently when nothing has changed but punches at these times.

    Where an in follows an out, stints before and after say nothing of each other. So only what lies between the next
    such places can belong to another shift than before, within the windows of those; and where somebody was absent, it
    may leave another stint to be the nearest.
    """
    turned = [_turned(sheet.punches, shifts, at, policy) for at, _ in spans]
    since = min(begin for begin, _ in turned) - policy.late_window
    until = max(end for _, end in turned) + policy.early_window
    return [
        place
        for place in places
        if (since <= shifts[place].ends_at and shifts[place].starts_at <= until) or shifts[place].verdict in ABSENT
    ]


def _turned(punches: Sequence[Punch], shifts: Sequence[Shift], at: datetime, policy: AttendancePolicy) -> Span:
    """Return from when to when stints can be others because of a punch."""
    before, after = bisect_left(punches, at, key=_at), bisect_right(punches, at, key=_at)
    begins = (place for place in range(before - 1, 0, -1) if _turns(punches, place))
    ends = (place for place in range(after + 1, len(punches)) if _turns(punches, place))
    first, last = next(begins, None), next(ends, None)
    known = [at, *(each.at for each in (*punches[:1], *punches[-1:]))]
    since = min(known) - policy.longest_stint if first is None else punches[first].at
    if last is not None:
        return since, punches[last - 1].at
    on = (each.ends_at + policy.late_window for each in shifts if each.starts_at - policy.early_window <= max(known))
    return since, max([max(known) + policy.longest_stint, *on])


def _turns(punches: Sequence[Punch], place: int) -> bool:
    return punches[place].way == "in" and punches[place - 1].way == "out"


_at = attrgetter("at")


def hull(shifts: Sequence[Shift], spans: Sequence[Span], reach: timedelta) -> Span:
    """Return from when to when facts at these times say something, through a shift that is near to them too."""
    since, until = min(since for since, _ in spans) - reach, max(until for _, until in spans) + reach
    near = [shift for shift in shifts if since <= shift.ends_at and shift.starts_at <= until]
    if not near:
        return since, until
    return min(since, near[0].starts_at - reach), max(until, max(shift.ends_at for shift in near) + reach)


def moved(sheet: Timesheet, edited: Sequence[Shift], spans: Sequence[Span]) -> list[Shift]:
    """Return those of the shifts with several plans about which facts at these times can say anything."""
    if not spans or not edited:
        return []
    far_off = 2 * FARTHEST
    since, until = min(since for since, _ in spans) - far_off, max(until for _, until in spans) + far_off
    return [each for each in edited if since <= each.span[1] and (sheet.turns or each.span[0] <= until)]
