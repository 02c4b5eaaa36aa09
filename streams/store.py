"""Positions in PostgreSQL: claimed by a fresh writer, moved by compare-and-set, together with marks and outbox.

The compare-and-set raises inside SQL (``Fenced``), so that a fenced writer's rows abort with it. After any doubt about
a COMMIT the whole transaction is repeated; when that is fenced, `stands` tells whether it was one's own.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from schemas.faults import PartitionsChanged, TopicRecreated
from schemas.origin import Origin, Place
from streams.database import Connection


class Input(NamedTuple):
    """Whose position in what: one per reader and partition."""

    reader: str
    topic: str
    partition: int


class Log(NamedTuple):
    """What a topic is right now."""

    topic_id: str
    partitions: int


@dataclass(slots=True)
class Claim:
    """A position under one claim; moves with every `Step` that was committed."""

    input: Input
    writer: str
    next_offset: int
    next_sequence: int
    epoch: int
    topic_id: str
    marks: dict[str, Place]
    memory: bytes | None = None
    before: str = ""
    """Whose claim it was: when it was one's own and the offset is unchanged, nobody has written in between."""
    stored: int = field(init=False)
    """Where the position stands in PostgreSQL; what was passed over since is read again after a crash."""
    _unstored: dict[str, Place] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.stored = self.next_offset

    @property
    def ahead(self) -> bool:
        """Whether something was passed over that is not stored yet."""
        return self.next_offset > self.stored

    @property
    def emitter(self) -> str:
        """What the records emitted here say in their origin."""
        return f"{self.input.reader}|{self.topic_id}|{self.input.partition}"

    def repeats(self, origin: Origin, seen: Mapping[str, Place]) -> bool:
        """Whether a record was seen before, here or (`seen`) earlier in the same step."""
        highest = seen.get(origin.emitter) or self.marks.get(origin.emitter)
        return highest is not None and origin.place <= highest

    def parcel(self, step: "Step") -> "Parcel | None":
        """Return what this step sends once it is committed; asked for before the claim moves with it. None: nothing."""
        if step.blob is None:
            return None
        return Parcel(self.input, self.emitter, Place(self.epoch, self.next_sequence), step.blob)

    def move(self, step: "Step") -> None:
        """Take over what has been committed."""
        self.pass_over(step)
        self.next_sequence += step.emitted
        self.stored = step.next_offset
        self._unstored.clear()

    def pass_over(self, step: "Step") -> None:
        """Take over a step that came to nothing: it needs no transaction of its own, the next one stores it too."""
        self.next_offset = step.next_offset
        self.marks.update(step.marks)
        self._unstored.update(step.marks)
        if step.memory is not None:
            self.memory = step.memory

    def since(self, step: "Step") -> "Step":
        """Return the step as it is stored: together with what was passed over before it."""
        if not self.ahead:
            return step
        memory = self.memory if step.memory is None else step.memory
        return replace(step, marks={**self._unstored, **step.marks}, memory=memory)


@dataclass(frozen=True, slots=True)
class Step:
    """How far a transaction moves a position. `blob` is what it emits, packed; `emitted` how many records that is."""

    next_offset: int
    marks: Mapping[str, Place] = field(default_factory=dict)
    memory: bytes | None = None
    blob: bytes | None = None
    emitted: int = 0
    acknowledged: Sequence[Place] = ()
    """Places of blobs that Kafka has confirmed."""


class Parcel(NamedTuple):
    """A committed blob, to be sent: where it belongs and the place of its first record."""

    input: Input
    emitter: str
    place: Place
    blob: bytes


def claim(
    connection: Connection, inputs: Sequence[Input], writer: str, logs: Mapping[str, Log]
) -> tuple[dict[Input, Claim], list[Parcel]]:
    """Claim positions for `writer`, which must be a name never used before; return them and the left-over outbox.

    The left-over must be sent, and confirmed, before the first record is read: what is new would overtake it.

    Raises:
        TopicRecreated: a position was taken in a topic of the same name that is gone.
        PartitionsChanged: the topic had another number of partitions then.

    """
    with connection.transaction():
        rows = [_claimed(connection, each, writer, logs[each.topic]) for each in inputs]
        found = connection.execute("select epoch from rollcall.epoch").fetchone()
        epoch = int(found[0]) if found else 1
        marks: dict[Input, dict[str, Place]] = defaultdict(dict)
        for *whose, emitter, seen_epoch, sequence in connection.execute(
            _OF.format("marks", "emitter, epoch, sequence"), _keys(inputs)
        ):
            marks[Input(*whose)][emitter] = Place(seen_epoch, sequence)
        claims = {
            each: Claim(each, writer, offset, sequence, epoch, logs[each.topic].topic_id, marks[each], memory, before)
            for each, (before, offset, sequence, memory) in zip(inputs, rows, strict=True)
        }
        left = connection.execute(
            _OF.format("outbox", "epoch, sequence, blob") + " order by epoch, sequence", _keys(inputs), binary=True
        )
        parcels = [
            Parcel(Input(*whose), claims[Input(*whose)].emitter, Place(e, s), blob) for *whose, e, s, blob in left
        ]
    return claims, parcels


