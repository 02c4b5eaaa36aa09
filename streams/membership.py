"""One static member of a Kafka consumer group, that reads from where it is told: positions live in PostgreSQL.

Group membership is kept while nothing flows: `rest` takes the partitions out of the consumer and goes on polling.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient

from schemas.faults import Misconfigured, SchemaBehind, Unavailable
from streams.kafka import ClientConfig
from streams.message import sound
from streams.record import Record, fetched
from streams.rivals import Rivals
from streams.store import Log
from streams.topics import describe

log = logging.getLogger(__name__)
BATCH = 500
TIMEOUT = 5.0
"""Seconds that a question to the broker may take."""
TUNED: Mapping[str, Any] = {
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "auto.offset.reset": "error",
    "isolation.level": "read_committed",  # somebody's Connect may write in transactions
    "partition.assignment.strategy": "range",
    "fetch.wait.max.ms": 100,  # one fetch per broker is in flight: a new partition waits for it
    "fetch.queue.backoff.ms": 2,
    "fetch.error.backoff.ms": 50,
    "reconnect.backoff.ms": 50,
    "reconnect.backoff.max.ms": 1000,
    "allow.auto.create.topics": False,
}


@dataclass(frozen=True, slots=True)
class Group:
    """Who reads: the group, this member's fixed name in it, and how long it may be silent."""

    kafka: ClientConfig
    name: str
    instance: str
    session: timedelta = timedelta(seconds=10)
    options: Mapping[str, Any] = field(default_factory=dict)

    def settings(self) -> dict[str, Any]:
        """Return librdkafka's configuration."""
        session = int(self.session.total_seconds() * 1000)
        return {
            **TUNED,
            **self.kafka,
            "group.id": self.name,
            "group.instance.id": self.instance,
            "client.id": self.instance,
            "session.timeout.ms": session,
            "heartbeat.interval.ms": max(100, session // 5),
            "max.poll.interval.ms": max(60_000, session),
            **self.options,
        }


class Membership:
    """What is assigned to us changes during `gather` and `rest` only; `generation` then changes with it."""

    def __init__(self, group: Group, topic: str) -> None:
        self.generation = 0
        self.assigned: frozenset[int] = frozenset()
        self.flowing = False
        self.joined = False
        self._topic = topic
        self._group = group
        self._rivals = Rivals(group.session.total_seconds())
        self._consumer = self._join()

    def _join(self) -> Consumer:
        consumer = Consumer({**self._group.settings(), "on_commit": _unheard, "error_cb": _told}, logger=log)
        consumer.subscribe([self._topic], on_assign=self._given, on_revoke=self._taken)
        return consumer

    def gather(self, timeout: float) -> list[Record]:
        """Return what has arrived; at most `timeout` seconds go by before the first: `consume(n, t)` waits all of t."""
        generation = self.generation
        first = self._consumer.poll(timeout)
        if first is None:
            return []
        messages = [first, *self._consumer.consume(BATCH - 1, 0)]
        if generation != self.generation:
            return []  # taken before a rebalance; whoever has the partitions now reads them from the position
        return [fetched(message) for message in messages if self._sound(message)]

    def flow(self, offsets: Mapping[int, int]) -> None:
        """Read these partitions from these offsets."""
        self._consumer.assign([TopicPartition(self._topic, partition, offset) for partition, offset in offsets.items()])
        self.flowing = True

    def rest(self, seconds: float) -> None:
        """Stay in the group, and read nothing."""
        if self.flowing:
            self._consumer.assign([])
            self.flowing = False
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            message = self._consumer.poll(min(left, 0.05))
            if message is not None:
                self._sound(message)

    def bounds(self, partition: int) -> tuple[int, int]:
        """Return the log's first and next offset.

        Raises:
            Unavailable: the broker does not answer.

        """
        try:
            found = self._consumer.get_watermark_offsets(TopicPartition(self._topic, partition), timeout=TIMEOUT)
        except KafkaException as error:
            raise Unavailable(f"Kafka does not say where {self._topic}-{partition} ends: {error}") from error
        if found is None:
            raise Unavailable(f"Kafka does not say where {self._topic}-{partition} ends")
        return int(found[0]), int(found[1])

    def end(self, partition: int) -> int:
        """Return where the log ends, as far as the last fetch told: without asking the broker; negative if unknown."""
        try:
            found = self._consumer.get_watermark_offsets(TopicPartition(self._topic, partition), cached=True)
        except KafkaException:  # nothing was fetched yet
            return -1
        return -1 if found is None else int(found[1])

    def report(self, offsets: Mapping[int, int]) -> None:
        """Tell the group how far we are: for displays of lag, nothing reads from there."""
        if offsets and self.flowing:
            try:
                self._consumer.commit(
                    offsets=[TopicPartition(self._topic, partition, offset) for partition, offset in offsets.items()],
                    asynchronous=True,
                )
            except KafkaException as error:
                log.info("offsets of %s not shown: %s", self._group.name, error)

    def log(self) -> Log:
        """Return what the topic is right now.

        Raises:
            Unavailable: the broker does not answer.
            SchemaBehind: there is no such topic.

        """
        admin = AdminClient({**self._group.kafka, "client.id": self._group.instance, "log_level": 3})
        found = describe(admin, [self._topic]).get(self._topic)
        if found is None:
            raise SchemaBehind(f"there is no topic {self._topic}; mend: rollcall topics apply")
        return found

    def close(self) -> None:
        """Stop reading. A static member does not leave: it is back before its session ends, and nobody else stalls."""
        self._consumer.close()

    def _given(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        consumer.assign([])  # else the client starts to read by itself, from the group's offsets
        self.generation += 1
        self.assigned = frozenset(each.partition for each in partitions)
        self.flowing, self.joined = False, True

    def _taken(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:  # noqa: ARG002
        self.generation += 1
        self.assigned = frozenset()
        self.flowing = self.joined = False

    def _sound(self, message: Message) -> bool:
        error: KafkaError | None = message.error()
        # `_FATAL` is the library's name; the flag is not set on it.
        if error is not None and (error.fatal() or error.code() == KafkaError._FATAL):  # noqa: SLF001
            self._join_again(error)
            return False
        return sound(message, self._group.name, self._topic)

    def _join_again(self, error: KafkaError) -> None:
        """Begin anew with another client: this one was put out for good, by a rival or a broker that forgot it.

        Offsets that it still shows when a broker is back, under the name of before, suffice for the latter.
        """
        self._rivals.alive(time.monotonic())
        if self._rivals.put_out(time.monotonic()):
            raise Misconfigured(
                f"{self._group.instance} was put out of group {self._group.name} again and again, as when two processes"
                f" have one group.instance.id: {error}; mend: give each process of a role its own ROLLCALL_INSTANCE"
            )
        log.warning("%s joins %s again: %s", self._group.instance, self._group.name, error)
        self._consumer.close()
        self._taken(self._consumer, [])
        self._consumer = self._join()


def _unheard(error: KafkaError | None, _: list[TopicPartition]) -> None:
    if error is not None:
        log.info("offsets not shown: %s", error)


def _told(error: KafkaError) -> None:
    log.info("Kafka: %s", error)
