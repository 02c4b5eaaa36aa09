"""Time passes: what nobody answers expires, which denies it; what is in the subject's favour goes to those above."""

from msgspec.structs import replace

from agents.kernel import Wake, World
from agents.supervisor import asking
from agents.supervisor.authority import ADMIN
from agents.supervisor.deciding import Said, Step, moved
from agents.supervisor.docket import Case, Docket
from agents.supervisor.telling import News, tell
from agents.supervisor.windows import asked_from
from schemas.events import Cause, Event
from schemas.kinds import KINDS


def passed(docket: Docket, wake: Wake, world: World) -> Said:
    """Return what has come of open proposals by this time."""
    emitted: list[Event] = []
    for case in docket.cases:
        if case.asked and case.expires_at <= wake.at:
            docket, said = lapsed(docket, case, wake, world)
            emitted += said
        elif case.asked and case.due <= wake.at:
            docket, said = _nudged(docket, case, wake, world)
            emitted += said
    return docket, emitted


def lapsed(docket: Docket, case: Case, cause: Cause, world: World) -> Said:
    """Return the case whose time is over."""
    kind = KINDS.get(case.kind)
    if kind is not None and kind.in_favour:
        return _escalated(docket, case, cause, world)
    if case.stands or case.status == "suspended":
        case = replace(case, contest="upheld", stands=False)
        return moved(
            docket, case, Step("expire", "reversal_approved", "nobody has answered the contest in time"), cause
        )
    return moved(docket, case, Step("expire", "expired", "nobody answered in time"), cause)


def _escalated(docket: Docket, case: Case, cause: Cause, world: World) -> Said:
    at = cause.recorded_at
    case = replace(case, seats=(ADMIN,), made_at=at, expires_at=at + asking.lifetime(case.kind, at, world))
    case = asked_from(case, docket.subject, world)
    return moved(docket, case, Step("expire", case.status, "nobody answered in time: an admin is asked"), cause)


def _nudged(docket: Docket, case: Case, wake: Wake, world: World) -> Said:
    """Those who are asked are told again, or those above them."""
    above = case.escalate_at is not None and case.escalate_at <= wake.at
    news = News("proposal_escalated", ("above",)) if above else News("proposal_reminder", ("asked",))
    case = replace(case, remind_at=None, escalate_at=None if above else case.escalate_at)
    return tell(docket.with_case(case), case.uuid, news, wake, world)
