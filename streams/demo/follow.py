"""Follow the domain topics and put what one commit caused next to each other, with real milliseconds.

Reads workforce, proposals and decisions from their ends (no group), yields chains by correlation id.
"""

import threading
import time
from dataclasses import dataclass, field
from uuid import UUID

from confluent_kafka import Consumer, TopicPartition

from schemas.events import Event, NoticeDelivered, OperationsEvent, WorldEvent
from schemas.faults import Bury
from schemas.topics import DOMAIN
from schemas.wire import Codec
from streams.kafka import librdkafka
from streams.lag import ends
from streams.settings import Settings

QUIET = 0.4
"""Seconds without a further event after which a chain is shown."""


@dataclass(slots=True)
class Chain:
    """Everything that one first cause led to, in order of arrival; times are wall-clock seconds."""

    correlation_id: UUID
    first: float
    events: list[tuple[float, Event]] = field(default_factory=list)


class Follower:
    """Collects chains in its own thread until it is closed."""

    def __init__(self, settings: Settings, codec: Codec) -> None:
        self._codec = codec
        self._chains: dict[UUID, Chain] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._consumer = Consumer(
            {
                **librdkafka(settings),
                "group.id": "rollcall.demo",
                "enable.auto.commit": False,
                "fetch.wait.max.ms": 20,
            }
        )
        found = ends(settings, {(topic.name, each) for topic in DOMAIN for each in range(topic.partitions)})
        self._consumer.assign([TopicPartition(*place, end) for place, end in found.items()])
        self._thread = threading.Thread(target=self._follow, name="follower", daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        while not self._closing.is_set():
            message = self._consumer.poll(0.05)
            if message is None or message.error():
                continue
            try:
                event = self._codec.decode(message.value())
            except Bury:
                continue
            # What a place is told is told to people too, and what they are told was asked for before it is delivered.
            if not isinstance(event, WorldEvent | OperationsEvent | NoticeDelivered):
                self._add(event)

    def _add(self, event: Event) -> None:
        now = time.time()
        with self._lock:
            chain = self._chains.setdefault(event.correlation_id, Chain(event.correlation_id, now))
            chain.events.append((now, event))

    def ready(self) -> list[Chain]:
        """Take the chains in which nothing has happened for a moment, oldest first."""
        now = time.time()
        with self._lock:
            quiet = [each for each in self._chains.values() if now - each.events[-1][0] > QUIET]
            for chain in quiet:
                del self._chains[chain.correlation_id]
        return sorted(quiet, key=lambda chain: chain.first)

    def close(self) -> None:
        """Stop following."""
        self._closing.set()
        self._thread.join(5)
        self._consumer.close()
