"""``mart.reliability``: the reliability score of each employee.

Reads ``ReliabilityScored``; a higher version supersedes the lower ones, in whatever order they arrive.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from schemas.events import ReliabilityScored
from schemas.topics import WORKFORCE
from sinks.model import Recorded, Sink


class Row(NamedTuple):
    """The score as it was last said."""

    employee_id: UUID
    version: int
    tenths: int | None
    eligible: int
    since: datetime
    until: datetime
    policy_version: int
    tenant_id: str
    topic: str
    partition: int
    log_offset: int
    occurred_at: datetime
    recorded_at: datetime


def row(recorded: Recorded) -> Row | None:
    """Return the score as a row."""
    event = recorded.event
    if not isinstance(event, ReliabilityScored):
        return None
    return Row(
        employee_id=event.employee_id,
        version=event.version,
        tenths=event.tenths,
        eligible=event.eligible,
        since=event.since,
        until=event.until,
        policy_version=event.policy_version,
        tenant_id=event.tenant_id,
        topic=recorded.topic,
        partition=recorded.partition,
        log_offset=recorded.offset,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
    )


SINK = Sink(
    name="reliability",
    topics=(WORKFORCE,),
    reads=(ReliabilityScored,),
    columns=Row._fields,
    key=("employee_id",),
    newer="version",
    row=row,
)
