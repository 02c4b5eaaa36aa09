"""A chain as JSON for machines. Pure."""

from collections.abc import Sequence
from typing import Any

from streams.explain.again import Check
from streams.explain.book import Entry
from streams.explain.chain import Chain, Turn

Document = dict[str, Any]


def document(chain: Chain) -> Document:
    """Return all of it; instants are ISO 8601, what is not known is null."""
    made = chain.made
    return {
        "proposal_id": str(made.proposal_id),
        "kind": made.kind,
        "subject": made.subject,
        "about": chain.words.named(made.subject),
        "status": chain.status,
        "identical": chain.identical,
        "evidence": [_path(chain, path) for path in chain.evidence],
        "evidence_missing": [str(each) for each in chain.missing],
        "cause": _path(chain, chain.cause),
        "fold": {
            "agent": made.agent,
            "agent_version": made.agent_version,
            "policy_version": made.policy_version,
            "rules": made.rules,
            "position": None if chain.proposal.cause is None else chain.proposal.cause._asdict(),
            "key": next((each.key for each in chain.checks if each.emission == chain.proposal.position), None),
            "woken_at": None if chain.woken is None else chain.woken.isoformat(),
        },
        "proposal": _entry(chain, chain.proposal),
        "turns": [_turn(chain, turn) for turn in chain.turns],
        "applications": [_plain(row) for row in chain.words.applications.values()],
        "held_decisions": list(chain.words.held),
        "policies": [
            {
                "name": name,
                "version": version,
                "author": row["author"],
                "reason": row["reason"],
                "effective_at": row["effective_at"].isoformat(),
            }
            for (name, version), row in sorted(chain.words.policies.items())
        ],
        "replay": [_check(check) for check in chain.checks],
    }


def _turn(chain: Chain, turn: Turn) -> Document:
    return {
        "heard": _path(chain, turn.path),
        "note": chain.words.notes.get(str(getattr(turn.heard.event, "review_id", None))),
        "effects": _path(chain, turn.effects),
        "decisions": _path(chain, turn.decisions),
    }


def _path(chain: Chain, path: Sequence[Entry]) -> list[Document]:
    return [_entry(chain, each) for each in path]


def _entry(chain: Chain, entry: Entry) -> Document:
    known: Document = {
        "position": entry.position._asdict(),
        "logged_at": entry.logged.isoformat(),
        "after_ms": chain.after(entry),
    }
    if entry.change is not None:
        change = entry.change
        return known | {
            "row": {"table": change.table, "primary_key": dict(change.key)},
            "operation": change.operation,
            "committed_at": change.committed.isoformat(),
            "committed_after_ms": chain.after(entry, change.committed),
            "before": dict(change.before) or None,
            "after": dict(change.after) or None,
        }
    if entry.event is None:
        return known
    return known | {
        "event": type(entry.event).fullname(),
        "agent": entry.agent,
        **entry.event.model_dump(mode="json"),
    }


def _check(check: Check) -> Document:
    return {
        "position": check.emission._asdict(),
        "agent": check.agent,
        "key": check.key,
        "folded": check.folded,
        "policies": [policy._asdict() for policy in check.policies],
        "identical": check.identical,
        "differences": [field._asdict() for field in check.differences],
    }


def _plain(row: Any) -> Any:
    return None if row is None else {name: value if value is None else str(value) for name, value in row.items()}
