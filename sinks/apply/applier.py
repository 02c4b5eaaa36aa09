"""Apply decisions, each once: ledger, checks, effect and report in the caller's one transaction.

Reads ``DecisionMade`` whose status asks for an effect or its inverse. A "no" of the world or of PostgreSQL is an
outcome with a reason, not an error; what is raised is for the caller's whole transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from pydantic import ValidationError

from schemas.discovery import found
from schemas.events import DecisionMade
from schemas.kinds import Payload, binding, is_advice
from schemas.lifecycle import EFFECT, INVERSE
from sinks.apply import ledger, standing, touched
from sinks.apply.effect import Done, Effect, Rows
from sinks.apply.ledger import Place, Verdict

OTHERS = ("applier", "effect", "flagging", "ledger", "standing", "touched")
EFFECTS: Mapping[str, Effect[Any]] = found(
    "sinks.apply", (str(Path(__file__).parent),), "EFFECT", "rollcall.effects", but=OTHERS
)
REFUSALS = (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.RaiseException)


@dataclass(frozen=True, slots=True)
class Applier:
    """`effects` by kind; `after_effect` is called between an effect and its report, for tests of crashes."""

    effects: Mapping[str, Effect[Any]] = field(default_factory=lambda: EFFECTS)
    after_effect: Callable[[], None] = lambda: None

    def settle(self, connection: Rows, decision: DecisionMade, place: Place) -> None:
        """Do what a decision asks for, unless the ledger has it already; advice asks for nothing.

        Raises:
            psycopg.Error: the report is refused, or PostgreSQL is away; nothing has happened.

        """
        if decision.status not in EFFECT | INVERSE or is_advice(decision.kind):
            return
        if ledger.known(connection, decision.decision_id) is not None:
            return
        if decision.status in INVERSE:
            ledger.enter(connection, decision, place, self._inverse(connection, decision, place))
        else:
            waits = self._wait(connection, decision)
            now = waits is None and standing.is_live(connection, decision.agent)
            ledger.enter(connection, decision, place, self._effect(connection, decision) if now else None)
            if waits is not None:
                ledger.wait(connection, decision, waits)

    def release(self, connection: Rows) -> bool:
        """Apply one decision that was held, if its agent is live and its time has come; whether there was one."""
        decision = ledger.next_held(connection)
        if decision is None or not standing.is_live(connection, decision.agent):
            return False
        ledger.unhold(connection, decision.decision_id)
        try:
            with connection.transaction():
                ledger.free(connection, decision, self._effect(connection, decision))
        except REFUSALS as error:  # not even the report is accepted: it must not keep the others from being released
            ledger.close(connection, decision.decision_id, Verdict("failed", f"report_refused_{error.sqlstate}"))
        return True

    def preview(self, connection: Rows, decision: DecisionMade) -> Verdict:
        """Return what applying the decision would come to now, with the rows it would change; nothing is changed.

        Raises:
            SchemaBehind: effects could change a table unseen.
            psycopg.Error: PostgreSQL is away.

        """
        touched.check(connection)
        with connection.transaction(force_rollback=True):
            connection.execute("set constraints all deferred")  # who must have approved before it counts has not yet
            if decision.status in INVERSE:
                return self._inverse(connection, decision, Place("", 0, 0))
            return self._effect(connection, decision)

    def _wait(self, connection: Rows, decision: DecisionMade) -> timedelta | None:
        effect = self.effects.get(decision.kind)
        return None if effect is None else standing.wait(connection, decision, reversible=effect.kind.reversible)

    def _effect(self, connection: Rows, decision: DecisionMade) -> Verdict:
        effect = self.effects.get(decision.kind)
        if effect is None:
            return Verdict("failed", "unknown_kind")
        try:
            payload: Payload = effect.payload.model_validate_json(decision.payload)
        except ValidationError:
            return Verdict("failed", "payload_invalid")
        bound = (decision.payload, decision.subject_version, decision.policy_version, decision.evidence)
        if binding(*bound) != decision.binding:
            return Verdict("stale", "binding_broken")
        if ledger.in_force(connection, decision.proposal_id):
            return Verdict("failed", "applied_before")
        moved = standing.objection(connection, decision) or effect.moved(connection, payload)
        if moved is not None:
            return Verdict("stale", moved)
        try:
            with connection.transaction(), touched.watched(connection, decision.decision_id) as changes:
                replaced = effect.do(connection, decision, payload)
        except REFUSALS as error:
            return Verdict("failed", f"refused_{error.sqlstate}")
        self.after_effect()
        return Verdict("applied", replaced=replaced, changes=tuple(changes))

    def _inverse(self, connection: Rows, decision: DecisionMade, place: Place) -> Verdict:
        if decision.reverses is None:
            return Verdict("failed", "reverses_nothing")
        was_held = ledger.unhold(connection, decision.reverses)
        entry = ledger.known(connection, decision.reverses)
        if entry is None:
            ledger.rule_out(connection, decision, place)
            return Verdict("reverted", "never_applied")
        if was_held or entry.outcome != "applied":
            ledger.take_back(connection, decision, never_happened=was_held)
            return Verdict("reverted", "never_applied")
        if entry.reverted_by is not None:
            return Verdict("reverted", "reverted_before")
        effect = self.effects.get(entry.kind)
        if effect is None or not effect.kind.reversible:
            return Verdict("failed", "irreversible")
        return self._undo(connection, decision, effect, Done(decision.reverses, entry.replaced))

    def _undo(self, connection: Rows, decision: DecisionMade, effect: Effect[Any], done: Done) -> Verdict:
        try:
            with connection.transaction(), touched.watched(connection, decision.decision_id) as changes:
                reason = effect.undo(connection, decision, done)
        except REFUSALS as error:
            return Verdict("failed", f"refused_{error.sqlstate}")
        ledger.take_back(connection, decision, never_happened=False)
        self.after_effect()
        return Verdict("reverted", reason, changes=tuple(changes))
