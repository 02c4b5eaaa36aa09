"""Who is told what became of a proposal: whoever is asked, always the subject, and whoever was told before."""

from collections.abc import Mapping
from typing import Literal, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from agents.kernel import Wake, World
from agents.supervisor import asking
from agents.supervisor.deciding import Said
from agents.supervisor.docket import Case, Docket, Held
from agents.supervisor.waiting import free, having_told, holding, without
from schemas.events import Cause, DecisionMade, EmployeeDescribed, Event
from schemas.kinds import KINDS, is_advice
from schemas.lifecycle import CLOSED, Status
from schemas.notices import NOTICES, About, employee, requested, role
from schemas.policies.notices import NoticePolicy

Who = Literal["asked", "above", "subject", "told"]


class News(NamedTuple):
    """A notice, and whom it is for."""

    notice: str
    whom: tuple[Who, ...]


TOLD: Mapping[Status, tuple[News, ...]] = {
    "routed": (News("proposal_asked", ("asked",)), News("proposal_about_you", ("subject",))),
    "unroutable": (News("proposal_escalated", ("above",)), News("proposal_about_you", ("subject",))),
    "contested": (News("proposal_contested", ("subject", "asked", "told")),),
    "suspended": (News("proposal_suspended", ("subject", "asked", "told")),),
    "applied": (News("proposal_applied", ("subject", "asked")),),
    "rejected": (News("proposal_dropped", ("told",)),),
    "expired": (News("proposal_dropped", ("told",)),),
    "withdrawn": (News("proposal_dropped", ("told",)),),
    "reversal_approved": (News("proposal_retracted", ("subject", "told")),),
    "failed": (News("proposal_escalated", ("above",)),),
}
"""Which notice each status brings, and to whom. What is not here tells nobody."""


def told(docket: Docket, emitted: list[Event], cause: Cause, world: World) -> Said:
    """Return the notices that decisions bring, after each of them, and those that have waited until now."""
    said: list[Event] = []
    for event in emitted:
        said.append(event)
        if not isinstance(event, DecisionMade):
            continue
        for news in _news(docket, event):
            docket, notices = tell(docket, event.proposal_id, news, cause, world)
            said += notices
    if isinstance(cause, Wake):
        docket, notices = _late(docket, cause, world)
        said += notices
    return docket, said


def _news(docket: Docket, decision: DecisionMade) -> tuple[News, ...]:
    """Return what is told of a decision; only the last one about its proposal in a turn is news."""
    case = docket.case(decision.proposal_id)
    if case is None or decision.decision_id.bytes != case.decision:
        return ()
    return _of(case)


def _of(case: Case) -> tuple[News, ...]:
    """Return what is told of a proposal as it is now."""
    if case.status == "rejected" and _in_favour(case):
        return (*TOLD["rejected"], News("proposal_not_retracted", ("subject",)))
    return TOLD.get(case.status, ())


def tell(docket: Docket, proposal_id: UUID, news: News, cause: Cause, world: World) -> Said:
    """Return the notices of one kind to those who may be told something now, each once; for the others it waits."""
    case, subject = docket.case(proposal_id), _subject(docket.subject)
    if case is None or subject is None:
        return docket, []
    said: list[Event] = []
    for recipient in dict.fromkeys(each for who in news.whom for each in _recipients(case, who, subject, world)):
        held = Held(case.id, news.notice, recipient, case.steps, cause.recorded_at)
        docket, notices = _told(docket, held, cause, world)
        said += notices
    return docket, said


def _late(docket: Docket, wake: Wake, world: World) -> Said:
    """Return what has waited until somebody may be told something, and still holds."""
    said: list[Event] = []
    for held in docket.held:
        if held.at <= wake.at:
            docket = without(docket, held.proposal, held.recipient)
            case = docket.case(UUID(bytes=held.proposal))
            if case is not None and _holds(case, held.notice):
                docket, notices = _told(docket, held, wake, world)
                said += notices
    return docket, said


def _holds(case: Case, notice: str) -> bool:
    """Return whether what was to be told is still so."""
    match notice:
        case "proposal_about_you":
            return case.status not in CLOSED
        case "proposal_retracted":
            return case.status in ("reversal_approved", "reverted")
        case "proposal_asked" | "proposal_reminder":
            return case.asked
    return case.asked or any(notice == each.notice for each in _of(case))


def _told(docket: Docket, held: Held, cause: Cause, world: World) -> Said:
    case, subject = docket.case(UUID(bytes=held.proposal)), _subject(docket.subject)
    assert case is not None
    assert subject is not None
    now, notice = cause.recorded_at, NOTICES[held.notice]
    at = free(docket, held.recipient, now, world)
    if at > now:
        return holding(docket, replace(held, at=at)), []
    about = About(notice, subject, None, case.uuid, held.turn)
    details = {"kind": case.kind, "risk": case.risk, "status": case.status}
    until = now + world.policy(NoticePolicy, now).lifetime(notice)
    case = replace(case, told=tuple(dict.fromkeys((*case.told, held.recipient))))
    docket = having_told(without(docket, case.id, held.recipient).with_case(case), held.recipient, now)
    return docket, [requested(about, cause, held.recipient, expires_at=until, details=details)]


def _subject(subject: str) -> UUID | None:
    family, _, identity = subject.partition(":")
    try:
        return UUID(identity) if family == "employee" else None
    except ValueError:
        return None


def _recipients(case: Case, who: Who, subject: UUID, world: World) -> tuple[str, ...]:
    hr = (role("hr"),) if case.kind in KINDS and KINDS[case.kind].hr else ()
    if who == "told":
        return case.told
    if who == "subject":
        return () if is_advice(case.kind) and not _in_favour(case) else (employee(subject),)
    if who == "above" or case.role == "admin":
        named = asking.external(case.moved_at, world) if case.status == "unroutable" else None
        return (role("admin"), *hr, *([employee(named)] if named else []))
    if case.role != "manager":
        return (role(case.role),)
    described = world.get(EmployeeDescribed, subject)
    return (employee(described.manager_id) if described and described.manager_id else role("manager"),)


def _in_favour(case: Case) -> bool:
    return case.kind in KINDS and KINDS[case.kind].in_favour
