"""What must still hold when a decision takes effect, looked at in that very transaction (S0-P5)."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from schemas.events import DecisionMade
from schemas.kinds import KINDS
from schemas.policies import SupervisionPolicy
from sinks.apply.effect import Rows

DECIDING = ["manager", "hr", "admin"]
RULES = [SupervisionPolicy.name, "routing"]
"""Policies by which something happens on its own."""


def is_live(connection: Rows, agent: str) -> bool:
    """Return whether the agent is live; who pauses it now waits until this transaction has ended."""
    row = connection.execute("select rollcall.mode_for_effect(%s)", (agent,)).fetchone()
    return row is not None and row[0] == "live"


def objection(connection: Rows, decision: DecisionMade) -> str | None:
    """Return why the decision does not stand any more, as a code, or None when it does."""
    if decision.status == "auto_approved":
        kind = KINDS.get(decision.kind)
        if kind is not None and kind.of.human:
            return "needs_a_human"
        changed = _asked(
            connection,
            "select rollcall.policy_has_changed(%s, %s, %s)",
            (decision.tenant_id, RULES, decision.recorded_at),
        )
        return "policy_changed" if changed else None
    people = decision.approvals or [each for each in (decision.reviewer_id,) if each is not None]
    if decision.subject in {f"employee:{person}" for person in people}:
        return "approved_by_subject"
    if people and len(set(people)) < len(decision.seats):
        return "approvals_missing"
    holds = partial(_may, connection, decision)
    if not all(holds(person, DECIDING) for person in people):
        return "approver_lost_role"
    if people and not all(any(holds(person, roles) for person in people) for roles in _asked_for(decision)):
        return "approver_lost_role"
    return None


def _asked_for(decision: DecisionMade) -> list[list[str]]:
    """Return for each seat the roles that fill it: an admin fills any, HR those of kinds that are HR's (X21)."""
    kind = KINDS.get(decision.kind)
    above = ["admin", "hr"] if kind is not None and kind.hr else ["admin"]
    seats = decision.seats or (["admin"] if decision.risk in ("high", "critical") else [])
    return [[seat, *above] for seat in seats]


def wait(connection: Rows, decision: DecisionMade, *, reversible: bool) -> timedelta | None:
    """Return how long an effect that cannot be taken back waits, so that it can be stopped; None: not at all."""
    if reversible:
        return None
    document = _asked(
        connection,
        "select rollcall.policy_at(%s, %s, rollcall.now())",
        (decision.tenant_id, SupervisionPolicy.name),
    )
    policy = SupervisionPolicy() if document is None else SupervisionPolicy.model_validate(document)
    return policy.irreversible_wait


def _may(connection: Rows, decision: DecisionMade, person: UUID, roles: list[str]) -> bool:
    said = (person, roles, decision.subject, decision.recorded_at)
    return bool(_asked(connection, "select rollcall.may_still_decide(%s, %s, %s, %s)", said))


def _asked(connection: Rows, query: str, arguments: tuple[Any, ...]) -> Any:
    row = connection.execute(query.encode(), arguments).fetchone()
    return None if row is None else row[0]
