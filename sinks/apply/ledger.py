"""The applier's books: ``rollcall.ledger``, ``rollcall.held`` and the report in ``public.applications``."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from schemas.events import DecisionMade
from schemas.ids import derive
from sinks.apply.effect import Replaced, Rows
from sinks.apply.touched import Change

Outcome = Literal["applied", "failed", "stale", "reverted"]


class Place(NamedTuple):
    """Where the decision lies in its log."""

    topic: str
    partition: int
    offset: int


class Verdict(NamedTuple):
    """What applying a decision came to; `reason` is a code."""

    outcome: Outcome
    reason: str = ""
    replaced: Replaced = None
    changes: Sequence[Change] = ()
    """The rows that were changed."""


class Entry(NamedTuple):
    """What the ledger says of a decision."""

    kind: str
    outcome: str
    replaced: Replaced
    reverted_by: UUID | None


def known(connection: Rows, decision_id: UUID) -> Entry | None:
    """Return what has become of a decision."""
    row = connection.execute(
        "select kind, outcome, before, reverted_by from rollcall.ledger where decision_id = %s for update",
        (decision_id,),
    ).fetchone()
    return None if row is None else Entry(*row)


def in_force(connection: Rows, proposal_id: UUID) -> bool:
    """Return whether a decision of this proposal was applied and not taken back: there is no second effect."""
    found = connection.execute(
        "select from rollcall.ledger where proposal_id = %s and outcome = 'applied' and reverted_by is null",
        (proposal_id,),
    )
    return found.rowcount > 0


def enter(connection: Rows, decision: DecisionMade, place: Place, verdict: Verdict | None) -> None:
    """Write a decision down, once and for all; no verdict: it is held."""
    outcome, reason, replaced, changes = verdict or ("held", "", None, ())
    what = (decision.decision_id, outcome, reason, replaced, decision.reverses)
    _insert(connection, decision, place, what)
    _remember(connection, decision.decision_id, changes)
    if verdict is None:
        connection.execute(
            "insert into rollcall.held (decision_id, agent, event) values (%s, %s, %s::jsonb)",
            (decision.decision_id, decision.agent, decision.model_dump_json()),
        )
    else:
        report(connection, decision, verdict)


def rule_out(connection: Rows, inverse: DecisionMade, place: Place) -> None:
    """Write down that the decision which `inverse` takes back must not happen any more, should it still come."""
    _insert(connection, inverse, place, (inverse.reverses, "reverted", "overtaken", None, None))
    _mark(connection, inverse)


def _insert(connection: Rows, decision: DecisionMade, place: Place, what: tuple[object, ...]) -> None:
    decision_id, outcome, reason, replaced, reverses = what
    connection.execute(
        "insert into rollcall.ledger (decision_id, outcome, reason, before, reverses,"
        " proposal_id, subject, agent, kind, topic, partition, log_offset)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            decision_id, outcome, reason, None if replaced is None else Jsonb(replaced), reverses,
            decision.proposal_id, decision.subject, decision.agent, decision.kind, *place,
        ),
    )  # fmt: skip


def _remember(connection: Rows, decision_id: UUID, changes: Sequence[Change]) -> None:
    if changes:
        connection.execute(
            "update rollcall.ledger set changes = %s where decision_id = %s",
            (Jsonb([each._asdict() for each in changes]), decision_id),
        )


def wait(connection: Rows, decision: DecisionMade, waits: timedelta) -> None:
    """Let a held decision wait so long, whatever its agent's mode: it can be stopped until then."""
    connection.execute(
        "update rollcall.held set due_at = rollcall.now() + %s where decision_id = %s", (waits, decision.decision_id)
    )


def free(connection: Rows, decision: DecisionMade, verdict: Verdict) -> None:
    """Write down what a decision that was held has come to, and report it."""
    close(connection, decision.decision_id, verdict)
    report(connection, decision, verdict)


def close(connection: Rows, decision_id: UUID, verdict: Verdict) -> None:
    """Give a held decision its outcome."""
    replaced = None if verdict.replaced is None else Jsonb(dict(verdict.replaced))
    connection.execute(
        "update rollcall.ledger set outcome = %s, reason = %s, before = %s where decision_id = %s",
        (verdict.outcome, verdict.reason, replaced, decision_id),
    )
    _remember(connection, decision_id, verdict.changes)


def take_back(connection: Rows, inverse: DecisionMade, *, never_happened: bool) -> None:
    """Write down which decision has taken the other's effect back; one that was held is not held any more."""
    if never_happened:
        connection.execute(
            "update rollcall.ledger set outcome = 'reverted' where decision_id = %s", (inverse.reverses,)
        )
    _mark(connection, inverse)


def _mark(connection: Rows, inverse: DecisionMade) -> None:
    connection.execute(
        "update rollcall.ledger set reverted_by = %s where decision_id = %s", (inverse.decision_id, inverse.reverses)
    )


def unhold(connection: Rows, decision_id: UUID) -> bool:
    """Let go of a held decision; whether it was held."""
    return connection.execute("delete from rollcall.held where decision_id = %s", (decision_id,)).rowcount > 0


def next_held(connection: Rows) -> DecisionMade | None:
    """Return the first held decision whose agent is live and whose time has come, in the order of the log; lock it."""
    row = connection.execute(
        "select event::text from rollcall.held join public.agent_modes mode using (agent)"
        " join rollcall.ledger using (decision_id)"
        " where mode.mode = 'live' and (due_at is null or due_at <= rollcall.now())"
        " order by partition, log_offset limit 1 for update of held skip locked"
    ).fetchone()
    return None if row is None else DecisionMade.model_validate_json(row[0])


def report(connection: Rows, decision: DecisionMade, verdict: Verdict) -> None:
    """Write the row whose change closes the proposal."""
    connection.execute(
        "insert into public.applications (id, tenant_id, decision_id, proposal_id, subject, outcome, reason,"
        " causation_id, correlation_id) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            derive("application", decision.decision_id),
            decision.tenant_id,
            decision.decision_id,
            decision.proposal_id,
            decision.subject,
            verdict.outcome,
            verdict.reason,
            decision.event_id,
            decision.correlation_id,
        ),
    )
