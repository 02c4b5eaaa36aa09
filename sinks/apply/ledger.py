"""The applier's books: ``rollcall.ledger``, ``rollcall.held`` and the report in ``public.applications``."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from schemas.events import DecisionMade
from schemas.ids import derive
from sinks.apply.effect import Difference, Replaced, Rows
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
    difference: Sequence[Difference] = ()
    """Of a stale one: what has moved."""


class Hold(NamedTuple):
    """Why a decision waits, and how long at least, whatever its agent's mode: it can be stopped until then."""

    reason: str
    span: timedelta | None = None


class Entry(NamedTuple):
    """What the ledger says of a decision."""

    kind: str
    outcome: str
    replaced: Replaced
    reverted_by: UUID | None


def held(connection: Rows, proposal_id: UUID) -> DecisionMade | None:
    """Return the decision on a proposal that waits."""
    row = connection.execute(
        "select event::text from rollcall.held join rollcall.ledger using (decision_id) where proposal_id = %s"
        " order by log_offset desc limit 1",
        (proposal_id,),
    ).fetchone()
    return None if row is None else DecisionMade.model_validate_json(row[0])


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


def enter(connection: Rows, decision: DecisionMade, place: Place, verdict: Verdict) -> None:
    """Write down what a decision has come to, once and for all, and report it."""
    _insert(connection, decision.decision_id, decision, place, verdict)
    report(connection, decision, verdict)


def hold(connection: Rows, decision: DecisionMade, place: Place, waits: Hold) -> None:
    """Write a decision down that is looked at again later."""
    _insert(connection, decision.decision_id, decision, place, None)
    connection.execute(
        "insert into rollcall.held (decision_id, agent, event, due_at) values (%s, %s, %s::jsonb, rollcall.now() + %s)",
        (decision.decision_id, decision.agent, decision.model_dump_json(), waits.span),
    )


def rule_out(connection: Rows, inverse: DecisionMade, overtaken: UUID, place: Place) -> None:
    """Write down that the decision which `inverse` takes back must not happen any more, should it still come."""
    _insert(connection, overtaken, inverse, place, Verdict("reverted", "overtaken"))
    _mark(connection, inverse)


def _insert(connection: Rows, decision_id: UUID, decision: DecisionMade, place: Place, verdict: Verdict | None) -> None:
    outcome, reason, replaced, changes, _ = verdict or ("held", "", None, (), ())
    connection.execute(
        "insert into rollcall.ledger (decision_id, outcome, reason, before, changes, reverses,"
        " proposal_id, subject, agent, kind, topic, partition, log_offset)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            decision_id, outcome, reason, _document(replaced), _rows(changes),
            decision.reverses if decision_id == decision.decision_id else None,
            decision.proposal_id, decision.subject, decision.agent, decision.kind, *place,
        ),
    )  # fmt: skip


def _document(replaced: Replaced) -> Jsonb | None:
    return None if replaced is None else Jsonb(dict(replaced))


def _rows(changes: Sequence[Change]) -> Jsonb | None:
    return Jsonb([each._asdict() for each in changes]) if changes else None


def free(connection: Rows, decision: DecisionMade, verdict: Verdict) -> None:
    """Write down what a decision that was held has come to, and report it."""
    close(connection, decision.decision_id, verdict)
    report(connection, decision, verdict)


def close(connection: Rows, decision_id: UUID, verdict: Verdict) -> None:
    """Give a held decision its outcome."""
    connection.execute(
        "update rollcall.ledger set outcome = %s, reason = %s, before = %s, changes = %s where decision_id = %s",
        (verdict.outcome, verdict.reason, _document(verdict.replaced), _rows(verdict.changes), decision_id),
    )


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
        " difference, causation_id, correlation_id) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            derive("application", decision.decision_id),
            decision.tenant_id,
            decision.decision_id,
            decision.proposal_id,
            decision.subject,
            verdict.outcome,
            verdict.reason,
            Jsonb([each._asdict() for each in verdict.difference]),
            decision.event_id,
            decision.correlation_id,
        ),
    )
