"""Where a proposal goes: the first routing rule that holds, or risk, kind and autonomy; within what no rule can lift.

The limits stand here, outside of the rules: what always needs a human gets one, high risk an admin, critical risk two
people, one of them an admin (S0-P12, S0-D1, X5, X21).
"""

from typing import Literal, NamedTuple
from uuid import UUID

from agents.kernel import World
from agents.supervisor.authority import ADMIN, may_happen_alone
from agents.supervisor.matters import site_of
from schemas.events import ProposalMade
from schemas.kinds import Kind, Risk
from schemas.policies import RoutingPolicy, Rule, SupervisionPolicy

Outcome = Literal["auto", "ask", "block"]


class Routing(NamedTuple):
    """What becomes of a proposal, by which rule (empty: by none), and why."""

    outcome: Outcome
    seats: tuple[str, ...]
    rule: str
    reason: str
    external: UUID | None


def route(made: ProposalMade, kind: Kind, risk: Risk, world: World) -> Routing:
    """Return where a new proposal goes, by the policies in force when it was recorded."""
    policy = world.policy(RoutingPolicy, made.recorded_at)
    facts = {
        "risk": risk,
        "kind": made.kind,
        "agent": made.agent,
        "amount": amount(made, kind),
        "site": site_of(made.subject, world),
        "provenance": "trusted" if made.provenance == "trusted" else "untrusted",
    }
    rule = next((each for each in policy.rules if each.condition.holds(facts)), None)
    autonomy = world.policy(SupervisionPolicy, made.recorded_at)
    outcome, seats, reason = _ruled(rule, kind, risk) if rule else _unruled(made, kind, risk, autonomy)
    return Routing(outcome, seats, rule.name if rule else "", reason, policy.external_approver)


def needs_human(kind: Kind, risk: Risk) -> str | None:
    """Return why no rule and no autonomy lets this happen alone, or None when they may."""
    if kind.of.human:
        return f"{kind.name} always needs a human"
    if not kind.reversible:
        return f"{kind.name} cannot be taken back"
    return "critical risk always needs a human" if risk == "critical" else None


def seats_for(kind: Kind, risk: Risk) -> tuple[str, ...]:
    """Return who is asked at least: the kind's role, from high risk on an admin, at critical risk two people."""
    if risk == "critical":
        return (kind.role, ADMIN)
    return (ADMIN,) if risk == "high" else (kind.role,)


def _ruled(rule: Rule, kind: Kind, risk: Risk) -> tuple[Outcome, tuple[str, ...], str]:
    if rule.then == "block":
        return "block", (), f"the rule {rule.name} blocks it"
    if rule.then == "auto":
        human = needs_human(kind, risk)
        if human is None:
            return "auto", (), f"the rule {rule.name} lets it happen alone"
        return "ask", seats_for(kind, risk), f"the rule {rule.name} would let it happen alone, but {human}"
    seats = _at_least(rule.roles, kind, risk)
    return "ask", seats, f"the rule {rule.name} asks {' and '.join(seats)}"


def _at_least(asked: tuple[str, ...], kind: Kind, risk: Risk) -> tuple[str, ...]:
    """Return whom a rule asks, or whom the risk does where that is more."""
    least = seats_for(kind, risk)
    return least if len(asked) < len(least) or (ADMIN in least and ADMIN not in asked) else asked


def _unruled(
    made: ProposalMade, kind: Kind, risk: Risk, policy: SupervisionPolicy
) -> tuple[Outcome, tuple[str, ...], str]:
    if may_happen_alone(kind, made.agent, risk, policy):
        return "auto", (), f"{risk} risk may happen on its own"
    seats = seats_for(kind, risk)
    return "ask", seats, f"{risk} risk needs the role {' and the role '.join(seats)}"
