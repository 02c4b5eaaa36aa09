"""``mart.decisions``: every step of every proposal's life, one row each.

Reads ``DecisionMade`` and ``ReviewRefused`` (status ``review_refused``, which moves no proposal).
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from schemas.events import DecisionMade, ReviewRefused
from schemas.topics import DECISIONS
from sinks.model import Recorded, Sink


class Row(NamedTuple):
    """One step. `decision_id` of a refused review is the decision that stands.

    `cause_offset` is where in the proposals' log the supervisor stood: of two steps of one proposal the later one has
    the higher, also when it comes into this log late.
    """

    event_id: UUID
    proposal_id: UUID
    subject: str
    status: str
    reason: str
    reviewer_id: UUID | None
    causation_id: UUID
    correlation_id: UUID
    tenant_id: str
    cause_offset: int | None
    topic: str
    partition: int
    log_offset: int
    occurred_at: datetime
    recorded_at: datetime
    decision_id: UUID | None = None
    review_id: UUID | None = None
    agent: str | None = None
    kind: str | None = None
    role: str | None = None
    risk: str | None = None
    policy_version: int | None = None
    reverses: UUID | None = None
    expires_at: datetime | None = None
    binding: str | None = None
    payload: str | None = None
    approvals: list[UUID] | None = None
    seats: list[str] | None = None
    rule: str | None = None
    contest: str | None = None
    contest_until: datetime | None = None
    difference: str | None = None


def row(recorded: Recorded) -> Row | None:
    """Return the step as a row."""
    event = recorded.event
    if isinstance(event, DecisionMade):
        return _step(recorded, event, event.status)._replace(
            decision_id=event.decision_id,
            agent=event.agent,
            kind=event.kind,
            role=event.role,
            risk=event.risk,
            policy_version=event.policy_version,
            reverses=event.reverses,
            expires_at=event.expires_at,
            binding=event.binding,
            payload=event.payload,
            approvals=event.approvals,
            seats=event.seats,
            rule=event.rule,
            contest=event.contest,
            contest_until=event.contest_until,
            difference=event.difference or None,
        )
    if isinstance(event, ReviewRefused):
        return _step(recorded, event, "review_refused")._replace(decision_id=event.winner, review_id=event.review_id)
    return None


def _step(recorded: Recorded, event: DecisionMade | ReviewRefused, status: str) -> Row:
    return Row(
        event_id=event.event_id,
        proposal_id=event.proposal_id,
        subject=event.subject,
        status=status,
        reason=event.reason,
        reviewer_id=event.reviewer_id,
        causation_id=event.causation_id,
        correlation_id=event.correlation_id,
        tenant_id=event.tenant_id,
        cause_offset=recorded.run.offset if recorded.run else None,
        topic=recorded.topic,
        partition=recorded.partition,
        log_offset=recorded.offset,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
    )


SINK = Sink(
    name="decisions",
    topics=(DECISIONS,),
    reads=(DecisionMade, ReviewRefused),
    columns=Row._fields,
    key=("event_id",),
    newer="log_offset",
    row=row,
)
