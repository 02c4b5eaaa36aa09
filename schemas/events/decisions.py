"""Every step of a proposal's life, keyed by subject, written by the supervisor alone (``rollcall.decisions.v1``)."""

from hashlib import sha256
from typing import ClassVar
from uuid import UUID

from schemas.events.base import Event, Instant


class DecisionEvent(Event):
    """A step in the life of one proposal."""

    namespace: ClassVar[str] = "rollcall.decisions"
    subject: str
    proposal_id: UUID

    @property
    def key(self) -> str:
        return self.subject


class DecisionMade(DecisionEvent):
    """The proposal has moved to `status`. Those that ask for an effect carry what the applier needs."""

    decision_id: UUID
    agent: str
    kind: str
    status: str
    """One of ``schemas.lifecycle.Status``."""
    reason: str
    role: str | None
    """Whom it is routed to."""
    reviewer_id: UUID | None
    risk: str
    cause: str
    payload: str
    binding: str
    """Hash over payload, subject version, policy version and evidence: what was approved (S0-P5)."""
    policy_version: int
    subject_version: Instant
    reverses: UUID | None
    """The decision whose effect this one takes back."""
    expires_at: Instant
    evidence: str = ""
    """Hash of what it rests on; empty in decisions from before it was part of the binding."""
    approvals: list[UUID] = []
    """Who has approved what stands now, in order."""
    seats: list[str] = []
    """The roles that are asked, each to be filled by another person."""
    rule: str = ""
    """The routing rule by which it went its way; empty: by none."""
    happening: str = ""
    """What has brought it here: one of ``schemas.lifecycle.Happening``."""
    contest: str | None = None
    """``open``, ``upheld`` (the subject was right) or ``dismissed``."""
    contest_until: Instant | None = None
    """Until then the subject may contest it before anybody can approve it."""
    difference: str = ""
    """What has moved since it was approved, when it is asked again: JSON, as the applier has reported it."""

    @property
    def seal(self) -> bytes:
        """Hash over what it asks for and by whose word: which of them the supervisor has made, it can tell by that."""
        people, seats = ",".join(map(str, self.approvals)), ",".join(self.seats)
        asked = (self.decision_id, self.status, self.happening, self.subject, self.proposal_id, self.agent, self.kind)
        said = (self.payload, self.binding, self.evidence, self.policy_version, self.subject_version, self.reverses)
        by = (self.risk, people, seats, self.rule, self.reviewer_id, self.tenant_id, self.recorded_at)
        return sha256("\x1f".join(map(str, (*asked, *said, *by))).encode()).digest()[:16]


class ReviewRefused(DecisionEvent):
    """A review that does not count, why, and which decision stands."""

    review_id: UUID
    reviewer_id: UUID
    reason: str
    winner: UUID | None
