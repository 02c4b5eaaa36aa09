"""Who is told what became of a proposal: whoever is asked, always the subject, and whoever was told before."""

from collections.abc import Mapping
from typing import Literal, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from agents.kernel import World
from agents.supervisor import asking
from agents.supervisor.deciding import Said
from agents.supervisor.docket import Case, Docket
from schemas.events import Cause, DecisionMade, EmployeeDescribed, Event
from schemas.kinds import KINDS, is_advice
from schemas.lifecycle import Status
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
    """Return the notices that decisions bring, after each of them."""
    said: list[Event] = []
    for event in emitted:
        said.append(event)
        if not isinstance(event, DecisionMade):
            continue
        for news in _news(docket, event):
            docket, notices = tell(docket, event.proposal_id, news, cause, world)
            said += notices
    return docket, said


def _news(docket: Docket, decision: DecisionMade) -> tuple[News, ...]:
    """Return what is told of a decision; only the last one about its proposal in a turn is news."""
    case = docket.case(decision.proposal_id)
    if case is None or decision.decision_id.bytes != case.decision:
        return ()
    if case.status == "rejected" and _in_favour(case):
        return (*TOLD["rejected"], News("proposal_not_retracted", ("subject",)))
    return TOLD.get(case.status, ())


def tell(docket: Docket, proposal_id: UUID, news: News, cause: Cause, world: World) -> Said:
    """Return the notices of one kind to some people, each once."""
    case, subject = docket.case(proposal_id), _subject(docket.subject)
    if case is None or subject is None:
        return docket, []
    everybody = dict.fromkeys(each for who in news.whom for each in _recipients(case, who, subject, world))
    notice = NOTICES[news.notice]
    about = About(notice, subject, None, case.uuid, case.steps)
    details = {"kind": case.kind, "risk": case.risk, "status": case.status}
    until = cause.recorded_at + world.policy(NoticePolicy, cause.recorded_at).lifetime(notice)
    said: list[Event] = [requested(about, cause, each, expires_at=until, details=details) for each in everybody]
    case = replace(case, told=tuple(dict.fromkeys((*case.told, *everybody))))
    return docket.with_case(case), said


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
