"""A record as it lies in the log, and which records of a batch are still to be worked on. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from confluent_kafka import Message

from schemas.origin import HEADER, Origin, Place, parse
from schemas.wire import Headers
from streams.deadletter import FOR, Raw
from streams.store import Claim


class Record(NamedTuple):
    """Key, value and headers are the producer's bytes; `timestamp` is Kafka's, in milliseconds."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    timestamp: int

    def header(self, name: str) -> bytes | None:
        """Return the first header of that name."""
        return next((value for each, value in self.headers if each == name), None)

    @property
    def raw(self) -> Raw:
        """What is buried of it."""
        return Raw(*self[:6])

    @property
    def origin(self) -> Origin | None:
        """Who emitted it and its place in that emitter's sequence; None where it is not one of ours (Debezium's)."""
        header = self.header(HEADER)
        try:
            return None if header is None else parse(header)
        except ValueError:
            return None


def fetched(message: Message) -> Record:
    """Return a record as librdkafka hands it out."""
    return Record(
        message.topic(),
        message.partition(),
        message.offset(),
        message.key(),
        message.value(),
        [(name, value or b"") for name, value in message.headers() or ()],
        message.timestamp()[1],
    )


class Sifted(NamedTuple):
    """What is left to be worked on, and what the position and the marks become."""

    records: list[Record]
    next_offset: int
    marks: dict[str, Place]
    repeated: int
    passed_over: int
    """How many are meant for others."""


def sift(held: Claim, records: Sequence[Record]) -> Sifted:
    """Leave out what lies below the position, what was seen before, and what is meant for another reader."""
    marks: dict[str, Place] = {}
    left: list[Record] = []
    repeated = passed_over = 0
    for record in records:
        if record.offset < held.next_offset:
            continue
        origin = record.origin
        if origin is not None:
            if held.repeats(origin, marks):
                repeated += 1
                continue
            marks[origin.emitter] = origin.place
        wanted = record.header(FOR)
        if wanted is None or wanted == held.input.reader.encode():
            left.append(record)
        else:
            passed_over += 1
    after = records[-1].offset + 1 if records else 0
    return Sifted(left, max(held.next_offset, after), marks, repeated, passed_over)
