"""Read the dead-letter topics from beginning to end: what was buried, for whom, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from schemas.topics import TOPICS
from schemas.wire import Headers
from streams.deadletter import DLQ_SUFFIX, OURS, Raw, named
from streams.kafka import librdkafka
from streams.log import Log
from streams.settings import Settings


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
    with Log(librdkafka(settings), "rollcall.dlq") as log:
        for topic in TOPICS:
            if not topic.name.endswith(DLQ_SUFFIX):
                continue
            for partition in range(topic.partitions):
                for records in log.read(log.whole(topic.name, partition)):
                    yield from (DeadLetter(record.raw) for record in records)
