"""Read the dead-letter topics from beginning to end: what was buried, for whom, and why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.origin import Place
from schemas.topics import CDC, DOMAIN, Topic
from schemas.wire import Headers
from streams.deadletter import Raw, added, named, own
from streams.kafka import librdkafka
from streams.log import Log
from streams.record import Record
from streams.settings import Settings

BURIED = (CDC, *DOMAIN)
"""Topics that have dead letters."""
Partition = tuple[str, int]


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
        """Who could not take it; empty when no reader of ours has buried it."""
        return self._said("dlq-reader")

    @property
    def topic(self) -> str:
        """Where the record came from."""
        return self._said("dlq-topic")

    @property
    def partition(self) -> int:
        """Which partition of it."""
        return int(self._said("dlq-partition") or -1)

    @property
    def offset(self) -> int:
        """Its offset there."""
        return int(self._said("dlq-offset") or -1)

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
        return own(self.raw.headers)

    @property
    def burial(self) -> Headers:
        """What burying has added to them."""
        return added(self.raw.headers)

    @property
    def woken(self) -> str | None:
        """The key whose wake-up had failed."""
        return self._said("dlq-woken") or None

    @property
    def cause(self) -> str:
        """The class of the fault."""
        return self._said("dlq-cause")

    @property
    def buried_at(self) -> datetime | None:
        """When, by the clock of whoever buried it."""
        said = self._said("dlq-at")
        return datetime.fromisoformat(said) if said else None

    def row(self) -> dict[str, Any]:
        """Return what a person wants to see of it."""
        return {
            "id": self.id,
            "reader": self.reader,
            "cause": self.cause,
            "error": self._said("dlq-error"),
            "source": "-".join(self._said(f"dlq-{part}") for part in ("topic", "partition", "offset")),
            "buried_at": self._said("dlq-at"),
        }

    def _said(self, name: str) -> str:
        return named(self.raw.headers).get(name, b"").decode(errors="replace")


def partitions(topics: Iterable[Topic] = BURIED) -> list[Partition]:
    """Return where the dead letters of topics lie."""
    return [(topic.dlq.name, each) for topic in topics for each in range(topic.partitions)]


def dead_letters(settings: Settings, wanted: Iterable[Partition] | None = None) -> Iterator[DeadLetter]:
    """Yield every buried record, partition by partition, in the order in which it was buried; repeats are left out.

    Raises:
        Unavailable: Kafka does not answer.

    """
    with Log(librdkafka(settings), "rollcall.dlq") as log:
        for place in partitions() if wanted is None else wanted:
            seen: dict[str, Place] = {}
            for records in log.read(log.whole(*place)):
                yield from (DeadLetter(record.raw) for record in records if is_news(record, seen))


def is_news(record: Record, seen: dict[str, Place]) -> bool:
    """Whether this is not what an outbox has sent a second time, after a crash."""
    origin = record.origin
    if origin is None:
        return True
    if origin.place <= seen.get(origin.emitter, Place(0, 0)):
        return False
    seen[origin.emitter] = origin.place
    return True
