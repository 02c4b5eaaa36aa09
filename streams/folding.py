"""One claimed partition in memory: which of its records are news, what they are folded to, and how that is stored."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from agents.kernel import Burial, Changes, Partition, Recorded
from agents.kernel.partition import Place as Where
from schemas.events import AgentModeChanged
from schemas.faults import Bury, Stop, Undecodable, UnknownSchema
from schemas.origin import HEADER, Place
from schemas.wire import Codec, Headers
from streams import carriers, quota, states, store
from streams.database import Connection
from streams.deadletter import DLQ_SUFFIX, FOR, WOKEN, Raw, bury
from streams.letters import Letters
from streams.outbox import Outgoing, pack
from streams.states import Rows
from streams.store import Claim, Step


class Fetched(Protocol):
    """A record, whoever fetched it."""

    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...
    @property
    def timestamp(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Read:
    """What is news in a chunk, up to `next_offset`, which may be before its end."""

    records: list[tuple[Fetched, Recorded | Bury]]
    next_offset: int
    marks: dict[str, Place]
    repeated: int
    passed_over: int
    """How many are meant for others."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A step and what goes with it into one transaction."""

    step: Step
    outgoing: list[Outgoing]
    """What the step's blob was packed from."""
    rows: list[Rows]
    emptied: list[Where]
    world: bytes | None
    returning: frozenset[str]
    dead: Sequence[Outgoing] = ()
    """Which of the outgoing are dead letters."""

    @property
    def nothing(self) -> bool:
        """Whether the position has moved, and that is all."""
        return not (self.outgoing or self.rows or self.emptied or self.returning or self.world is not None)

    def write(self, connection: Connection, claim: Claim) -> None:
        """Write all of it within the caller's transaction; goes into a pipeline as it is."""
        store.advance(connection, claim, self.step)
        states.save(connection, claim.input, self.rows, self.emptied)
        if self.world is not None:
            states.save_world(connection, claim.input, self.world)
        for agent in self.returning:
            carriers.leave(connection, claim.input, agent, self.step.next_offset)
        if self.dead:
            quota.charge(connection, claim.input, self.dead)


