"""A person says something to a proposal: it counts, or they are told why not and which decision stands."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from agents.kernel import World
from agents.supervisor import asking
from agents.supervisor.approving import approved
from agents.supervisor.contesting import contested, waived
from agents.supervisor.deciding import Said, Step, moved, refused
from agents.supervisor.docket import READERS, Case, Docket, Heard
from agents.supervisor.editing import edited
from agents.supervisor.judging import adopted
from agents.supervisor.passing import lapsed
from agents.supervisor.restoring import proposed
from schemas.events import Event, ReviewGiven
from schemas.kinds import KINDS, is_advice
from schemas.lifecycle import ASKED, Happening, Status, can
from schemas.reviews import DECIDING

Answer = Callable[[Docket, Case, ReviewGiven, World], Said]


def reviewed(docket: Docket, review: ReviewGiven, world: World) -> Said:
    """Return what a review comes to; one that was heard before, or that only says something, changes nothing."""
    if review.verdict in NOTED:
        return NOTED[review.verdict](docket, review, world), []
    heard = Heard(review.review_id.bytes, review.recorded_at)
    if any(each.id == heard.id for each in docket.reviews):
        return docket, []
    docket = replace(docket, reviews=(*docket.reviews, heard))
    case = docket.case(review.proposal_id)
    if case is None or (case.status == "shadow" and review.verdict != "adopt"):
        return refused(docket, review, "there is no such proposal about this subject")
    late: list[Event] = []
    if case.asked and case.expires_at <= review.recorded_at:
        docket, late = lapsed(docket, case, review, world)
        case = docket.case(review.proposal_id) or case
    docket, answer = _answered(docket, case, review, world)
    return docket, [*late, *answer]


def _answered(docket: Docket, case: Case, review: ReviewGiven, world: World) -> Said:
    if review.verdict not in ANSWERS:
        return refused(docket, review, f"{review.verdict!r} is no answer")
    happening, answer = ANSWERS[review.verdict]
    if not can(case.status, happening) or (case.status == "suspended" and not case.asked and happening != "contest"):
        return refused(docket, review, f"it is already {case.status}", case)
    against = _against(case, review, world)
    return answer(docket, case, review, world) if against is None else refused(docket, review, against, case)


def _against(case: Case, review: ReviewGiven, world: World) -> str | None:
    """Return what speaks against it, whatever is said; to adopt something asks for another seat than to decide it."""
    if review.verdict == "adopt":
        return None
    if review.verdict in DECIDING and review.seen not in (None, case.seen):
        return "it has changed since it was looked at: look at it again"
    if review.batch is not None:
        return asking.against_many(case, review) or asking.against(case, review, world)
    return asking.against(case, review, world)


def _rejected(docket: Docket, case: Case, review: ReviewGiven, _: World) -> Said:
    who, kind = review.reviewer_id, KINDS.get(case.kind)
    case = replace(case, deciders=tuple(sorted({*case.deciders, who.bytes})))
    if kind is not None and kind.in_favour and not case.refusals:
        case = replace(case, refusals=(who.bytes,))
        reason = "it is in the subject's favour: a second person must reject it too"
        return moved(docket, case, Step("reject", case.status, reason, who), review)
    if case.contest == "open":
        case = replace(case, contest="upheld")
    if case.stands or case.status == "suspended":
        case = replace(case, stands=False)
        return moved(docket, case, Step("reject", "reversal_approved", "the contest is upheld", who), review)
    return moved(docket, case, Step("reject", "rejected", "reject was said by a reviewer", who), review)


def _changes(docket: Docket, case: Case, review: ReviewGiven, _: World) -> Said:
    case = replace(case, changes=review.reviewer_id.bytes)
    step = Step("request_changes", case.status, "changes are asked for", review.reviewer_id)
    return moved(docket, case, step, review)


def _stopped(docket: Docket, case: Case, review: ReviewGiven, _: World) -> Said:
    status: Status = "withdrawn" if is_advice(case.kind) else "reversal_approved"
    return moved(docket, case, Step("stop", status, "stopped before it took effect", review.reviewer_id), review)


def _adopted(docket: Docket, case: Case, review: ReviewGiven, world: World) -> Said:
    if not asking.is_admin(case, review, world):
        return refused(docket, review, "only an admin adopts what was proposed in shadow")
    if world.mode(case.agent) != "live":
        return refused(docket, review, f"{case.agent} is not live")
    if case.expires_at <= review.recorded_at:
        return refused(docket, review, "it has expired")
    step = Step("adopt", "routed", "proposed in shadow, and adopted by an admin", review.reviewer_id)
    return adopted(docket, case, step, review, world)


def _opened(docket: Docket, review: ReviewGiven, _: World) -> Docket:
    case = docket.case(review.proposal_id)
    if case is None or review.reviewer_id.bytes in case.opened:
        return docket
    return docket.with_case(replace(case, opened=(*case.opened, review.reviewer_id.bytes)[-READERS:]))


def _snoozed(docket: Docket, review: ReviewGiven, world: World) -> Docket:
    """Put the reminder off; never what follows it."""
    case = docket.case(review.proposal_id)
    if case is None or case.remind_at is None or review.until is None or case.status not in ASKED:
        return docket
    if asking.against(case, review, world) is not None:
        return docket
    later = max(case.remind_at, review.until)
    return docket.with_case(replace(case, remind_at=later if later < (case.escalate_at or case.expires_at) else None))


NOTED: Mapping[str, Callable[[Docket, ReviewGiven, World], Docket]] = {
    "opened": _opened,
    "snooze": _snoozed,
    "comment": lambda docket, *_: docket,
}
"""What moves nothing."""
ANSWERS: Mapping[str, tuple[Happening, Answer]] = {
    "approve": ("approve", approved),
    "reject": ("reject", _rejected),
    "edit": ("edit", edited),
    "request_changes": ("request_changes", _changes),
    "contest": ("contest", contested),
    "waive": ("waive", waived),
    "stop": ("stop", _stopped),
    "revert": ("suspend", proposed),
    "adopt": ("adopt", _adopted),
}
