"""Apply decisions, each once: ledger, checks, effect and report in the caller's one transaction.

Reads ``DecisionMade`` whose status asks for an effect or its inverse. A "no" of the world or of PostgreSQL is an
outcome with a reason, not an error; what is raised is for the caller's whole transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from pydantic import ValidationError

from schemas.discovery import found
from schemas.events import DecisionMade
from schemas.faults import NotDecided
from schemas.kinds import Payload, binding, is_advice
from schemas.lifecycle import EFFECT, INVERSE
from sinks.apply import ledger, standing, touched
from sinks.apply.effect import Difference, Done, Effect, Rows
from sinks.apply.ledger import Hold, Place, Verdict

OTHERS = ("alone", "applier", "approvals", "effect", "flagging", "ledger", "standing", "touched")
EFFECTS: Mapping[str, Effect[Any]] = found(
    "sinks.apply", (str(Path(__file__).parent),), "EFFECT", "rollcall.effects", but=OTHERS
)
REFUSALS = (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.RaiseException)
Decided = Callable[[Rows, DecisionMade], bool]


@dataclass(frozen=True, slots=True)
class Applier:
    """`decided` says whether the supervisor has made a decision, to the word: a record alone can be anybody's.

    `effects` by kind; `after_effect` is called between an effect and its report, for tests of crashes.
    """

    decided: Decided
    effects: Mapping[str, Effect[Any]] = field(default_factory=lambda: EFFECTS)
    after_effect: Callable[[], None] = lambda: None

    def settle(self, connection: Rows, decision: DecisionMade, place: Place) -> None:
        """Do what a decision asks for, unless the ledger has it already; advice asks for nothing.

        Raises:
            NotDecided: the supervisor has not made it. Nothing is written down, for the true one may still come.
            psycopg.Error: the report is refused, or PostgreSQL is away; nothing has happened.

        """
        if decision.status not in EFFECT | INVERSE or is_advice(decision.kind):
            return
        if ledger.known(connection, decision.decision_id) is not None:
            return
        if not self.decided(connection, decision):
            raise NotDecided(
                f"the supervisor's state does not have {decision.status} of proposal {decision.proposal_id};"
                " mend: find who else writes decisions, and read docs/effects.md before it is retried"
            )
        if decision.status in INVERSE:
            ledger.enter(connection, decision, place, self._inverse(connection, decision, place))
            return
        waits = self.hold(connection, decision)
        if waits is not None:
            ledger.hold(connection, decision, place, waits)
        else:
            ledger.enter(connection, decision, place, self._effect(connection, decision))

    def release(self, connection: Rows) -> bool:
        """Apply one decision that was held, if its agent is live and its time has come; whether there was one."""
        decision = ledger.next_held(connection)
        if decision is None or not standing.is_live(connection, decision.agent):
            return False
        ledger.unhold(connection, decision.decision_id)
        try:
            with connection.transaction():
                ledger.free(connection, decision, self._looked_at(connection, decision))
        except REFUSALS as error:  # not even the report is accepted: it must not keep the others from being released
            ledger.close(connection, decision.decision_id, Verdict("failed", f"report_refused_{error.sqlstate}"))
        return True

    def preview(self, connection: Rows, decision: DecisionMade) -> Verdict:
        """Return what a decision would come to now, with the rows it would change; nothing is changed.

        One that is not made yet has a status that asks for nothing, so nothing ever applies it. Who must approve it
        has not: that alone is not looked at.

        Raises:
            SchemaBehind: effects could change a table unseen.
            psycopg.Error: PostgreSQL is away.

        """
        touched.check(connection)
        with connection.transaction(force_rollback=True):
            connection.execute("set constraints all deferred")  # who must have approved before it counts has not yet
            if decision.reverses is not None:
                return self._inverse(connection, decision, Place("", 0, 0))
            return self._looked_at(connection, decision)

    def hold(self, connection: Rows, decision: DecisionMade) -> Hold | None:
        """Return why a decision has no effect yet, or None when it may have it now."""
        effect = self.effects.get(decision.kind)
        span = None if effect is None else standing.wait(connection, decision, reversible=effect.kind.reversible)
        if span is not None:
            return Hold("irreversible", span)
        return None if standing.is_live(connection, decision.agent) else Hold("agent_not_live")

    def _looked_at(self, connection: Rows, decision: DecisionMade) -> Verdict:
        if decision.status in EFFECT and not self.decided(connection, decision):
            return Verdict("stale", "not_decided")
        return self._effect(connection, decision)

    def _effect(self, connection: Rows, decision: DecisionMade) -> Verdict:
        effect = self.effects.get(decision.kind)
        if effect is None:
            return Verdict("failed", "unknown_kind")
        try:
            payload: Payload = effect.payload.model_validate_json(decision.payload)
        except ValidationError:
            return Verdict("failed", "payload_invalid")
        bound = (decision.payload, decision.subject_version, decision.policy_version, decision.evidence)
        if (bound_to := binding(*bound)) != decision.binding:
            return Verdict(
                "stale", "binding_broken", difference=(Difference("proposal", "hash", decision.binding, bound_to),)
            )
        if ledger.in_force(connection, decision.proposal_id):
            return Verdict("failed", "applied_before")
        stands = None if decision.status not in EFFECT else standing.moved(connection, decision)
        moved = stands or effect.moved(connection, payload)
        if moved is not None:
            return Verdict("stale", moved.code, difference=moved.difference)
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
            ledger.rule_out(connection, decision, decision.reverses, place)
            return Verdict("reverted", "never_applied")
        if entry.reverted_by is not None:
            return Verdict("reverted", "reverted_before")
        if was_held or entry.outcome != "applied":
            ledger.take_back(connection, decision, never_happened=was_held)
            return Verdict("reverted", "never_applied")
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
