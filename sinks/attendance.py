"""``mart.attendance``: the current judgement of each shift of each employee.

Reads ``ShiftJudged``; a higher version supersedes the lower ones, in whatever order they arrive.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from schemas.events import ShiftJudged
from schemas.topics import WORKFORCE
from sinks.model import Recorded, Sink


class Row(NamedTuple):
    """A shift that moves to somebody else is judged once for each: cancelled for the one, judged for the other."""

    shift_id: UUID
    employee_id: UUID
    location_id: UUID
    starts_at: datetime
    version: int
    verdict: str
    minutes: int
    policy_version: int
    minutes_early: int
    credit: int | None
    settled: bool
    inferred: bool
    tenant_id: str
    topic: str
    partition: int
    log_offset: int
    occurred_at: datetime
    recorded_at: datetime


def row(recorded: Recorded) -> Row | None:
    """Return the judgement as a row."""
    event = recorded.event
    if not isinstance(event, ShiftJudged):
        return None
    return Row(
        shift_id=event.shift_id,
        employee_id=event.employee_id,
        location_id=event.location_id,
        starts_at=event.starts_at,
        version=event.version,
        verdict=event.verdict,
        minutes=event.minutes,
        policy_version=event.policy_version,
        minutes_early=event.minutes_early,
        credit=event.credit,
        settled=event.settled,
        inferred=event.inferred,
        tenant_id=event.tenant_id,
        topic=recorded.topic,
        partition=recorded.partition,
        log_offset=recorded.offset,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
    )


SINK = Sink(
    name="attendance",
    topics=(WORKFORCE,),
    reads=(ShiftJudged,),
    columns=Row._fields,
    key=("shift_id", "employee_id"),
    newer="version",
    row=row,
)
