"""Fold a recorded partition again and hold what follows against what followed then, byte for byte (DESIGN §4).

Reads from Kafka, writes nowhere. Same code, same records: no difference, whatever the hash seed and the time zone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from agents.kernel import Agent, Partition
from schemas.faults import UnknownSchema
from schemas.origin import HEADER, Place
from schemas.topics import Topic
from schemas.wire import PREFIX
from streams.carriers import backfill_reader
from streams.folding import Folding, Read
from streams.kafka import ClientConfig
from streams.letters import CAUSE, Letters
from streams.log import Log, Span
from streams.outbox import Outgoing
from streams.record import Record
from streams.store import Claim, Input
from streams.turns import Schemas

VOLATILE = frozenset({"traceparent", HEADER, CAUSE})
"""Headers that say how a record travelled, not what it is."""
NAME = "rollcall.replay"


class Letter(NamedTuple):
    """What is compared of a record."""

    topic: str
    partition: int
    key: bytes | None
    body: bytes
    headers: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What one record caused only then, and what only now."""

    offset: int
    recorded: tuple[Letter, ...]
    replayed: tuple[Letter, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """A partition, as its host has folded it."""

    kafka: ClientConfig
    host: str
    topic: str
    topic_id: str
    partition: int
    until: int
    """The host's position."""

    def records(self) -> Iterator[list[Record]]:
        """Yield what was folded."""
        with Log(self.kafka, NAME) as log:
            yield from log.read(Span(self.topic, self.partition, 0, self.until))

    def emitters(self, agents: Iterable[Agent[Any]]) -> frozenset[str]:
        """Return who may have emitted what followed: the host, and backfills on its behalf."""
        readers = (self.host, *(backfill_reader(agent.name) for agent in agents))
        return frozenset(f"{reader}|{self.topic_id}|{self.partition}" for reader in readers)


def replayed(recording: Recording, agents: Sequence[Agent[Any]], letters: Letters, schemas: Schemas) -> list[Outgoing]:
    """Return what these agents emit over a recording, dead letters included."""
    # Rebuilding: one who was switched off meanwhile was rebuilt then, so what it emitted later is from a whole state.
    partition = Partition([letters.checked(agent) for agent in agents], rebuilding=True)
    return list(refolded(recording, partition, letters, schemas, recording.records()))


def refolded(
    recording: Recording, partition: Partition, letters: Letters, schemas: Schemas, batches: Iterable[Sequence[Record]]
) -> Iterator[Outgoing]:
    """Yield what a fresh partition emits over these records of a recording: all, or one key's and all broadcasts."""
    claim = Claim(Input(recording.host, recording.topic, recording.partition), "", 0, 1, 1, recording.topic_id, {})
    names = frozenset(name.encode() for name in (recording.host, *partition.agents))
    folding = Folding(claim, partition, letters, names, recording.host)
    for records in batches:
        while records and claim.next_offset <= records[-1].offset:
            understood = _read(folding, records, schemas)
            yield from folding.emit(understood)
            partition.take_changes()
            claim.next_offset = understood.next_offset
            claim.marks.update(understood.marks)


def _read(folding: Folding, records: Sequence[Record], schemas: Schemas) -> Read:
    while True:
        try:
            return folding.read(records)
        except UnknownSchema as error:
            text = schemas.text(error.schema_id)
            if text is None:
                folding.unknown.add(error.schema_id)
            else:
                folding.codec.learn(error.schema_id, text)


def recorded(
    recording: Recording, agents: Sequence[Agent[Any]], downstream: Iterable[tuple[Topic, int, int]]
) -> list[Record]:
    """Return what followed, from (topic, partition, end): each record once, as its readers take it."""
    emitters, found = recording.emitters(agents), []
    with Log(recording.kafka, NAME) as log:
        for topic, partition, end in downstream:
            seen: dict[str, Place] = {}
            for records in log.read(Span(topic.name, partition, 0, end)):
                for record in records:
                    origin = record.origin
                    if origin is None or origin.emitter not in emitters:
                        continue
                    if origin.emitter not in seen or origin.place > seen[origin.emitter]:
                        seen[origin.emitter] = origin.place
                        found.append(record)
    return found


def differences(recording: Recording, then: Iterable[Record], now: Iterable[Outgoing]) -> list[Difference]:
    """Compare, by the record that caused it; dead letters aside, for they say when they were buried."""
    known: dict[int, Counter[Letter]] = defaultdict(Counter)
    new: dict[int, Counter[Letter]] = defaultdict(Counter)
    for side, letters in ((known, then), (new, now)):
        for each in letters:
            cause = next((value for name, value in each.headers if name == CAUSE), None)
            if cause is not None:
                side[int(cause.rpartition(b"/")[2])][letter(each)] += 1
    causes = sorted(offset for offset in known.keys() | new.keys() if offset < recording.until)
    return [
        Difference(offset, _in_order(known[offset] - new[offset]), _in_order(new[offset] - known[offset]))
        for offset in causes
        if known[offset] != new[offset]
    ]


def letter(record: Record | Outgoing) -> Letter:
    """Return what "byte for byte" compares of a record."""
    said = tuple(sorted((name, value) for name, value in record.headers if name not in VOLATILE))
    return Letter(record.topic, record.partition, record.key, (record.value or b"")[PREFIX.size :], said)


def _in_order(letters: Counter[Letter]) -> tuple[Letter, ...]:
    return tuple(sorted(letters.elements()))
