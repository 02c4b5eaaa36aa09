"""What the supervisor remembers of one subject: its proposals, the reviews it has heard, and early withdrawals."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from schemas.events import Cause, DecisionMade, ProposalMade, ReviewGiven
from schemas.ids import derive
from schemas.kinds import Risk, binding, is_advice
from schemas.lifecycle import CLOSED, EFFECT, Status

CASES = 256
"""Proposals remembered per subject; beyond it the settled one that moved longest ago is forgotten."""
BY_REVIEW: frozenset[Status] = frozenset({"approved", "rejected"})
SETTLED: frozenset[str] = CLOSED | {"applied", "shadow"}


class Case(Struct, frozen=True, array_like=True, gc=False):
    """One proposal and how far it has come."""

    id: bytes
    agent: str
    kind: str
    cause: str
    payload: str
    risk: Risk
    role: str
    policy_version: int
    subject_version: datetime
    expires_at: datetime
    moved_at: datetime
    status: Status | Literal["new", "shadow"] = "new"
    steps: int = 0
    decision: bytes = b""
    """The latest decision: what a second review is told."""
    approval: bytes = b""
    """The decision whose effect is asked for."""
    reversal: bytes = b""
    """The decision that takes the approval back."""

    @property
    def settled(self) -> bool:
        """Whether nothing more is awaited: advice that was approved is done."""
        return self.status in SETTLED or (self.status in EFFECT and is_advice(self.kind))


class Heard(Struct, frozen=True, array_like=True, gc=False):
    """The natural key of something that was answered already, or that came too early."""

    id: bytes
    at: datetime


class Docket(Struct, frozen=True, array_like=True):
    """The proposals about one subject, by id."""

    subject: str
    cases: tuple[Case, ...] = ()
    reviews: tuple[Heard, ...] = ()
    withdrawn: tuple[Heard, ...] = ()
    """Withdrawals of proposals that have not come yet."""

    def __bool__(self) -> bool:
        return bool(self.cases or self.reviews or self.withdrawn)

    @property
    def due(self) -> datetime | None:
        """When the next open proposal expires."""
        return min((case.expires_at for case in self.cases if case.status == "routed"), default=None)

    def case(self, proposal_id: UUID) -> Case | None:
        """Return the proposal's case."""
        return next((case for case in self.cases if case.id == proposal_id.bytes), None)

    def with_case(self, case: Case) -> "Docket":
        """Return the docket in which this is how far the case has come."""
        others = (each for each in self.cases if each.id != case.id)
        return replace(self, cases=tuple(sorted((*others, case), key=lambda each: each.id)))

    def bounded(self, since: datetime) -> "Docket":
        """Return the docket without settled cases that have not moved since, and without too many of them."""
        kept = [case for case in self.cases if not case.settled or case.moved_at >= since]
        spare = sorted((case for case in kept if case.settled), key=lambda case: (case.moved_at, case.id))
        spared = {case.id for case in spare[: max(0, len(kept) - CASES)]}
        cases = tuple(case for case in kept if case.id not in spared)
        reviews, withdrawn = recent(self.reviews, since), recent(self.withdrawn, since)
        if (cases, reviews, withdrawn) == (self.cases, self.reviews, self.withdrawn):
            return self
        return replace(self, cases=cases, reviews=reviews, withdrawn=withdrawn)


def recent(heard: Sequence[Heard], since: datetime) -> tuple[Heard, ...]:
    """Return the newest of those not older than `since`, in order."""
    return tuple([each for each in heard if each.at >= since][-CASES:])


def opened(made: ProposalMade, risk: Risk, role: str) -> Case:
    """Return the case of a proposal on which nothing is decided yet."""
    return Case(
        made.proposal_id.bytes,
        made.agent,
        made.kind,
        made.cause,
        made.payload,
        risk,
        role,
        made.policy_version,
        made.subject_version,
        made.expires_at,
        made.recorded_at,
    )


def decided(subject: str, case: Case, status: Status, cause: Cause, reason: str) -> tuple[Case, DecisionMade]:
    """Return the case moved to a status, and the event that says so."""
    proposal_id = UUID(bytes=case.id)
    decision_id = derive("decision", proposal_id, status, case.steps + 1)
    moved = replace(
        case,
        status=status,
        steps=case.steps + 1,
        moved_at=cause.recorded_at,
        decision=decision_id.bytes,
        approval=decision_id.bytes if status in ("approved", "auto_approved") else case.approval,
        reversal=decision_id.bytes if status == "reversal_approved" else case.reversal,
    )
    event = DecisionMade.caused_by(
        cause,
        decision_id,
        subject=subject,
        proposal_id=proposal_id,
        decision_id=decision_id,
        agent=case.agent,
        kind=case.kind,
        status=status,
        reason=reason,
        role=case.role if status == "routed" else None,
        reviewer_id=cause.reviewer_id if status in BY_REVIEW and isinstance(cause, ReviewGiven) else None,
        risk=case.risk,
        cause=case.cause,
        payload=case.payload,
        binding=binding(case.payload, case.subject_version, case.policy_version),
        policy_version=case.policy_version,
        subject_version=case.subject_version,
        reverses=UUID(bytes=case.approval) if status in ("reversal_approved", "reverted") else None,
        expires_at=case.expires_at,
    )
    return moved, event
