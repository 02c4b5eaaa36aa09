"""Decide what may happen on its own and who must be asked; the only writer of decisions.

Reads proposals, withdrawals, reviews and reports keyed by subject, wakes when an open proposal expires;
emits ``DecisionMade`` and ``ReviewRefused``. The first decision wins. Statuses: docs/supervision.md.
"""

from uuid import UUID

from msgspec.structs import replace
from pydantic import ValidationError

from agents.kernel import Agent, Outcome, Wake, World
from agents.supervisor.authority import ADMIN, may_happen_alone, objection, role_for
from agents.supervisor.docket import Case, Docket, Heard, decided, opened
from agents.supervisor.matters import Matter
from schemas.events import (
    ApplicationReported,
    DecisionMade,
    Event,
    ProposalEvent,
    ProposalMade,
    ProposalWithdrawn,
    ReviewGiven,
    ReviewRefused,
)
from schemas.kinds import KINDS, is_advice, riskier
from schemas.lifecycle import EFFECT, Status
from schemas.policies import SupervisionPolicy
from schemas.topics import PROPOSALS

Said = tuple[Docket, list[Event]]


def step(state: Docket | None, event: Event | Wake, world: World) -> Outcome[Docket]:
    """Move each proposal on by what was said of it; what cannot be is answered, never raised."""
    docket = state or Docket(event.key)
    emitted: list[Event] = []
    match event:
        case ProposalMade():
            docket, emitted = _judged(docket, event, world)
        case ProposalWithdrawn():
            docket, emitted = _withdrawn(docket, event)
        case ReviewGiven():
            docket, emitted = _reviewed(docket, event, world)
        case ApplicationReported():
            docket, emitted = _reported(docket, event, world)
        case Wake():
            docket, emitted = _expired(docket, event)
    if isinstance(event, ProposalEvent):
        memory = world.policy(SupervisionPolicy, event.recorded_at).memory
        docket = docket.bounded(event.recorded_at - memory)
    return Outcome(docket or None, tuple(emitted), docket.due)


def _judged(docket: Docket, made: ProposalMade, world: World) -> Said:
    if docket.case(made.proposal_id) is not None:
        return docket, []
    kind = KINDS.get(made.kind)
    risk = riskier(made.risk, kind.floor if kind else "critical")
    case = opened(made, risk, role_for(kind, risk) if kind else ADMIN)
    if made.shadow:
        return docket.with_case(replace(case, status="shadow")), []
    fault = _fault(made)
    if fault is not None:
        return _moved(docket, case, "rejected", made, fault)
    if any(each.id == case.id for each in docket.withdrawn):
        return _moved(docket, case, "withdrawn", made, "it was withdrawn before it came")
    if made.expires_at <= made.recorded_at:
        return _moved(docket, case, "expired", made, "it had expired when it came")
    if kind is not None and may_happen_alone(kind, risk, world.policy(SupervisionPolicy, made.recorded_at)):
        return _moved(docket, case, "auto_approved", made, f"{risk} risk may happen on its own")
    return _moved(docket, case, "routed", made, f"{risk} risk needs the role {case.role}")


def _fault(made: ProposalMade) -> str | None:
    """Return why a proposal cannot be decided at all."""
    kind = KINDS.get(made.kind)
    if kind is None:
        return f"there is no kind {made.kind!r}"
    try:
        payload = kind.payload.model_validate_json(made.payload)
    except ValidationError as error:
        return f"the payload is not one of {made.kind}: {error.error_count()} errors"
    if payload.canonical() != made.payload:
        return "the payload is not in canonical form"
    return None if payload.subject == made.subject else f"the payload is about {payload.subject}"


def _withdrawn(docket: Docket, taken: ProposalWithdrawn) -> Said:
    case = docket.case(taken.proposal_id)
    if case is None:
        heard = Heard(taken.proposal_id.bytes, taken.recorded_at)
        known = any(each.id == heard.id for each in docket.withdrawn)
        return (docket if known else replace(docket, withdrawn=(*docket.withdrawn, heard))), []
    if case.status == "routed" or (case.status in EFFECT and is_advice(case.kind)):
        return _moved(docket, case, "withdrawn", taken, taken.reason)
    if case.status in EFFECT or case.status == "applied":
        return _moved(docket, case, "reversal_approved", taken, f"{taken.reason}: in the subject's favour")
    return docket, []


