"""What is in the subject's favour suspends the other proposal at once; decided, it takes that back or restores it."""

from agents.kernel import World
from agents.supervisor import asking
from agents.supervisor.deciding import Said, Step, moved, refused
from agents.supervisor.docket import Case, Docket
from schemas.events import Cause, DecisionMade, Event, ProposalMade, ReviewGiven
from schemas.ids import derive
from schemas.kinds import KINDS, is_advice
from schemas.kinds.reversal import KIND, Reversal
from schemas.lifecycle import ASKED, EFFECT, can


def followed(docket: Docket, emitted: list[Event], cause: Cause) -> Said:
    """Return what the decisions on proposals in the subject's favour mean for those that they take back."""
    said: list[Event] = []
    for event in emitted:
        said.append(event)
        if not isinstance(event, DecisionMade) or (target := _target(docket, event)) is None:
            continue
        step = _meant(docket, event, target)
        if step is not None and can(target.status, step.happening):
            docket, decision = moved(docket, target, step, cause)
            said += decision
    return docket, said


def _meant(docket: Docket, decision: DecisionMade, target: Case) -> Step | None:
    if decision.status in EFFECT:
        return Step("take_back", "reversal_approved", "taken back in the subject's favour", decision.reviewer_id)
    if decision.status in ASKED:
        return Step("suspend", "suspended", "suspended until it is decided whether it is taken back")
    if decision.status in ("rejected", "withdrawn") and not target.asked and not _others(docket, decision):
        return Step("restore", "approved", "it is not taken back", decision.reviewer_id)
    return None


def _others(docket: Docket, decision: DecisionMade) -> bool:
    same = (each for each in docket.cases if (each.kind, each.cause) == (decision.kind, decision.cause))
    return any(each.asked for each in same)


def _target(docket: Docket, decision: DecisionMade) -> Case | None:
    kind = KINDS.get(decision.kind)
    return _taken(docket, decision.kind, decision.payload) if kind and kind.in_favour else None


def _taken(docket: Docket, kind: str, payload: str) -> Case | None:
    takes_back = KINDS[kind].payload.model_validate_json(payload).takes_back
    case = None if takes_back is None else docket.case(takes_back)
    return None if case is None or is_advice(case.kind) else case


def nothing_to_take_back(docket: Docket, case: Case) -> bool:
    """Return whether a proposal would take something back that is not there, or not in force."""
    if KINDS[case.kind].payload.model_validate_json(case.payload).takes_back is None:
        return False
    target = _taken(docket, case.kind, case.payload)
    return target is None or not can(target.status, "take_back")


def proposed(docket: Docket, case: Case, review: ReviewGiven, world: World) -> Said:
    """Return the proposal of a reviewer to take back what is in force."""
    if is_advice(case.kind):
        return refused(docket, review, "advice has no effect to take back", case)
    payload = Reversal(about=docket.subject, proposal_id=case.uuid)
    made = ProposalMade.caused_by(
        review,
        "revert",
        subject=docket.subject,
        proposal_id=derive("revert", review.review_id),
        agent=case.agent,
        agent_version=0,
        kind=KIND.name,
        cause=str(case.uuid),
        raised=1,
        payload=payload.canonical(),
        risk=KIND.floor,
        evidence=[review.event_id],
        rules=[f"a reviewer proposes to take the proposal {case.uuid} back"],
        policy_version=case.policy_version,
        subject_version=review.recorded_at,
        expires_at=review.recorded_at + asking.lifetime(KIND.name, review.recorded_at, world),
        proposer=review.reviewer_id,
    )
    return docket, [made]
