"""A reviewer changes what a proposal says: within limits that approves it, beyond them it is a new proposal."""

from msgspec.structs import replace
from pydantic import ValidationError

from agents.kernel import World
from agents.supervisor import asking
from agents.supervisor.approving import approve
from agents.supervisor.contesting import window
from agents.supervisor.deciding import Said, Step, moved, refused
from agents.supervisor.docket import Case, Docket
from agents.supervisor.judging import severity
from schemas.events import ProposalMade, ReviewGiven
from schemas.ids import derive
from schemas.kinds import KINDS, Payload


def edited(docket: Docket, case: Case, review: ReviewGiven, world: World) -> Said:
    """Return the case as somebody has edited and approved it, or the new proposal that the edit is."""
    if case.stands:
        return refused(docket, review, "what was done is not changed afterwards: approve or reject it", case)
    payload = _payload(case, review)
    if payload is None:
        return refused(docket, review, f"that is no payload of {case.kind}", case)
    text = payload.canonical()
    if text == case.payload:
        return refused(docket, review, "it says that already: approve it", case)
    if payload.subject != docket.subject or _is_more(case, text):
        return _as_new(docket, case, payload, review, world)
    shut = window(case, review)
    if shut is not None:
        return refused(docket, review, shut, case)
    case = replace(case, payload=text, approvals=(review.reviewer_id.bytes,), changes=b"")
    return approve(docket, case, review, world, "edited_and_approved")


def _payload(case: Case, review: ReviewGiven) -> Payload | None:
    try:
        return KINDS[case.kind].payload.model_validate_json(review.payload or "")
    except ValidationError:
        return None


def _is_more(case: Case, payload: str) -> bool:
    """Return whether an edit weighs more against the subject; in doubt it does."""
    was, now = severity(case.kind, case.payload), severity(case.kind, payload)
    return was is None or now is None or now > was


def _as_new(docket: Docket, case: Case, payload: Payload, review: ReviewGiven, world: World) -> Said:
    identity = derive("edit", review.review_id)
    reason = f"edited beyond what one person may: it is now the proposal {identity} about {payload.subject}"
    docket, decision = moved(docket, case, Step("edit", "withdrawn", reason, review.reviewer_id), review)
    made = ProposalMade.caused_by(
        review,
        identity,
        subject=payload.subject,
        proposal_id=identity,
        agent=case.agent,
        agent_version=0,
        kind=case.kind,
        cause=case.cause,
        raised=case.raised,
        payload=payload.canonical(),
        risk=case.risk,
        evidence=[review.event_id],
        rules=[f"a reviewer has edited the proposal {case.uuid}"],
        policy_version=case.policy_version,
        subject_version=case.subject_version,
        expires_at=review.recorded_at + asking.lifetime(case.kind, review.recorded_at, world),
        proposer=review.reviewer_id,
        replaces=case.uuid,
    )
    return docket, [*decision, made]
