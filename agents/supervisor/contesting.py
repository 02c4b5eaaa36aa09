"""The subject has a say: they contest what is proposed or done about them, or give up the time to contest it."""

from msgspec.structs import replace

from agents.kernel import World
from agents.supervisor.deciding import Said, Step, moved, refused
from agents.supervisor.docket import Case, Docket
from agents.supervisor.windows import asked_again
from schemas.events import ReviewGiven
from schemas.kinds import KINDS, is_advice
from schemas.lifecycle import ASKED, Status


def window(case: Case, review: ReviewGiven) -> str | None:
    """Return why it is too early to approve; what is contested already needs no more time for that."""
    until = case.contest_until
    if until is None or case.contest or review.recorded_at >= until:
        return None
    return f"the subject may contest it until {until.isoformat()}"


def contested(docket: Docket, case: Case, review: ReviewGiven, world: World) -> Said:
    """Return the contested case: what is open waits for somebody new, what is in force is suspended."""
    if case.kind in KINDS and KINDS[case.kind].in_favour:
        return refused(docket, review, "it is in the subject's favour")
    if case.contest:
        return refused(docket, review, f"it was contested before: {case.contest}", case)
    at = review.recorded_at
    if case.status in ASKED:
        case = replace(case, contest="open", approvals=(), contest_until=None)
        return moved(docket, case, Step("contest", "contested", "the subject contests it", review.reviewer_id), review)
    case = asked_again(replace(case, contest="open"), at, docket.subject, world)
    case = replace(case, stands=case.status == "applied" and not _reversible(case))
    status: Status = "contested" if case.stands or is_advice(case.kind) else "suspended"
    reason = "the subject contests it: it has no effect until that is decided"
    if case.stands:
        reason = "the subject contests it; what was done cannot be taken back"
    return moved(docket, case, Step("contest", status, reason, review.reviewer_id), review)


def _reversible(case: Case) -> bool:
    return case.kind in KINDS and KINDS[case.kind].reversible


def waived(docket: Docket, case: Case, review: ReviewGiven, _: World) -> Said:
    """Return the case that the subject will not contest before it is decided."""
    if case.contest_until is None or case.contest_until <= review.recorded_at:
        return refused(docket, review, "there is no time to contest that anybody waits for", case)
    case = replace(case, contest_until=None)
    reason = "the subject gives up the time to contest it"
    return moved(docket, case, Step("waive", case.status, reason, review.reviewer_id), review)
