"""What a proposal would change if it were decided now: the effect is run in PostgreSQL and taken back, not imagined."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from schemas.events import DecisionMade
from schemas.ids import derive
from schemas.kinds import KINDS, Payload, binding, digest, is_advice
from schemas.lifecycle import Status
from sinks.apply import Applier
from sinks.apply.ledger import Hold, Verdict, held
from sinks.apply.touched import Change
from streams.console import NotFound, Rows, connection, rows
from streams.database import Connection
from streams.decided import decided
from streams.login import login
from streams.settings import Settings

ROLE = "rollcall_applier"
FORESEEN: Status = "pending"
PROPOSAL = """select proposal.*, coalesce(edited.payload, proposal.payload) as payload
    from mart.proposals proposal left join lateral (
        select payload from mart.decisions where proposal_id = proposal.proposal_id and payload is not null
        order by cause_offset desc nulls last, log_offset desc limit 1) edited on true
    where proposal.proposal_id = %s and proposal.payload is not null"""
IN_FORCE = (
    "select decision_id from rollcall.ledger where proposal_id = %s and outcome = 'applied' and reverted_by is null"
    " order by written_at desc limit 1"
)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What deciding a proposal would come to now; `reverts`: its effect is in force, and would be taken back."""

    kind: str
    reverts: bool
    verdict: Verdict
    waits: Hold | None = None
    """Why it would wait for that."""

    def document(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "kind": self.kind,
            "would": "revert" if self.reverts else "apply",
            "outcome": self.verdict.outcome,
            "reason": self.verdict.reason,
            "waits": self.waits.reason if self.waits else "",
            "difference": [each._asdict() for each in self.verdict.difference],
            "changes": [each._asdict() for each in self.verdict.changes],
        }

    def rows(self) -> Rows:
        """Return it for people: a line for each value that would be another one."""
        return [line for change in self.verdict.changes for line in _lines(change)]


def foresee(settings: Settings, proposal_id: UUID, applier: Applier | None = None) -> Foreseen:
    """Return what approving a proposal would change; or, if it has taken effect, what taking it back would.

    An approved one that waits is looked at as it then will be, with those who have approved it.

    Raises:
        NotFound: there is no such proposal.
        Misconfigured: this needs the applier's login, which is the only one that may write these tables.
        SchemaBehind: effects could change a table unseen.

    """
    with connection(settings) as database:
        decision = _decision(database, proposal_id)
    if is_advice(decision.kind) and decision.reverses is None:
        return Foreseen(decision.kind, reverts=False, verdict=Verdict("applied", "nothing_to_apply"))
    applier = applier or Applier(decided)
    with login(settings, ROLE) as database:
        verdict = applier.preview(database, held(database, proposal_id) or decision)
        waits = None if decision.reverses else applier.hold(database, decision)
    return Foreseen(decision.kind, decision.reverses is not None, verdict, waits)


def _decision(database: Connection, proposal_id: UUID) -> DecisionMade:
    """Return the decision that somebody would make now, with a status that asks for nothing: nobody can apply it."""
    found = rows(database, PROPOSAL, proposal_id)
    if not found:
        raise NotFound(f"there is no proposal {proposal_id}; rollcall proposals list shows them")
    known, payload = found[0], _payload(found[0])
    in_force = rows(database, IN_FORCE, payload.takes_back or proposal_id if payload else proposal_id)
    text, evidence = payload.canonical() if payload else "", digest(known["evidence"])
    identity = derive("preview", proposal_id)
    return DecisionMade(
        event_id=identity,
        occurred_at=known["occurred_at"],
        recorded_at=known["recorded_at"],
        tenant_id=known["tenant_id"],
        causation_id=identity,
        correlation_id=identity,
        subject=known["subject"],
        proposal_id=proposal_id,
        decision_id=identity,
        agent=known["agent"],
        kind=known["kind"],
        status=FORESEEN,
        reason="",
        role=None,
        reviewer_id=None,
        risk=known["risk"],
        cause=known["cause"],
        payload=text,
        binding=binding(text, known["subject_version"], known["policy_version"], evidence),
        evidence=evidence,
        policy_version=known["policy_version"],
        subject_version=known["subject_version"],
        reverses=in_force[0]["decision_id"] if in_force else None,
        expires_at=known["expires_at"],
    )


def _payload(known: Mapping[str, Any]) -> Payload | None:
    kind = KINDS.get(known["kind"])
    return None if kind is None else kind.payload.model_validate_json(json.dumps(known["payload"]))


def _lines(change: Change) -> Sequence[dict[str, Any]]:
    before, after = change.before or {}, change.after or {}
    row = (after or before).get("id")
    does = "inserts" if change.before is None else "deletes" if change.after is None else "updates"
    return [
        {
            "table": change.table,
            "row": row,
            "": does,
            "column": name,
            "before": before.get(name),
            "after": after.get(name),
        }
        for name in (after or before)
        if before.get(name) != after.get(name)
    ]
