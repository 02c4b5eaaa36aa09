"""Write the audit trail: one reader a topic, one chain; and tell a topic every minute how far the chain has come.

Whoever decides or applies cannot write here, and the auditor can do nothing else. It reads what they have said in the
log, once and in the order of each partition; the position moves in the transaction that adds to the chain.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from schemas.faults import Bury, Unavailable
from schemas.topics import AUDIT, Topic
from sinks.audit import AUDITED, append, entry
from sinks.audit.entry import BROADCAST
from streams.audit import Published, published_by
from streams.database import Connection, Database
from streams.decoding import Decoder
from streams.health import Beat, watch
from streams.kafka import librdkafka
from streams.reader import open_reader
from streams.record import Record
from streams.registry import Registry
from streams.settings import Settings
from streams.sinking import UNHURRIED, passed_over
from streams.store import Claim
from streams.threads import run_together
from streams.work import Buried, Result

log = logging.getLogger(__name__)
ROLE, NAME = "rollcall_auditor", "audit"
PUBLISHED_EVERY = 60.0
TURN = 1.0


@dataclass(frozen=True, slots=True)
class Auditing:
    """The auditor's work on one topic."""

    topic: Topic
    decoder: Decoder
    name: str = NAME

    def process(self, claim: Claim, records: Sequence[Record]) -> Result:
        """Make the records' entries; a broadcast has one, though it lies in every partition."""
        entries, buried = [], []
        wanted = AUDITED[self.topic]
        if claim.input.partition:
            wanted = tuple(each for each in wanted if each not in BROADCAST)
        for record in records:
            if passed_over(record, wanted):
                continue
            try:
                event = self.decoder.decode(record.value)
            except Bury as fault:
                buried.append(Buried(record, fault))
                continue
            if isinstance(event, wanted):
                entries.append(entry(event, record.topic, record.partition, record.offset))
        return Result(buried=buried, rows=entries)

    def write(self, connection: Connection, rows: Sequence[str]) -> None:
        """Add entries to the chain."""
        append(connection, rows)


class Publisher:
    """Tells Kafka where the chain ends. What it tells is committed, so that to tell it twice does no harm."""

    def __init__(self, settings: Settings) -> None:
        self._database = Database(settings.dsn(ROLE), f"{NAME}.head")
        self._producer = Producer({**librdkafka(settings), "client.id": f"{NAME}.head", "acks": "all", "log_level": 2})
        self._refused: KafkaError | None = None
        self.beat = Beat(f"{NAME}.head")

    def run(self, stopping: Event) -> None:
        """Publish at once, every minute, and at the end."""
        due = 0.0
        try:
            while not stopping.is_set():
                self.beat.turned()
                if time.monotonic() >= due:
                    due = time.monotonic() + PUBLISHED_EVERY
                    self._try()
                stopping.wait(TURN)
            self._try()
        finally:
            self._database.close()

    def publish(self) -> Published:
        """Publish the head once.

        Raises:
            Unavailable: PostgreSQL or Kafka does not answer.

        """
        head = self._database.run(published_by)
        self._refused = None
        try:
            self._producer.produce(AUDIT.name, head.value, head.key, 0, on_delivery=self._delivered)
            left = self._producer.flush(5)
        except (KafkaException, BufferError) as error:
            raise Unavailable(f"the head of the audit trail is not published: {error}") from error
        if left or self._refused is not None:
            raise Unavailable(f"the head of the audit trail is not published: {self._refused or 'no answer'}")
        return head

    def _try(self) -> None:
        try:
            self.publish()
        except Unavailable as fault:
            log.warning("%s", fault)

    def _delivered(self, error: KafkaError | None, _: Message) -> None:
        self._refused = error or self._refused


def run(settings: Settings) -> None:
    """Run until told to stop.

    Raises:
        Stop: going on would lose or double something.

    """
    stopping, registry, publisher = Event(), Registry.of(settings), Publisher(settings)
    decoder = Decoder(registry.codec(), registry)
    readers = [open_reader(Auditing(topic, decoder), settings, ROLE, stopping, UNHURRIED) for topic in AUDITED]
    watch(publisher.beat.vitals)
    run_together([*(reader.run for reader in readers), lambda: publisher.run(stopping)], stopping)
