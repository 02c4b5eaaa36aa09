"""Where a proposal goes: the first routing rule that holds, or risk, kind and autonomy; within what no rule can lift.

The limits stand here, outside of the rules: what always needs a human gets one, high risk an admin, critical risk two
people, one of them an admin (S0-P12, S0-D1, X5, X21).
"""

from typing import Literal, NamedTuple

from agents.kernel import World
from agents.supervisor.authority import ADMIN
from agents.supervisor.matters import site_of
from schemas.cel import Value
from schemas.events import ProposalMade
from schemas.kinds import Kind, Risk
from schemas.policies import RoutingPolicy, Rule, SupervisionPolicy

Outcome = Literal["auto", "ask", "block"]


class Routing(NamedTuple):
    """What becomes of a proposal, who is asked, by which rule (empty: by none), and why."""

    outcome: Outcome
    seats: tuple[str, ...]
    rule: str
    reason: str


def route(made: ProposalMade, kind: Kind, risk: Risk, world: World) -> Routing:
    """Return where a new proposal goes, by the policies in force when it was recorded; its payload is valid."""
    facts: dict[str, Value] = {
        "risk": risk,
        "kind": made.kind,
        "agent": made.agent,
        "amount": kind.payload.model_validate_json(made.payload).amount,
        "site": site_of(made.subject, world) or "",
        "provenance": "trusted" if made.provenance == "trusted" else "untrusted",
    }
    rules = world.policy(RoutingPolicy, made.recorded_at).rules
    rule = next((each for each in rules if each.condition.holds(facts)), None)
    if rule is None:
        return _unruled(made, kind, risk, world.policy(SupervisionPolicy, made.recorded_at))
    return _ruled(rule, kind, risk)


def needs_human(kind: Kind, risk: Risk) -> str | None:
    """Return why no rule and no autonomy lets this happen alone, or None when one may."""
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


def _ruled(rule: Rule, kind: Kind, risk: Risk) -> Routing:
    if rule.then == "block":
        return Routing("block", (), rule.name, f"the rule {rule.name} blocks it")
    if rule.then == "auto":
        human = needs_human(kind, risk)
        if human is None:
            return Routing("auto", (), rule.name, f"the rule {rule.name} lets it happen alone")
        reason = f"the rule {rule.name} would let it happen alone, but {human}"
        return Routing("ask", seats_for(kind, risk), rule.name, reason)
    seats = _at_least(rule.roles, kind, risk)
    return Routing("ask", seats, rule.name, f"the rule {rule.name} needs the role {' and the role '.join(seats)}")


def _at_least(asked: tuple[str, ...], kind: Kind, risk: Risk) -> tuple[str, ...]:
    """Return whom a rule asks, or whom the risk does where that is more."""
    least = seats_for(kind, risk)
    less = len(asked) < len(least) or (risk in ("high", "critical") and ADMIN not in asked)
    return least if less else asked


def _unruled(made: ProposalMade, kind: Kind, risk: Risk, policy: SupervisionPolicy) -> Routing:
    autonomy = policy.autonomy_of(made.agent, kind.name)
    may = autonomy == "autonomous" or (autonomy == "semi_autonomous" and risk == "low")  # S2-P1..P3
    if may and needs_human(kind, risk) is None:
        return Routing("auto", (), "", f"{risk} risk may happen on its own")
    seats = seats_for(kind, risk)
    return Routing("ask", seats, "", f"{risk} risk needs the role {' and the role '.join(seats)}")
