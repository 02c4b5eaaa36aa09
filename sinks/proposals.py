"""``mart.proposals``: what agents have proposed, and taken back.

Reads ``ProposalMade`` and ``ProposalWithdrawn``; the two complete one row, in whatever order they arrive.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from schemas.events import ProposalMade, ProposalWithdrawn
from schemas.topics import PROPOSALS
from sinks.model import Recorded, Sink


class Row(NamedTuple):
    """Position and times without a prefix are those of the proposal, with one those of its withdrawal."""

    proposal_id: UUID
    subject: str
    agent: str
    kind: str
    shadow: bool
    tenant_id: str
    topic: str
    partition: int
    agent_version: int | None = None
    cause: str | None = None
    raised: int | None = None
    payload: str | None = None
    risk: str | None = None
    evidence: list[UUID] | None = None
    rules: list[str] | None = None
    policy_version: int | None = None
    subject_version: datetime | None = None
    expires_at: datetime | None = None
    log_offset: int | None = None
    occurred_at: datetime | None = None
    recorded_at: datetime | None = None
    withdrawn_reason: str | None = None
    withdrawn_evidence: list[UUID] | None = None
    withdrawn_log_offset: int | None = None
    withdrawn_occurred_at: datetime | None = None
    withdrawn_recorded_at: datetime | None = None
    editors: list[UUID] | None = None
    proposer: UUID | None = None


def row(recorded: Recorded) -> Row | None:
    """Return what the event says about its proposal; nothing about the rest."""
    event = recorded.event
    if not isinstance(event, ProposalMade | ProposalWithdrawn):
        return None
    known = Row(
        event.proposal_id,
        event.subject,
        event.agent,
        event.kind,
        event.shadow,
        event.tenant_id,
        recorded.topic,
        recorded.partition,
    )
    if isinstance(event, ProposalWithdrawn):
        return known._replace(
            withdrawn_reason=event.reason,
            withdrawn_evidence=event.evidence,
            withdrawn_log_offset=recorded.offset,
            withdrawn_occurred_at=event.occurred_at,
            withdrawn_recorded_at=event.recorded_at,
        )
    return known._replace(
        agent_version=event.agent_version,
        cause=event.cause,
        raised=event.raised,
        payload=event.payload,
        risk=event.risk,
        evidence=event.evidence,
        rules=event.rules,
        policy_version=event.policy_version,
        subject_version=event.subject_version,
        expires_at=event.expires_at,
        log_offset=recorded.offset,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        editors=event.editors,
        proposer=event.proposer,
    )


SINK = Sink(
    name="proposals",
    topics=(PROPOSALS,),
    reads=(ProposalMade, ProposalWithdrawn),
    columns=Row._fields,
    key=("proposal_id",),
    row=row,
)
