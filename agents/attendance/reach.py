"""How far a fact reaches: which shifts it can say anything of. Windows of time, never calendar days (X12)."""

from collections.abc import Sequence
from datetime import timedelta

from agents.attendance.terms import rules
from agents.attendance.timesheet import Shift, Span, Timesheet
from agents.kernel import World
from schemas.policies import AttendancePolicy

FARTHEST = timedelta(days=3)
"""The policy's windows are no longer than a day each, so `far` is no longer than this."""


def far(policy: AttendancePolicy) -> timedelta:
    """Return how far from a shift lies what can say something of it, or of another shift that a stint is nearer to."""
    return policy.longest_stint + policy.early_window + policy.late_window


def reached(sheet: Timesheet, shifts: Sequence[Shift], spans: Sequence[Span], world: World) -> range:
    """Return the places of the shifts about which facts at these times say anything."""
    if not spans:
        return range(0)
    endless, hulls = sheet.turns, dict[timedelta, Span]()
    places = []
    since, until = hull(shifts, spans, FARTHEST)
    for place, shift in enumerate(shifts):
        if since <= shift.ends_at and (endless or shift.starts_at <= until):
            reach = far(rules(sheet, shift, world)[1])
            if reach not in hulls:
                hulls[reach] = hull(shifts, spans, reach)
            begin, end = hulls[reach]
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


def moved(sheet: Timesheet, edited: Sequence[Shift], spans: Sequence[Span]) -> list[Shift]:
    """Return those of the shifts with several plans about which facts at these times can say anything."""
    if not spans or not edited:
        return []
    far_off = 2 * FARTHEST
    since, until = min(since for since, _ in spans) - far_off, max(until for _, until in spans) + far_off
    return [each for each in edited if since <= each.span[1] and (sheet.turns or each.span[0] <= until)]
