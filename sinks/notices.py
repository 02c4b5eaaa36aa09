"""``public.notices``: what people are told, one row a notice; a row is the delivery, and is captured.

Reads ``NoticeRequested``. The first row of a notice stays: one that is asked for again, or written again after a crash,
changes nothing. The table says when it was delivered, and not at all when it has expired by then.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from schemas.events import NoticeRequested
from schemas.topics import NOTICES
from sinks.model import Recorded, Sink


class Row(NamedTuple):
    """One notice for one recipient."""

    id: UUID
    tenant_id: str
    recipient: str
    kind: str
    employee_id: UUID
    shift_id: UUID | None
    proposal_id: UUID | None
    details: str
    requested_at: datetime
    expires_at: datetime
    event_id: UUID
    correlation_id: UUID
    topic: str
    partition: int
    log_offset: int


def row(recorded: Recorded) -> Row | None:
    """Return the notice as a row."""
    event = recorded.event
    if not isinstance(event, NoticeRequested):
        return None
    return Row(
        id=event.notice_id,
        tenant_id=event.tenant_id,
        recipient=event.recipient,
        kind=event.kind,
        employee_id=event.employee_id,
        shift_id=event.shift_id,
        proposal_id=event.proposal_id,
        details=event.details,
        requested_at=event.occurred_at,
        expires_at=event.expires_at,
        event_id=event.event_id,
        correlation_id=event.correlation_id,
        topic=recorded.topic,
        partition=recorded.partition,
        log_offset=recorded.offset,
    )


SINK = Sink(
    name="notices",
    topics=(NOTICES,),
    reads=(NoticeRequested,),
    columns=Row._fields,
    key=("id",),
    row=row,
    appends=True,
)
