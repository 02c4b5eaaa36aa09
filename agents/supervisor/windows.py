"""How long what is asked of people lasts: reminder, escalation, the time in which the subject can contest."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from agents.kernel import World
from agents.supervisor import asking
from agents.supervisor.docket import Case
from schemas.events import EmployeeDescribed
from schemas.policies import SupervisionPolicy

FRIDAY = 4


def asked_from(case: Case, subject: str, world: World) -> Case:
    """Return the case whose time to answer runs from `made_at` to `expires_at`."""
    policy = world.policy(SupervisionPolicy, case.made_at)
    escalate_at = case.expires_at - policy.escalate_before
    remind_at = case.made_at + (case.expires_at - case.made_at) / 2
    until = working_days_after(case.made_at, policy.contest_days, zone(subject, world))
    return replace(
        case,
        remind_at=remind_at if case.made_at < remind_at < escalate_at else None,
        escalate_at=escalate_at if escalate_at > case.made_at else None,
        contest_until=until if asking.contestable(case) and until > case.made_at else None,
    )


def asked_again(case: Case, at: datetime, subject: str, world: World) -> Case:
    """Return the case as it is asked anew: nobody has answered yet, and there is time to."""
    until = at + asking.lifetime(case.kind, at, world)
    if not case.contest:
        until = max(case.expires_at, at + world.policy(SupervisionPolicy, at).asked_again)
    fresh = replace(case, made_at=at, expires_at=until, approvals=(), refusals=(), changes=b"")
    return replace(asked_from(fresh, subject, world), contest_until=None if case.contest else case.contest_until)


def zone(subject: str, world: World) -> tzinfo:
    """Return the time zone of where the subject works; UTC when that is not known."""
    employee = world.get(EmployeeDescribed, subject.removeprefix("employee:"))
    place = world.location(employee.location_id) if employee else None
    return ZoneInfo(place.zone) if place else UTC


def working_days_after(at: datetime, days: int, where: tzinfo) -> datetime:
    """Return the same time of day so many working days later, Monday to Friday, as the clocks there go."""
    local = at.astimezone(where)
    for _ in range(days):
        local += timedelta(days=1)
        while local.weekday() > FRIDAY:
            local += timedelta(days=1)
    return local.astimezone(UTC)
