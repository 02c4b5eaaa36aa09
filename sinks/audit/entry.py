"""What is written down of an event: ids, codes and hashes, as canonical JSON text.

Reads decisions, proposals, answers, reports of effects, and what changes who may do what. Whatever is no code (a
payload, a reason in words) is there as its hash alone: a text can then be checked against it, and erased elsewhere.
"""

import json
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from psycopg import Connection

from schemas.events import WORLD, AgentModeChanged, DelegationDescribed, Event, PersonRoleDescribed, PolicyPublished
from schemas.topics import DECISIONS, PROPOSALS, Topic

BROADCAST: tuple[type[Event], ...] = (AgentModeChanged, PolicyPublished, PersonRoleDescribed, DelegationDescribed)
"""These lie in every partition, and are taken from the first one."""
AUDITED: dict[Topic, tuple[type[Event], ...]] = {
    DECISIONS: DECISIONS.events,
    PROPOSALS: (*(each for each in PROPOSALS.events if each not in WORLD), *BROADCAST),
}
CODE = re.compile(r"[A-Za-z0-9_.:/@+-]{0,100}")
FEW = 16
"""So many codes in a list are written out."""


def entry(event: Event, topic: str, partition: int, offset: int) -> str:
    """Return the entry of an event that lies there."""
    said = {name: _coded(value) for name, value in event.model_dump(mode="json").items() if value is not None}
    return canonical({"event": event.fullname(), "topic": topic, "partition": partition, "offset": offset, **said})


def canonical(said: dict[str, Any]) -> str:
    """Return the one text that a document has."""
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _coded(value: Any) -> Any:
    if isinstance(value, bool | int) or (isinstance(value, str) and CODE.fullmatch(value)):
        return value
    if isinstance(value, list) and len(value) <= FEW and all(isinstance(each, str | int) for each in value):
        return [_coded(each) for each in value]
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def append(connection: Connection[Any], entries: Sequence[str]) -> None:
    """Add entries to the chain, in the caller's transaction. PostgreSQL numbers and seals them.

    Raises:
        psycopg.Error: PostgreSQL refuses them, or is away.

    """
    connection.execute("insert into rollcall.audit (entry) select unnest(%s::text[])", (list(entries),))