def _reviewed(docket: Docket, review: ReviewGiven, world: World) -> Said:
    heard = Heard(review.review_id.bytes, review.recorded_at)
    if any(each.id == heard.id for each in docket.reviews):
        return docket, []
    docket = replace(docket, reviews=(*docket.reviews, heard))
    case = docket.case(review.proposal_id)
    if case is None or case.status == "shadow":
        return docket, [_refusal(review, "there is no such proposal about this subject", None)]
    expired: list[Event] = []
    if case.status == "routed" and case.expires_at <= review.recorded_at:
        docket, expired = _moved(docket, case, "expired", review, "nobody answered in time")
        case = docket.case(review.proposal_id) or case
    if case.status != "routed":
        return docket, [*expired, _refusal(review, f"it is already {case.status}", UUID(bytes=case.decision))]
    words: dict[str, Status] = {"approve": "approved", "reject": "rejected"}
    if review.verdict not in words:
        return docket, [_refusal(review, f"{review.verdict!r} is neither approve nor reject", None)]
    against = _against(case, review, world)
    if against is not None:
        return docket, [_refusal(review, against, None)]
    return _moved(docket, case, words[review.verdict], review, f"{review.verdict} was said by a reviewer")


def _against(case: Case, review: ReviewGiven, world: World) -> str | None:
    kind = KINDS.get(case.kind)
    if kind is None:
        return f"there is no kind {case.kind!r} any more"
    return objection(review.reviewer_id, Matter(review.subject, kind, (case.role,), review.recorded_at), world)


def _reported(docket: Docket, report: ApplicationReported, world: World) -> Said:
    case = docket.case(report.proposal_id)
    decision = report.decision_id.bytes
    if case is None:
        return docket, []
    if case.status == "reversal_approved" and decision == case.reversal:
        status: Status = "reverted" if report.outcome == "reverted" else "failed"
        return _moved(docket, case, status, report, report.reason)
    if case.status not in EFFECT or decision != case.approval:
        return docket, []
    if report.outcome == "applied":
        return _moved(docket, case, "applied", report, report.reason)
    if report.outcome != "stale":
        return _moved(docket, case, "failed", report, report.reason)
    return _asked_again(docket, case, report, world)


def _asked_again(docket: Docket, case: Case, report: ApplicationReported, world: World) -> Said:
    """A stale decision is never approved again by itself: somebody is asked, with time to answer."""
    longer = report.recorded_at + world.policy(SupervisionPolicy, report.recorded_at).asked_again
    docket, stale = _moved(docket, case, "stale", report, report.reason)
    case = replace(docket.case(report.proposal_id) or case, expires_at=max(case.expires_at, longer))
    docket, routed = _moved(docket, case, "routed", report, f"the world has moved: {report.reason}")
    return docket, [*stale, *routed]


def _expired(docket: Docket, wake: Wake) -> Said:
    emitted: list[Event] = []
    for case in docket.cases:
        if case.status == "routed" and case.expires_at <= wake.at:
            docket, decision = _moved(docket, case, "expired", wake, "nobody answered in time")
            emitted += decision
    return docket, emitted


def _moved(docket: Docket, case: Case, status: Status, cause: Event | Wake, reason: str) -> Said:
    moved, decision = decided(docket.subject, case, status, cause, reason)
    return docket.with_case(moved), [decision]


def _refusal(review: ReviewGiven, reason: str, winner: UUID | None) -> ReviewRefused:
    return ReviewRefused.caused_by(
        review,
        review.review_id,
        subject=review.subject,
        proposal_id=review.proposal_id,
        review_id=review.review_id,
        reviewer_id=review.reviewer_id,
        reason=reason,
        winner=winner,
    )


AGENT = Agent(
    name="supervisor",
    version=1,
    topic=PROPOSALS,
    consumes=(ProposalMade, ProposalWithdrawn, ReviewGiven, ApplicationReported),
    emits=(DecisionMade, ReviewRefused),
    state=Docket,
    step=step,
    moded=False,
)
