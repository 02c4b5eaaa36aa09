"""Random histories of one employee that last for months: weeks of random ones after each other, told when they happen.

Some of it is told late, by up to forty days. Made from a number, so each can be had again.
"""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from schemas.events import Event, PolicyPublished, RowEvent, WorldEvent
from schemas.ids import derive
from tests.agents.attendance.weeks import history
from tests.builders import at, tick

WEEK, DAY = timedelta(days=7), timedelta(days=1)
SAME = {"employee_id", "location_id", "given_by", "edited_by", "job_position_id"}
"""Ids that are those of a person, a place or a position, whenever."""
LATE = (0, 0, 0, 0, 0, 0, 1, 4, 20, 40)
"""Days that a fact is told after it was recorded."""


def months(seed: int, weeks: int = 8) -> list[Event]:
    """Return what is told, in the order in which it is, with a tick every day, and all over at the end."""
    chance, told = Random(seed), list[tuple[datetime, int, Event]]()
    for week in range(weeks):
        for event in history(1_000 * seed + week):
            moved = _moved(event, week)
            late = chance.choice(LATE) * DAY
            when = moved.recorded_at + late
            known = moved.model_copy(update={"recorded_at": when}) if late and isinstance(moved, RowEvent) else moved
            told.append((when, len(told), known))
    ends = max(each[0] for each in told)
    days = (ends - told[0][0]) // DAY + 20
    told += [(when, 0, tick(when)) for when in (at("11:00") + day * DAY for day in range(days))]
    return [event for _, _, event in sorted(told, key=lambda each: each[:2])]


def _moved(event: Event, week: int) -> Any:
    """Return the same so many weeks later, as facts of their own."""
    fields: dict[str, Any] = {}
    for name in type(event).model_fields:
        known = getattr(event, name)
        if isinstance(known, datetime):
            fields[name] = known + week * WEEK
        elif isinstance(known, UUID) and name not in SAME:
            fields[name] = derive("week", week, known)
    if isinstance(event, PolicyPublished):
        fields |= {"version": week + 1, "revision": week + 1}
    elif isinstance(event, WorldEvent) or not hasattr(event, "shift_id"):
        fields |= {"revision": 10 * week + getattr(event, "revision", 0)}
    return event.model_copy(update=fields)
