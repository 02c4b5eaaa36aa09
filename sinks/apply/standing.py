"""What must still hold when a decision takes effect, looked at in that very transaction (S0-P5)."""

from datetime import timedelta

from schemas.events import DecisionMade
from schemas.policies import SupervisionPolicy
from sinks.apply import alone, approvals
from sinks.apply.effect import Moved, Rows


def is_live(connection: Rows, agent: str) -> bool:
    """Return whether the agent is live; who pauses it now waits until this transaction has ended."""
    row = connection.execute("select rollcall.mode_for_effect(%s)", (agent,)).fetchone()
    return row is not None and row[0] == "live"


def moved(connection: Rows, decision: DecisionMade) -> Moved | None:
    """Return why the decision does not stand any more, and what has moved, or None when it does."""
    people = () if decision.status == "auto_approved" else approvals.approving(decision)
    if not people:
        return alone.moved(connection, decision)
    return approvals.moved(connection, decision, people)


def wait(connection: Rows, decision: DecisionMade, *, reversible: bool) -> timedelta | None:
    """Return how long an effect that cannot be taken back waits, so that it can be stopped; None: not at all."""
    return None if reversible else alone.read(connection, decision, SupervisionPolicy).irreversible_wait
