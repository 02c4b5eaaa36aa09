"""Logs in memory: a committed history as its host would have recorded it, and a chain from a punch to its entry.

What an agent emitted is taken from the history's file, not from the agent.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from agents import AGENTS
from schemas.events import Event, WorldEvent
from schemas.topics import CDC, DOMAIN, FOLDED, Topic, home
from schemas.wire import Codec, headers, subject
from streams.letters import AGENT, CAUSE, Letters
from streams.log import Position
from streams.outbox import partition_of
from streams.record import Record
from tests.histories import history, read

COMMITTED = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""When the row of offset 0 was committed; each further one a second later."""
CODEC = Codec(
    {
        name: number
        for number, name in enumerate(
            dict.fromkeys(subject(topic, event) for topic in DOMAIN for event in topic.events)
        )
    }
)
LETTERS = Letters(CODEC, home)


class NoRegistry:
    """Knows no schema that the codec does not know."""

    def text(self, _: int, /) -> str | None:
        return None


def logged(
    position: Position,
    event: Event,
    cause: Position | None = None,
    *,
    agent: str = "",
    topic: Topic | None = None,
    ms: int = 0,
) -> Record:
    """Return an event as it lies in the log."""
    said = headers(event)
    if agent:
        said.append((AGENT, agent.encode()))
    if cause is not None:
        said.append((CAUSE, f"{cause.topic}/{cause.partition}/{cause.offset}".encode()))
    said.append(("origin", f"somebody|0|0|1|{position.offset + 1}".encode()))
    value = CODEC.encode(topic or home(type(event)), event)
    return Record(*position, event.key.encode(), value, said, milliseconds(ms))


def changed(
    offset: int, table: str, operation: str = "c", *, before: Any = None, after: Any = None, transaction: int = 0
) -> Record:
    """Return a change as Debezium writes it; handed to Kafka three milliseconds after its commit."""
    committed = COMMITTED + timedelta(seconds=offset)
    micros = round(committed.timestamp() * 1e6)
    source = {"schema": "public", "table": table, "ts_us": micros, "txId": transaction}
    value = {"op": operation, "before": before, "after": after, "source": source}
    key = json.dumps({"id": (after or before)["id"]}).encode()
    return Record(CDC.name, 0, offset, key, json.dumps(value).encode(), [], milliseconds(1000 * offset + 3))


def milliseconds(after: int) -> int:
    """Return Kafka's timestamp of so many milliseconds after the first commit."""
    return round(COMMITTED.timestamp() * 1000) + after


@dataclass(frozen=True, slots=True)
class Recorded:
    """A partition and what its agent made of it."""

    records: tuple[Record, ...]
    emitted: tuple[tuple[Record, int], ...] = field(repr=False)
    """Each with the offset that caused it."""

    def of(self, name: str) -> list[tuple[Record, int]]:
        return [each for each in self.emitted if (each[0].header("ce_type") or b"").endswith(name.encode())]


@cache
def recording(name: str) -> Recorded:
    """Return an agent's committed history."""
    agent = next(each for each in AGENTS if each.name == name)
    records: list[Record] = []
    emitted: list[tuple[Record, int]] = []
    for offset, (event, made) in enumerate(history(name)):
        place = Position(agent.topic.name, 0, offset)
        records.append(logged(place, event, topic=agent.topic, ms=offset))
        for fields in made:
            told = read(fields)
            for topic, partition in written_to(told):
                where = Position(topic.name, partition, len(emitted))
                emitted.append((logged(where, told, place, agent=name, topic=topic, ms=offset + 1), offset))
    return Recorded(tuple(records), tuple(emitted))


def written_to(event: Event) -> list[tuple[Topic, int]]:
    """Return the partitions that an event goes to: a broadcast to all."""
    if isinstance(event, WorldEvent):
        return [(topic, each) for topic in FOLDED for each in range(topic.partitions)]
    topic = home(type(event))
    return [(topic, partition_of(event.key.encode(), topic.partitions))]


def batches(records: Sequence[Record], size: int = 50) -> list[Sequence[Record]]:
    """Return records as they are fetched, some at a time."""
    return [records[start : start + size] for start in range(0, len(records), size)]