@dataclass(slots=True)
class Folding:
    """A claim, and the kernel's partition as of its offset. Dirty between a fold and the commit that makes it true."""

    claim: Claim
    partition: Partition
    letters: Letters
    answers_to: frozenset[bytes]
    """Names under which records are given again to this one."""
    host: str
    """Reader that buries what nobody can decode."""
    silent_until: int = 0
    live: bool = True
    """Until the partition is revoked, or claimed again."""
    dirty: bool = False
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a chunk is folded and committed."""
    unknown: set[int] = field(default_factory=set)
    """Schema ids that the registry does not know."""
    asked: float = 0.0
    """When it said so last."""
    buried: bool = False
    """Whether the last fold has buried something."""
    cause: str = field(init=False)

    def __post_init__(self) -> None:
        self.cause = f"{self.claim.input.topic}/{self.claim.input.partition}/"

    @property
    def codec(self) -> Codec:
        """What decodes."""
        return self.letters.codec

    def read(self, fetched: Iterable[Fetched]) -> Read:
        """Return what is news.

        Raises:
            UnknownSchema: ask the registry, and read again.
            UnknownRecord: this version is older than its peers.

        """
        known, next_offset = self.claim.marks, self.claim.next_offset
        marks: dict[str, tuple[int, int]] = {}
        records: list[tuple[Fetched, Recorded | Bury]] = []
        repeated = passed_over = 0
        for record in fetched:
            if record.offset < next_offset:
                continue
            next_offset = record.offset + 1
            emitter, place, reader, woken = _told(record)
            if place is not None:
                highest = marks.get(emitter) or known.get(emitter)
                if highest is not None and place <= highest:
                    repeated += 1
                    continue
                marks[emitter] = place
            if reader is not None and reader not in self.answers_to:
                passed_over += 1
                continue
            decoded = self._decoded(record, reader, woken)
            records.append((record, decoded))
            if isinstance(decoded, Recorded) and self._switches(decoded):
                break  # one who returns must not fold what follows from a state that has missed something
        places = {emitter: Place(*place) for emitter, place in marks.items()}
        return Read(records, next_offset, places, repeated, passed_over)

    def wants(self, read: Read) -> list[Where | str]:
        """Return what must be loaded before these records are folded."""
        cells = self.partition.cells
        recorded = [each for _, each in read.records if isinstance(each, Recorded)]
        return [each for each in dict.fromkeys(self.partition.wants(recorded)) if each not in cells]

    def fold(self, read: Read, acknowledged: Sequence[Place]) -> Folded:
        """Fold what was read; from here on the partition is ahead of what is stored."""
        self.dirty, self.buried = True, False
        outgoing = self.emit(read)
        buried = f"{self.claim.input.topic}{DLQ_SUFFIX}"
        changes: Changes = self.partition.take_changes()
        rows, emptied = states.rows(changes.cells, self.partition.agents)
        blob = pack(outgoing) if outgoing else None
        return Folded(
            Step(read.next_offset, read.marks, None, blob, len(outgoing), acknowledged),
            outgoing,
            rows,
            emptied,
            None if changes.world is None else changes.world.encode(),
            frozenset() if self.partition.rebuilding else changes.returning,
            [each for each in outgoing if each.topic == buried] if self.buried else (),
        )

    def emit(self, read: Read) -> list[Outgoing]:
        """Fold what was read, in memory; return what follows, in order."""
        outgoing: list[Outgoing] = []
        for record, recorded in read.records:
            if isinstance(recorded, Recorded):
                emitted = self._step(record, recorded)
                if record.offset >= self.silent_until:
                    outgoing += emitted
            elif self.host == self.claim.input.reader:  # one who is rebuilt leaves that to the host, which was here
                outgoing.append(self._dead(record, self.host, recorded))
        self.letters.clear()
        return outgoing

    def _step(self, record: Fetched, recorded: Recorded) -> list[Outgoing]:
        letters, emitted = self.letters.letters, []
        for each in self.partition.fold(recorded):
            if isinstance(each, Burial):
                if isinstance(each.error, Stop):
                    raise each.error
                emitted.append(self._dead(record, each.agent, each.error, each.woken))
            else:
                emitted += letters(each, self.cause)
        return emitted

    def passed(self, folded: Folded) -> None:
        """Take over what came to nothing; it is stored with what comes next."""
        self.claim.pass_over(folded.step)
        self.dirty = False

    def committed(self, folded: Folded, cells_kept: int) -> None:
        """Take over what is stored now."""
        self.claim.move(folded.step)
        self.dirty = False
        if len(self.partition.cells) > cells_kept:
            self.partition.forget(cells_kept * 9 // 10)  # with some room, because it walks through all of them

    def reseat(self, partition: Partition, wakes: Iterable[tuple[Where, datetime]]) -> None:
        """Go on with other agents: what is known of those who stay is kept."""
        partition.load({place: cell for place, cell in self.partition.cells.items() if place.agent in partition.agents})
        partition.expect(wakes)
        self.partition = partition
        own = {name.encode() for name in (self.host, *partition.agents)}
        self.answers_to = frozenset(own)

    def _decoded(self, record: Fetched, reader: bytes | None, woken: bytes | None) -> Recorded | Bury:
        try:
            event = self.codec.decode(record.value)
            key = (record.key or b"").decode()
        except UnknownSchema as error:
            if error.schema_id not in self.unknown:
                raise
            return error
        except Bury as error:
            return error
        except UnicodeDecodeError:
            return Undecodable("the key is not UTF-8")
        if not key or "\0" in key:
            return Undecodable("the record has no key under which a state could be kept")
        if reader is None and woken is None:
            return Recorded(record.offset, key, event)
        agent = None if reader is None or reader == self.host.encode() else reader.decode()
        return Recorded(record.offset, key, event, agent, None if woken is None else woken.decode())

    def _switches(self, recorded: Recorded) -> bool:
        event = recorded.event
        return type(event) is AgentModeChanged and event.agent in self.partition.agents

    def _dead(self, record: Fetched, reader: str, error: Exception, woken: str | None = None) -> Outgoing:
        self.buried = True
        headers: Headers = [(name, value or b"") for name, value in record.headers]
        whose = self.claim.input
        raw = Raw(whose.topic, whose.partition, record.offset, record.key, record.value, headers)
        return bury(raw, reader, error, woken)


def _told(record: Fetched) -> tuple[str, tuple[int, int] | None, bytes | None, bytes | None]:
    """Return what the headers say: emitter and (bare, for it is seldom kept) place, for whom, and who was woken."""
    said = dict(record.headers)
    origin, reader, woken = said.get(HEADER), said.get(FOR), said.get(WOKEN)
    if origin is None:
        return "", None, reader, woken
    try:
        emitter, epoch, sequence = origin.rsplit(b"|", 2)
        return emitter.decode(), (int(epoch), int(sequence)), reader, woken
    except ValueError:  # somebody else's header of that name
        return "", None, reader, woken


def modes(foldings: Iterable[Folding]) -> Mapping[tuple[str, str], int]:
    """Return in how many partitions each agent is in each mode."""
    return Counter(
        (agent.name, each.partition.world.mode(agent.name))
        for each in foldings
        for agent in each.partition.agents.values()
        if agent.moded
    )
