"""Translate the change log into domain topics: one reader, one position and one memory per output topic.

A topic that is created later is therefore filled from the beginning of the change log.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from threading import Event as Stopping
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

from connectors.translation import Again, Broadcast, Keyed, Logged, Output, Translation, completes
from schemas import cdc
from schemas.events import Event
from schemas.faults import Bury, Unavailable
from schemas.topics import CDC, DOMAIN, Topic
from schemas.wire import Codec, headers
from streams.database import Connection
from streams.deadletter import FOR, WOKEN
from streams.kafka import ClientConfig, librdkafka
from streams.letters import CAUSE
from streams.outbox import Outgoing, partition_of
from streams.reader import open_reader
from streams.record import Record
from streams.registry import Registry
from streams.settings import Settings
from streams.store import Claim
from streams.threads import run_together
from streams.work import Buried, Result

ROLE = "rollcall_translator"
AHEAD = 0.5
"""Seconds for which one look ahead reads; well within the deadline of the transaction it stands in."""


@dataclass(frozen=True, slots=True)
class Translating:
    """The work of the translator for one output topic."""

    output: Topic
    codec: Codec
    completes: Callable[[int], bool]
    topic: Topic = CDC

    @property
    def name(self) -> str:
        """The reader's name."""
        return f"translate.{self.output.name}"

    def process(self, claim: Claim, records: Sequence[Record]) -> Result:
        """Translate changes, in the order of their commits."""
        translation = Translation.resumed(self.output, self.name, claim.memory)
        outgoing: list[Outgoing] = []
        buried: list[Buried] = []
        for record in records:
            try:
                fed = list(translation.feed(Logged(record.offset, record.key, record.value), self.completes))
            except Bury as fault:
                buried.append(Buried(record, fault))
                continue
            cause = f"{record.topic}/{record.partition}/{record.offset}".encode()
            outgoing += [written for output in fed for written in self._written(output, cause)]
        return Result(outgoing, translation.memory, buried)

    def write(self, connection: Connection, rows: Sequence[Any]) -> None:
        """Nothing: a translator only emits."""

    def _written(self, output: Output, cause: bytes) -> Iterator[Outgoing]:
        match output:
            case Keyed(event):
                partition = partition_of(event.key.encode(), self.output.partitions)
                yield self._letter(event, [partition], cause)[0]
            case Broadcast(event):
                yield from self._letter(event, range(self.output.partitions), cause)
            case Again():
                said = [(FOR, output.reader.encode()), *([(WOKEN, output.woken.encode())] if output.woken else [])]
                yield Outgoing(self.output.name, output.partition, output.key, output.value, [*output.headers, *said])

    def _letter(self, event: Event, partitions: Sequence[int], cause: bytes) -> list[Outgoing]:
        key, value = event.key.encode(), self.codec.encode(self.output, event)
        said = [*headers(event), (CAUSE, cause)]
        return [Outgoing(self.output.name, partition, key, value, said) for partition in partitions]


class Lookahead:
    """Reads ahead in the change log, from a snapshot run's first row, whether the run comes to its end.

    The rows are not kept: there can be more than fit into memory. They are read again when their turn comes.
    """

    def __init__(self, kafka: ClientConfig, topic: str = CDC.name) -> None:
        self._topic = topic
        self._consumer = Consumer(
            {
                **kafka,
                "group.id": "rollcall.lookahead",  # required, and never joined: the partition is assigned by hand
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "isolation.level": "read_committed",
                "auto.offset.reset": "error",
                "allow.auto.create.topics": False,
            }
        )
        self._run = OFFSET_BEGINNING
        self._known: dict[int, bool] = {}

    def __call__(self, offset: int) -> bool:
        """Whether the run that begins at `offset` is whole.

        Raises:
            Unavailable: it has neither ended nor been broken off yet, or not as far as could be read in the time.

        """
        if offset not in self._known:
            if self._run != offset:
                self._consumer.assign([TopicPartition(self._topic, 0, offset + 1)])
                self._run = offset
            answer = completes(self._said())
            if answer is None:
                raise Unavailable(f"the snapshot that begins at {offset} of {self._topic} is not seen to its end yet")
            self._known[offset] = answer
            self._consumer.unassign()
            self._run = OFFSET_BEGINNING
        return self._known[offset]

    def _said(self) -> Iterator[str]:
        end = time.monotonic() + AHEAD
        while (left := end - time.monotonic()) > 0:
            message = self._consumer.poll(left)
            if message is None:
                return
            error = message.error()
            if error is not None:
                if error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - the library's name
                    return
                raise Unavailable(f"Kafka: {error}") from KafkaException(error)
            try:
                yield cdc.head(message.value()).source.snapshot
            except Bury:
                continue  # whoever comes to it buries it


def run(settings: Settings) -> None:
    """Run until told to stop.

    Raises:
        Stop: going on would lose or double something.

    """
    stopping = Stopping()
    codec = Registry.of(settings).codec()
    works = [Translating(topic, codec, Lookahead(librdkafka(settings))) for topic in DOMAIN]
    run_together([open_reader(work, settings, ROLE, stopping).run for work in works], stopping)
