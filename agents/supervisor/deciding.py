"""One step in the life of one proposal: the only place where a status changes and a decision is made."""

from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from agents.supervisor.docket import Case, Docket
from schemas.events import Cause, DecisionMade, Event, ReviewGiven, ReviewRefused
from schemas.ids import derive
from schemas.lifecycle import EFFECT, INVERSE, LIFE, Happening, Status

Said = tuple[Docket, list[Event]]


class Step(NamedTuple):
    """What happens to a proposal, where that leads, why, and by whose word."""

    happening: Happening
    status: Status
    reason: str
    by: UUID | None = None
    difference: str = ""
    """What has moved since it was approved."""


SEALS = 8
"""So many decisions that ask for something are known again, of one proposal, the latest ones."""


def moved(docket: Docket, case: Case, step: Step, cause: Cause) -> Said:
    """Return the docket in which the case has moved, and the decision that says so."""
    assert step.status in LIFE[case.status].get(step.happening, ()), (case.status, step)
    decision_id = derive("decision", case.uuid, step.status, case.steps + 1)
    after = replace(
        case,
        status=step.status,
        steps=case.steps + 1,
        moved_at=cause.recorded_at,
        decision=decision_id.bytes,
        approval=decision_id.bytes if step.status in EFFECT else case.approval,
        reversal=decision_id.bytes if step.status in INVERSE else case.reversal,
    )
    decision = _decision(docket.subject, after, step, cause)
    if step.status in EFFECT | INVERSE:
        after = replace(after, seals=(*after.seals, decision.seal)[-SEALS:])
    return docket.with_case(after), [decision]


def _decision(subject: str, case: Case, step: Step, cause: Cause) -> DecisionMade:
    decision_id = UUID(bytes=case.decision)
    return DecisionMade.caused_by(
        cause,
        decision_id,
        subject=subject,
        proposal_id=case.uuid,
        decision_id=decision_id,
        agent=case.agent,
        kind=case.kind,
        status=step.status,
        reason=step.reason,
        role=case.role if case.asked else None,
        reviewer_id=step.by,
        risk=case.risk,
        cause=case.cause,
        payload=case.payload,
        binding=case.seen,
        policy_version=case.policy_version,
        subject_version=case.subject_version,
        reverses=UUID(bytes=case.approval) if step.status in (*INVERSE, "reverted") else None,
        expires_at=case.expires_at,
        evidence=case.evidence,
        approvals=[UUID(bytes=each) for each in case.approvals],
        seats=list(case.seats),
        rule=case.rule,
        happening=step.happening,
        contest=case.contest or None,
        contest_until=case.contest_until,
        difference=step.difference,
    )


def refused(docket: Docket, review: ReviewGiven, reason: str, case: Case | None = None) -> Said:
    """Return the answer that a review does not count, why, and by which decision of the case."""
    answer = ReviewRefused.caused_by(
        review,
        review.review_id,
        subject=review.subject,
        proposal_id=review.proposal_id,
        review_id=review.review_id,
        reviewer_id=review.reviewer_id,
        reason=reason,
        winner=UUID(bytes=case.decision) if case and case.decision else None,
    )
    return docket, [answer]
