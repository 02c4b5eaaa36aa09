"""Flags and disciplinary reviews: what the settled shifts, in order of their starts, raise (S0-B3.1..3).

A pure scan: it depends on what the shifts were judged, not on the order in which that became known, so late truth
takes back by itself what it would not have raised.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from agents.attendance.memory import FULL, NO_SHOW, Armed, Settled
from agents.attendance.score import Record

Level = Literal["manager", "hr", "review"]
HEARD_OF = frozenset(
    {"on_time", "late", "very_late", "early_leave", "late_and_early", "missing_in", "missing_out"}
    | {"worked_other_hours", "present_unscheduled", "absent_called_out"}
)
"""Verdicts that say that somebody heard of the employee: a no-show after that is another episode."""


class Flag(NamedTuple):
    """The shift that raises something, by its place."""

    level: Level
    place: int


def flags(record: Record, armed: Armed) -> list[Flag]:
    """Return all that should stand, in order of the shifts that raise it."""
    places = range(record.shifts.first(armed.since), len(record.shifts))
    found = [*_scored(record, armed, places)[0], *_reviewed(record, armed, places)[0]]
    return sorted(found, key=lambda each: each.place)


def armed_at(record: Record, armed: Armed, until: datetime) -> Armed:
    """Return what can still be raised from an instant on."""
    places = range(record.shifts.first(armed.since), record.shifts.first(until))
    manager, hr = _scored(record, armed, places)[1]
    return Armed(until, manager, hr, _reviewed(record, armed, places)[1], armed.started)


def _scored(record: Record, armed: Armed, places: range) -> tuple[list[Flag], tuple[bool, bool]]:
    """Follow the score: a shift that counts less than fully raises a flag when the score is below, once per crossing.

    From far above to below the lower threshold in one step raises the higher flag only.
    """
    found: list[Flag] = []
    manager, hr = armed.manager, armed.hr
    for place in places:
        credit = record.shifts.credit(place)
        if credit is None or (credit >= FULL and manager and hr):
            continue
        policy = record.in_force(place)[1]
        score = record.as_of(place, policy).tenths
        if score is None:
            continue
        manager = manager or score >= 10 * (policy.flag_below + policy.flag_rearm)
        hr = hr or score >= 10 * (policy.flag_hr_below + policy.flag_rearm)
        if credit >= FULL:
            continue
        if hr and score < 10 * policy.flag_hr_below:
            found.append(Flag("hr", place))
            manager = hr = False
        elif manager and score < 10 * policy.flag_below:
            found.append(Flag("manager", place))
            manager = False
    return found, (manager, hr)


def _reviewed(record: Record, armed: Armed, places: range) -> tuple[list[Flag], bool]:
    """Count episodes of no-shows: enough of them in the window raise a review, once until they are fewer again."""
    found: list[Flag] = []
    review = armed.review
    if review and not record.shifts.missed(places):
        return found, review
    begun = episodes(record.shifts)
    starts = [record.shifts.start(place) for place in begun]
    for place in places:
        shift = record.shifts[place]
        if shift.credit is None or (review and shift.verdict != NO_SHOW):
            continue
        policy = record.in_force(place)[1]
        count = bisect_right(begun, place) - bisect_right(starts, shift.starts_at - policy.score_window)
        if count < policy.review_episodes:
            review = True
        elif review:
            found.append(Flag("review", place))
            review = False
    return found, review


def episodes(shifts: Sequence[Settled]) -> list[int]:
    """Return the places at which an episode begins: a no-show, and somebody has heard of them since the last one."""
    found: list[int] = []
    last: datetime | None = None
    for place, shift in enumerate(shifts):
        if shift.verdict in HEARD_OF:
            last = None
        elif shift.verdict == NO_SHOW:
            if last is None or (shift.contact_at is not None and shift.contact_at >= last):
                found.append(place)
            last = shift.starts_at
    return found
