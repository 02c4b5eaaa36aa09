"""Fold a recorded partition again and hold what follows against what followed then, byte for byte (DESIGN §4).

Reads from Kafka, writes nowhere. Same code, same records: no difference, whatever the hash seed and the time zone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from agents.kernel import Agent, Partition
from schemas.faults import Unavailable, UnknownSchema
from schemas.origin import HEADER, Place
from schemas.topics import Topic
from schemas.wire import PREFIX
from streams.backfill import Source
from streams.carriers import backfill_reader
from streams.folding import Folding, Read
from streams.kafka import ClientConfig
from streams.letters import CAUSE, Letters
from streams.outbox import Outgoing
from streams.record import Record
from streams.store import Claim, Input
from streams.turns import Schemas

VOLATILE = frozenset({"traceparent", HEADER, CAUSE})
"""Headers that say how a record travelled, not what it is."""
SILENCE = 40
"""Reads in a row that may bring nothing."""


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
        yield from read(self.kafka, Input(self.host, self.topic, self.partition), self.until)

    def emitters(self, agents: Iterable[Agent[Any]]) -> frozenset[str]:
        """Return who may have emitted what followed: the host, and backfills on its behalf."""
        readers = (self.host, *(backfill_reader(agent.name) for agent in agents))
        return frozenset(f"{reader}|{self.topic_id}|{self.partition}" for reader in readers)


def read(kafka: ClientConfig, whose: Input, until: int) -> Iterator[list[Record]]:
    """Yield a partition's records below an offset.

    Raises:
        Unavailable: Kafka brings nothing.

    """
    source, offset, silent = Source(kafka, whose), 0, 0
    try:
        while offset < until:
            records = source.read(offset, until)
            silent = 0 if records else silent + 1
            if silent > SILENCE:
                raise Unavailable(f"{whose.topic}-{whose.partition} brings nothing from {offset} on, below {until}")
            if records:
                offset = records[-1].offset + 1
                yield records
    finally:
        source.close()


def replayed(recording: Recording, agents: Sequence[Agent[Any]], letters: Letters, schemas: Schemas) -> list[Outgoing]:
    """Return what these agents emit over a recording, dead letters included."""
    checked = [letters.checked(agent) for agent in agents]
    claim = Claim(Input(recording.host, recording.topic, recording.partition), "", 0, 1, 1, recording.topic_id, {})
    names = frozenset(name.encode() for name in (recording.host, *(agent.name for agent in agents)))
    # Rebuilding: one who was switched off meanwhile was rebuilt then, so what it emitted later is from a whole state.
    folding = Folding(claim, Partition(checked, rebuilding=True), letters, names, recording.host)
    emitted: list[Outgoing] = []
    for records in recording.records():
        while claim.next_offset <= records[-1].offset:
            understood = _read(folding, records, schemas)
            emitted += folding.emit(understood)
            folding.partition.take_changes()
            claim.next_offset = understood.next_offset
            claim.marks.update(understood.marks)
    return emitted


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
    for topic, partition, end in downstream:
        seen: dict[str, Place] = {}
        for records in read(recording.kafka, Input(recording.host, topic.name, partition), end):
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
                side[int(cause.rpartition(b"/")[2])][_letter(each)] += 1
    causes = sorted(offset for offset in known.keys() | new.keys() if offset < recording.until)
    return [
        Difference(offset, _in_order(known[offset] - new[offset]), _in_order(new[offset] - known[offset]))
        for offset in causes
        if known[offset] != new[offset]
    ]


def _letter(record: Record | Outgoing) -> Letter:
    said = tuple(sorted((name, value) for name, value in record.headers if name not in VOLATILE))
    return Letter(record.topic, record.partition, record.key, (record.value or b"")[PREFIX.size :], said)


def _in_order(letters: Counter[Letter]) -> tuple[Letter, ...]:
    return tuple(sorted(letters.elements()))
