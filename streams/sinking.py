"""Keep the read models: one reader per sink and topic, each in its own thread of this process."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event

from schemas.events import Event as DomainEvent
from schemas.faults import Bury
from schemas.topics import Topic
from sinks import SINKS, Recorded, Run, Sink
from sinks.merge import Row, write
from streams.database import Connection
from streams.decoding import Decoder
from streams.letters import AGENT, CAUSE
from streams.reader import open_reader
from streams.record import Record
from streams.registry import Registry
from streams.settings import Settings
from streams.store import Claim
from streams.threads import run_together
from streams.work import Buried, Result

ROLE = "rollcall_sinks"
UNHURRIED = {"fetch.min.bytes": 1 << 20, "fetch.wait.max.ms": 250}
"""A read model may be a quarter of a second old: a fetch, and so a transaction, holds what has come meanwhile."""


@dataclass(frozen=True, slots=True)
class Sinking:
    """The work of one sink on one of its topics."""

    sink: Sink
    topic: Topic
    decoder: Decoder

    @property
    def name(self) -> str:
        """The reader's name."""
        return f"sink.{self.sink.name}"

    def process(self, claim: Claim, records: Sequence[Record]) -> Result:  # noqa: ARG002
        """Make the records' rows."""
        rows, buried = [], []
        for record in records:
            if passed_over(record, self.sink.reads):
                continue
            try:
                event = self.decoder.decode(record.value)
            except Bury as fault:
                buried.append(Buried(record, fault))
                continue
            row = self.sink.row(Recorded(record.topic, record.partition, record.offset, event, run_of(record)))
            if row is not None:
                rows.append(row)
        return Result(buried=buried, rows=rows)

    def write(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Write rows."""
        write(connection, self.sink, rows)


def passed_over(record: Record, wanted: tuple[type[DomainEvent], ...]) -> bool:
    """Whether a record says that it is of another type: then it need not be decoded."""
    said = record.header("ce_type")
    return said is not None and all(said != each.fullname().encode() for each in wanted)


def run_of(record: Record) -> Run | None:
    """Return whose work a record is, from what the host wrote on it."""
    agent, cause = record.header(AGENT), record.header(CAUSE)
    if agent is None or cause is None:
        return None
    topic, partition, offset = cause.decode().rsplit("/", 2)
    return Run(agent.decode(), topic, int(partition), int(offset))


def run(settings: Settings) -> None:
    """Run until told to stop.

    Raises:
        Stop: going on would lose or double something.

    """
    stopping, registry = Event(), Registry.of(settings)
    decoder = Decoder(registry.codec(), registry)
    works = [Sinking(sink, topic, decoder) for sink in SINKS for topic in sink.topics]
    run_together([open_reader(work, settings, ROLE, stopping, UNHURRIED).run for work in works], stopping)
