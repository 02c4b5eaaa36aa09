"""What a reader's work is, what it comes to, and the step of a partition that follows from it. Pure."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, Self

from schemas.faults import Bury
from schemas.topics import Topic
from streams import deadletter
from streams.database import Connection
from streams.metrics import Tally
from streams.outbox import Outgoing, fit, pack
from streams.record import Record, Sifted
from streams.store import Claim, Step


class Buried(NamedTuple):
    """A record that could not be worked on, and why."""

    record: Record
    error: Bury


class Result(NamedTuple):
    """What work on a batch comes to; `memory` None leaves the reader's memory as it is."""

    outgoing: Sequence[Outgoing] = ()
    memory: bytes | None = None
    buried: Sequence[Buried] = ()
    rows: Sequence[Any] = ()
    """What `Work.write` is given."""

    @property
    def nothing(self) -> bool:
        """Whether the position has moved, and that is all."""
        return not (self.outgoing or self.buried or self.rows)


class Work(Protocol):
    """What is done with the records of a topic."""

    @property
    def name(self) -> str:
        """The reader's name; owns its positions."""

    @property
    def topic(self) -> Topic:
        """What is read."""

    def process(self, claim: Claim, records: Sequence[Record]) -> Result:
        """Work on records of one partition, in memory; may be called again.

        Raises:
            Bury: one of the records cannot be worked on; it is found by halving, and buried.
            Unavailable: something is away; the batch is tried again, with jitter.

        """

    def write(self, connection: Connection, rows: Sequence[Any]) -> None:
        """Write rows, of one or more partitions, inside the transaction that moves their positions; same errors."""


class Part(NamedTuple):
    """Records of one partition."""

    held: Claim
    records: list[Record]


class Done(NamedTuple):
    """What was done with the records of one partition."""

    held: Claim
    result: Result
    step: Step
    dead: Sequence[Outgoing]
    tally: Tally

    @classmethod
    def of(cls, held: Claim, batch: Sifted, result: Result, reader: str) -> Self:
        """Return the step that a result comes to: what is buried goes out as what is sent does."""
        dead = [deadletter.bury(each.record.raw, reader, each.error) for each in result.buried]
        outgoing = [*map(fit, result.outgoing), *dead]
        step = Step(batch.next_offset, batch.marks, result.memory, pack(outgoing) if outgoing else None, len(outgoing))
        oldest = batch.records[0].timestamp if batch.records else None
        taken = len(batch.records), batch.passed_over, batch.repeated
        return cls(held, result, step, dead, Tally(*taken, step.emitted, len(dead), len(result.rows), oldest))
