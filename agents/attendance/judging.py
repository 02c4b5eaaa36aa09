"""What attendance says about a shift: a pure function of the facts around it and the policy in force at its start."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from agents.attendance.timesheet import MOVED, NEVER, Leave, Punch, Shift, Span, Timesheet, Verdict
from agents.kernel import World
from schemas.policies import AttendancePolicy

REACH = timedelta(hours=26)
"""The policy's windows are no longer than a day and an hour, so no fact says anything about shifts further away."""
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
ADVERSE: frozenset[Verdict] = frozenset({"late", "missing"})
LAST = b"\xff" * 17
"""Sorts after every id."""


class Finding(NamedTuple):
    """A verdict and what it rests on."""

    verdict: Verdict
    policy: int
    minutes: int = 0
    due: datetime | None = None
    arrival: Punch | None = None


def finding(shift: Shift, sheet: Timesheet, world: World, woken: datetime | None = None) -> Finding:
    """Judge one shift. Only a wake-up finds that somebody is missing; what was found so before stays so."""
    version, policy = world.versioned(AttendancePolicy, shift.starts_at)
    required = free_until(shift.starts_at, sheet.leaves)
    if required >= shift.ends_at:
        return Finding("excused", version)
    arrival, present = _arrival(shift, required, sheet, policy)
    if arrival is not None:
        minutes = (arrival.at - required) // MINUTE
        if minutes * MINUTE > policy.grace:
            return Finding("late", version, minutes, arrival=arrival)
    if arrival is not None or present:
        return Finding("on_time", version)
    due = required + policy.no_show_after
    if free_until(due, sheet.leaves) > due:
        return Finding("excused", version)
    known = sheet.woken if shift.verdict == "missing" else woken or NEVER
    return Finding("missing", version) if due <= known else Finding("pending", version, due=due)


def _arrival(shift: Shift, required: datetime, sheet: Timesheet, policy: AttendancePolicy) -> tuple[Punch | None, bool]:
    """Return the in-punch by which somebody came after work was due to begin, or whether they were there anyhow."""
    after = bisect_right(sheet.punches, (required, True, LAST), key=lambda punch: punch.order)
    last = sheet.punches[after - 1] if after and sheet.punches[after - 1].inward else None
    first = sheet.punches[after] if after < len(sheet.punches) else None
    if last is not None and last.at < required - DAY:
        last = None
    earlier = () if last is None else _before(shift, sheet.shifts, last.at - HOUR)
    if last and last.at >= required - policy.early_window and not any(each.ends_at > last.at for each in earlier):
        return None, True
    if first and first.inward and first.at < shift.ends_at:
        return first, True
    left = first is not None and not first.inward and first.at <= shift.ends_at + policy.late_window
    return None, left or (last is not None and _stayed(last.at, shift.starts_at, earlier, policy))


def _before(shift: Shift, shifts: Sequence[Shift], since: datetime) -> Sequence[Shift]:
    before = bisect_left(shifts, shift.order, key=lambda each: each.order)
    return [each for each in shifts[:before] if each.ends_at >= since]


def _stayed(since: datetime, until: datetime, earlier: Sequence[Shift], policy: AttendancePolicy) -> bool:
    """Return whether who came at `since` did so for a shift that led, one after the other, up to `until`."""
    begin = until
    for each in reversed(earlier):
        if each.ends_at + policy.handover >= begin:
            begin = min(begin, each.starts_at)
    return begin < until and begin - policy.early_window <= since


def free_until(at: datetime, leaves: Sequence[Leave]) -> datetime:
    """Return when approved leave that covers an instant ends, one leave after the other; without leave, the instant."""
    for leave in leaves:
        if leave.approved and leave.starts_at <= at < leave.ends_at:
            at = leave.ends_at
    return at


def judged(sheet: Timesheet, spans: Sequence[Span], world: World, woken: datetime | None) -> tuple[Shift, ...]:
    """Return the shifts in the same order, those near the spans judged again; one that has news has a new version."""
    if not spans:
        return sheet.shifts
    since, until = min(since for since, _ in spans) - REACH, max(until for _, until in spans) + REACH
    return tuple(
        _judged(shift, finding(shift, sheet, world, woken))
        if since <= shift.ends_at and shift.starts_at <= until
        else shift
        for shift in sheet.shifts
    )


def _judged(shift: Shift, found: Finding) -> Shift:
    waiting = shift.verdict == found.verdict == "pending" and shift.minutes != MOVED
    said = shift.verdict, shift.minutes, shift.policy
    if waiting or said == (found.verdict, found.minutes, found.policy):
        return shift if shift.due == found.due else replace(shift, due=found.due)
    return replace(
        shift,
        version=shift.version + 1,
        verdict=found.verdict,
        minutes=found.minutes,
        policy=found.policy,
        due=found.due,
    )


def adverse_runs(shifts: Sequence[Shift], world: World) -> Iterator[tuple[Shift, ...]]:
    """Yield the late or missing shifts that are enough for a flag, each counted once, the earliest first."""
    fresh: list[Shift] = []
    for shift in shifts:
        if shift.verdict in ADVERSE:
            policy = world.policy(AttendancePolicy, shift.starts_at)
            fresh = [each for each in fresh if shift.starts_at - each.starts_at < policy.flag_window] + [shift]
            if len(fresh) >= policy.flag_count:
                yield tuple(fresh)
                fresh = []
