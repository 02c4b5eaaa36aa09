"""Whether something may happen without a human: by its kind, and by the policies that PostgreSQL has (S2-P1..P3)."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from schemas.cel import Value
from schemas.events import DecisionMade
from schemas.kinds import KINDS, riskier
from schemas.policies import Policy, RoutingPolicy, SupervisionPolicy
from sinks.apply.effect import Difference, Moved, Rows

P = TypeVar("P", bound=Policy)
PROVENANCES = ("trusted", "untrusted")


def moved(connection: Rows, decision: DecisionMade) -> Moved | None:
    """Return why it needs people, or what the policies say otherwise than when it was decided; None: it may happen."""
    kind = KINDS[decision.kind]
    risk = riskier(decision.risk, kind.floor)
    if kind.of.human or not kind.reversible or risk == "critical":
        return Moved("needs_a_human")
    changed = [
        difference
        for policy in (SupervisionPolicy, RoutingPolicy)
        for difference in _changed(connection, decision, policy)
    ]
    if changed:
        return Moved("policy_changed", tuple(changed))
    if _allowed(connection, decision, risk):
        return None
    by = f"rule {decision.rule}" if decision.rule else f"{risk} risk"
    return Moved("not_allowed_alone", (Difference("proposal", "may happen alone by", by, None),))


def _allowed(connection: Rows, decision: DecisionMade, risk: str) -> bool:
    """Return whether the policies let it happen by the rule that the decision names.

    Where it comes from is not known here, so a rule may hold for either: what was untrusted has a higher risk already.
    """
    facts: dict[str, Value] = {
        "risk": risk,
        "kind": decision.kind,
        "agent": decision.agent,
        "amount": KINDS[decision.kind].payload.model_validate_json(decision.payload).amount,
        "site": _site(connection, decision.subject),
    }
    rules = read(connection, decision, RoutingPolicy).rules
    for provenance in PROVENANCES:
        rule = next((each for each in rules if each.condition.holds({**facts, "provenance": provenance})), None)
        if (rule.name if rule else "") != decision.rule:
            continue
        if rule is not None:
            return rule.then == "auto"
        autonomy = read(connection, decision, SupervisionPolicy).autonomy_of(decision.agent, decision.kind)
        return autonomy == "autonomous" or (autonomy == "semi_autonomous" and risk == "low")
    return False


def read(connection: Rows, decision: DecisionMade, policy: type[P]) -> P:
    """Return the policy in force now."""
    return _read(policy, _document(connection, decision, policy.name, None))


def _read(policy: type[P], document: Any) -> P:
    return policy() if document is None else policy.model_validate(document)


def _document(connection: Rows, decision: DecisionMade, name: str, at: datetime | None) -> Any:
    row = connection.execute(
        "select rollcall.policy_at(%s, %s, coalesce(%s, rollcall.now()))", (decision.tenant_id, name, at)
    ).fetchone()
    return None if row is None else row[0]


def _changed(connection: Rows, decision: DecisionMade, policy: type[Policy]) -> list[Difference]:
    """Return which fields of a policy are others now; nobody publishes another until this transaction has ended."""
    said = (decision.tenant_id, [policy.name], decision.recorded_at)
    row = connection.execute("select rollcall.policy_has_changed(%s, %s, %s)", said).fetchone()
    if row is None or not row[0]:
        return []
    then = _read(policy, _document(connection, decision, policy.name, decision.recorded_at)).model_dump(mode="json")
    now = _read(policy, _document(connection, decision, policy.name, None)).model_dump(mode="json")
    return [Difference(f"policy {policy.name}", name, then[name], now[name]) for name in now if then[name] != now[name]]


def _site(connection: Rows, subject: str) -> str:
    family, _, identity = subject.partition(":")
    if family == "location":
        return identity
    query = "select location_id from public.employees where id = %s"
    row = connection.execute(query, (UUID(identity),)).fetchone() if family == "employee" else None
    return str(row[0]) if row else ""
