"""Read the dead-letter topics from beginning to end: what was buried, for whom, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, KafkaException, TopicPartition

from schemas.faults import Unavailable
from schemas.topics import TOPICS
from schemas.wire import Headers
from streams.deadletter import DLQ_SUFFIX, OURS, Raw, named
from streams.lag import ends
from streams.settings import Settings

QUIET = 10.0
"""Seconds to wait for records that the topic's end says are there."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A buried record as it lies in its dead-letter topic."""

    raw: Raw

    @property
    def id(self) -> str:
        """Its place: ``<topic>-<partition>-<offset>``."""
        return f"{self.raw.topic}-{self.raw.partition}-{self.raw.offset}"

    @property
    def reader(self) -> str:
        """Who could not take it."""
        return self._said("dlq-reader")

    @property
    def topic(self) -> str:
        """Where the record came from."""
        return self._said("dlq-topic")

    @property
    def partition(self) -> int:
        """Which partition of it."""
        return int(self._said("dlq-partition"))

    @property
    def offset(self) -> int:
        """Its offset there."""
        return int(self._said("dlq-offset"))

    @property
    def key(self) -> bytes | None:
        """The record's key."""
        return self.raw.key

    @property
    def value(self) -> bytes | None:
        """The record's value, byte for byte."""
        return self.raw.value

    @property
    def headers(self) -> Headers:
        """The record's own headers; what burying has added is left out."""
        return [(name, value) for name, value in self.raw.headers if not name.startswith(OURS)]

    @property
    def woken(self) -> str | None:
        """The key whose wake-up had failed."""
        return self._said("dlq-woken") or None

    def row(self) -> dict[str, Any]:
        """Return what a person wants to see of it."""
        return {
            "id": self.id,
            "reader": self.reader,
            "cause": self._said("dlq-cause"),
            "error": self._said("dlq-error"),
            "source": "-".join(self._said(f"dlq-{part}") for part in ("topic", "partition", "offset")),
            "buried_at": self._said("dlq-at"),
        }

    def _said(self, name: str) -> str:
        return named(self.raw.headers).get(name, b"").decode(errors="replace")


def dead_letters(settings: Settings) -> Iterator[DeadLetter]:
    """Yield every buried record, topic by topic, in the order in which it was buried.

    Raises:
        Unavailable: Kafka does not answer.

    """
    buried = [topic for topic in TOPICS if topic.name.endswith(DLQ_SUFFIX)]
    consumer = Consumer(
        {"bootstrap.servers": settings.bootstrap, "group.id": "rollcall.dlq", "enable.auto.commit": False}
    )
    try:
        found = ends(settings, {(topic.name, each) for topic in buried for each in range(topic.partitions)})
        left = {place: end for place, end in found.items() if end > 0}
        consumer.assign([TopicPartition(*place, 0) for place in left])
        while left:
            message = consumer.poll(QUIET)
            if message is None:
                raise Unavailable("Kafka does not hand out the dead letters that it says are there")
            if message.error():
                raise Unavailable(f"dead letters cannot be read: {message.error()}")
            place = (message.topic(), message.partition())
            yield DeadLetter(Raw(*place, message.offset(), message.key(), message.value(), message.headers() or []))
            if message.offset() + 1 >= found[place]:
                left.pop(place, None)
    except KafkaException as error:
        raise Unavailable(f"dead letters cannot be read: {error}") from error
    finally:
        consumer.close()
