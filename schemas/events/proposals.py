"""What agents propose and people say to it, keyed by subject (topic ``rollcall.proposals.v1``)."""

from typing import ClassVar
from uuid import UUID

from schemas.events.base import Event, Instant


class ProposalEvent(Event):
    """A fact about one proposal; `subject` is whom or what it is about, for example ``employee:<id>``."""

    namespace: ClassVar[str] = "rollcall.proposals"
    subject: str
    proposal_id: UUID

    @property
    def key(self) -> str:
        return self.subject


class ProposalMade(ProposalEvent):
    """An agent proposes an effect. `payload` is canonical JSON under the model of `kind`."""

    agent: str
    agent_version: int
    kind: str
    cause: str
    """Natural key of what was judged."""
    raised: int
    """How often this agent has raised this kind for this cause, from 1."""
    payload: str
    risk: str
    shadow: bool = False
    evidence: list[UUID]
    """Ids of the events that caused it."""
    rules: list[str]
    """The rule trace, in plain words."""
    policy_version: int
    subject_version: Instant
    """The newest `recorded_at` among the facts that it cites."""
    expires_at: Instant
    cause_at: Instant | None = None
    """When what caused it happened; what lies before the agent was first live is not proposed."""
    editors: list[UUID] = []
    """Who has edited, to the subject's disadvantage, the records that it rests on."""
    provenance: str = "trusted"
    """``untrusted``: it rests on what anybody could have written, and is taken for one level riskier."""
    proposer: UUID | None = None
    """The person whose proposal it is, who does not decide on it; none: the agent's own."""
    replaces: UUID | None = None
    """The proposal that a person's edit has made this one of."""


class ProposalWithdrawn(ProposalEvent):
    """The agent takes its proposal back: what caused it is no longer true."""

    agent: str
    kind: str
    reason: str
    shadow: bool = False
    evidence: list[UUID]


class ReviewGiven(ProposalEvent):
    """A person has said something to a proposal. The note stays in PostgreSQL."""

    review_id: UUID
    verdict: str
    """One of ``schemas.reviews.Verdict``."""
    reviewer_id: UUID
    revision: int
    seen: str | None = None
    """`binding` of what they saw; none: from before this was recorded."""
    payload: str | None = None
    """Of an edit: what it should say, canonical JSON under the model of the kind."""
    until: Instant | None = None
    """Of a snooze: no reminder before that."""
    batch: UUID | None = None
    """Said to several proposals at once."""
    considered: int | None = None
    """Seconds since they opened it; none: they did not."""


class ApplicationReported(ProposalEvent):
    """What applying a decision came to."""

    application_id: UUID
    decision_id: UUID
    outcome: str
    """``applied``, ``failed``, ``stale`` or ``reverted``."""
    reason: str
    revision: int
    difference: str = ""
    """Of a stale one: what it rested on and what is there now, JSON; empty: not said."""