# Names of tables and columns are ours, not input.
_OF = """select reader, topic, partition, {1} from rollcall.{0}
    join unnest(%b::text[], %b::text[], %b::int[]) mine (reader, topic, partition) using (reader, topic, partition)"""


def _keys(inputs: Sequence[Input]) -> tuple[list[str], list[str], list[int]]:
    return [each.reader for each in inputs], [each.topic for each in inputs], [each.partition for each in inputs]


def _claimed(connection: Connection, wanted: Input, writer: str, log: Log) -> tuple[str, int, int, bytes | None]:
    connection.execute(
        "insert into rollcall.positions (reader, topic, partition, topic_id, partitions) values (%s, %s, %s, %s, %s)"
        " on conflict do nothing",
        (*wanted, *log),
    )
    row = connection.execute(
        "select writer, next_offset, next_sequence, memory, topic_id, partitions from rollcall.positions"
        " where (reader, topic, partition) = (%s, %s, %s) for update",
        wanted,
    ).fetchone()
    assert row is not None
    *position, topic_id, partitions = row
    if topic_id != log.topic_id:
        raise TopicRecreated(
            f"{wanted.topic} is not the one that {wanted.reader} has read: its id was {topic_id} and is {log.topic_id}"
        )
    if partitions != log.partitions:
        raise PartitionsChanged(
            f"{wanted.topic} had {partitions} partitions when {wanted.reader} began, now {log.partitions}"
        )
    connection.execute(
        "update rollcall.positions set writer = %s where (reader, topic, partition) = (%s, %s, %s)", (writer, *wanted)
    )
    return position[0], position[1], position[2], position[3]


def hold(connection: Connection, held: Claim) -> None:
    """Hold a position until the end of the transaction; the first statement of work that reads what it writes.

    Raises:
        psycopg.Error: with SQLSTATE RC001, which `Database` turns into ``Fenced``.

    """
    connection.execute("select rollcall.hold(%s, %s, %s, %s, %s)", (*held.input, held.writer, held.stored))


def advance(connection: Connection, held: Claim, step: Step) -> None:
    """Move a position within the caller's transaction; one statement, so it goes into a pipeline as it is.

    Raises:
        psycopg.Error: with SQLSTATE RC001, which `Database` turns into ``Fenced``.

    """
    whole = held.since(step)
    connection.execute(
        "select rollcall.advance(%s, %s, %s, %s, %s::bigint, %s::bigint, %s, %s::bigint, %s, %b, %b,"
        " %b::text[], %b::int[], %b::bigint[], %b::int[], %b::bigint[])",
        (
            *held.input,
            held.writer,
            held.stored,
            step.next_offset,
            held.epoch,
            held.next_sequence,
            step.emitted,
            whole.memory,
            step.blob,
            list(whole.marks),
            [place.epoch for place in whole.marks.values()],
            [place.sequence for place in whole.marks.values()],
            [place.epoch for place in step.acknowledged],
            [place.sequence for place in step.acknowledged],
        ),
    )


def stands(connection: Connection, held: Claim, step: Step) -> bool:
    """Whether this very step, under this very claim, is what is stored: the answer was lost, the commit was not."""
    row = connection.execute(
        "select writer, next_offset, next_sequence from rollcall.positions"
        " where (reader, topic, partition) = (%s, %s, %s)",
        held.input,
    ).fetchone()
    return row == (held.writer, step.next_offset, held.next_sequence + step.emitted)


def acknowledge(connection: Connection, whose: Input, places: Sequence[Place]) -> None:
    """Forget blobs that Kafka has confirmed, when no step follows that would do it."""
    connection.execute(
        "select rollcall.acknowledge(%s, %s, %s, %b::int[], %b::bigint[])",
        (*whose, [place.epoch for place in places], [place.sequence for place in places]),
    )
