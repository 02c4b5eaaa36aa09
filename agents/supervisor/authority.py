"""Who may decide, and what may happen on its own: pure questions to the World and the policy in force."""

from uuid import UUID

from agents.kernel import World
from schemas.events import EmployeeDescribed
from schemas.kinds import Kind, Risk
from schemas.policies import SupervisionPolicy

ADMIN, HR = "admin", "hr"


def role_for(kind: Kind, risk: Risk) -> str:
    """Return who is asked: an admin from high risk on, else the kind's role (S0-D1)."""
    return ADMIN if risk in ("high", "critical") else kind.role


def may_happen_alone(kind: Kind, risk: Risk, policy: SupervisionPolicy) -> bool:
    """Return whether no human is needed (S2-P1..P3, X5); an employment consequence always needs one (S0-P12)."""
    if kind.action == "employment_consequence" or not kind.reversible or risk == "critical":
        return False
    autonomy = policy.autonomy.get(kind.name, policy.default)
    return autonomy == "autonomous" or (autonomy == "semi_autonomous" and risk == "low")


def objection(reviewer: UUID, subject: str, role: str, kind: Kind, world: World) -> str | None:
    """Return why this person may not decide about this subject, or None when they may."""
    if subject == f"employee:{reviewer}":
        return "nobody decides about themself"
    if _reports_to(reviewer, subject, world):
        return "nobody decides about somebody they report to"
    accepted = {role, ADMIN, HR} if kind.hr else {role, ADMIN}
    site = _site(subject, world)
    for held in world.roles(reviewer):
        if held.role in accepted and held.location_id in (None, site):
            return None
    return f"the reviewer does not hold the role {role} where the subject works"


def _reports_to(reviewer: UUID, subject: str, world: World) -> bool:
    seen: set[UUID] = set()
    person = world.employee(reviewer)
    while person is not None and person.manager_id is not None and person.manager_id not in seen:
        if subject == f"employee:{person.manager_id}":
            return True
        seen.add(person.manager_id)
        person = world.employee(person.manager_id)
    return False


def _site(subject: str, world: World) -> UUID | None:
    employee = world.get(EmployeeDescribed, subject.removeprefix("employee:"))
    return employee.location_id if employee else None
