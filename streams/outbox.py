"""What is to be sent: packed into one blob per step, committed with it, and only then given to Kafka, in order.

Order per partition and "once" rest on the producer being idempotent and gapless and never giving up; the one thing that
sends a record twice is the outbox after a crash, and its consumers drop that by origin.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from aiokafka.partitioner import murmur2
from confluent_kafka import KafkaError, KafkaException, Producer

from schemas.faults import DeliveryFailed, Oversize
from schemas.origin import HEADER, Place
from schemas.topics import MAX_RECORD_BYTES
from schemas.wire import Headers
from streams.kafka import ClientConfig
from streams.store import Input, Parcel

log = logging.getLogger(__name__)
ROOM = 512
"""Bytes left for what is added to a record on its way: the origin, and Kafka's own framing."""

SMALL = 50_000
"""Bytes of a blob that need not wait for more."""


class Outgoing(NamedTuple):
    """A record on its way out."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: Headers


pack: Callable[[Sequence[Outgoing]], bytes] = msgspec.msgpack.Encoder().encode
unpack: Callable[[bytes], list[Outgoing]] = msgspec.msgpack.Decoder(list[Outgoing]).decode


@lru_cache(maxsize=200_000)  # murmur2 is Python here, and keys come again
def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition that Kafka's own default partitioner gives a key."""
    return int(murmur2(key) & 0x7FFFFFFF) % partitions


def size(record: Outgoing) -> int:
    """Return about how many bytes a record takes in the log, never too few."""
    taken = len(record.key or b"") + len(record.value or b"") + ROOM
    for name, value in record.headers:
        taken += len(name) + len(value) + 8
    return taken


def fit(record: Outgoing, limit: int = MAX_RECORD_BYTES) -> Outgoing:
    """Return the record.

    Raises:
        Oversize: its topic would not take it.

    """
    if (taken := size(record)) > limit:
        raise Oversize(f"a record for {record.topic} takes {taken} bytes, more than {limit}")
    return record


class Sender:
    """An idempotent producer: `send` never blocks, `poll` moves things on and raises when something was given up."""

    def __init__(self, kafka: ClientConfig, name: str, options: Mapping[str, Any] | None = None) -> None:
        self._producer = Producer(
            {
                **kafka,
                "client.id": name,
                "acks": "all",
                "enable.idempotence": True,
                "enable.gapless.guarantee": True,
                # Until 4.5 Kafka takes any first sequence on a partition that knows nothing of this producer: a second
                # request under way can land before the first one's retry, which then counts as a repeat (ADR 8).
                "max.in.flight.requests.per.connection": 1,
                "message.timeout.ms": 0,
                "message.max.bytes": 4 * MAX_RECORD_BYTES,  # sizes were checked before the commit; the topic decides
                # With 0 librdkafka's thread spins while a request is under way and records wait: 10 us a record of a
                # second core. What is sent into silence does not linger, see `send`.
                "linger.ms": 5,
                "reconnect.backoff.max.ms": 1000,
                "log_level": 2,  # what it would print comes to us as errors
                "error_cb": self._troubled,
                **(options or {}),
            }
        )
        self._waiting: deque[Iterator[None]] = deque()
        self._unacknowledged: dict[tuple[Input, Place], int] = {}
        self._acknowledged: dict[Input, list[Place]] = {}
        self._failure: KafkaError | None = None
        self.confirmed = time.monotonic()
        """When Kafka last confirmed something."""

    def send(self, parcel: Parcel, records: Sequence[Outgoing] | None = None) -> None:
        """Send a committed blob, after all that was sent before; `records` is what it was packed from, where known."""
        identity = (parcel.input, parcel.place)
        if identity in self._unacknowledged or parcel.place in self._acknowledged.get(parcel.input, ()):
            return  # a left-over that this very producer has, and it never gives up
        idle = not self._unacknowledged
        self._waiting.append(self._produce(identity, parcel, unpack(parcel.blob) if records is None else records))
        self._unacknowledged[identity] = -1
        self._push()
        if idle and len(parcel.blob) < SMALL:
            self._producer.flush(0.001)  # nothing to gather with: for this long librdkafka does not linger

    def poll(self, timeout: float = 0.0) -> None:
        """Serve delivery reports, and produce what had no room before.

        Raises:
            DeliveryFailed: Kafka will not have a committed record; the outbox keeps it.

        """
        try:
            self._producer.poll(timeout)
        except KafkaException as error:
            raise DeliveryFailed(f"the producer failed: {error}") from error
        if self._failure is not None:
            raise DeliveryFailed(f"Kafka gave a committed record back: {self._failure}")
        self._push()

    def pending(self, inputs: Sequence[Input] | None = None) -> int:
        """How many blobs (of these inputs) are not confirmed yet."""
        if inputs is None:
            return len(self._unacknowledged)
        return sum(whose in inputs for whose, _ in self._unacknowledged)

    def acknowledged(self, whose: Input) -> tuple[Place, ...]:
        """Return places of confirmed blobs, until `forget`."""
        return tuple(self._acknowledged.get(whose, ()))

    def forget(self, whose: Input, places: Sequence[Place]) -> None:
        """Confirmed blobs are no longer in the outbox."""
        left = [place for place in self._acknowledged.get(whose, ()) if place not in places]
        self._acknowledged[whose] = left

    def settled(self) -> tuple[Input, ...]:
        """Return the inputs that have confirmed blobs in their outbox."""
        return tuple(whose for whose, places in self._acknowledged.items() if places)

    def drain(self, timeout: float) -> None:
        """Wait until everything is confirmed, at most `timeout` seconds; same errors as `poll`."""
        end = time.monotonic() + timeout
        while self._unacknowledged and (left := end - time.monotonic()) > 0:
            self.poll(min(left, 0.05))

    def _push(self) -> None:
        while self._waiting:
            for _ in self._waiting[0]:
                return  # the queue is full: the iterator goes on where it stopped, at the next poll
            self._waiting.popleft()

    def _produce(self, identity: tuple[Input, Place], parcel: Parcel, records: Sequence[Outgoing]) -> Iterator[None]:
        # A delivery report per record costs more than the record: within a partition the last one speaks for all.
        last = {(record.topic, record.partition): number for number, record in enumerate(records)}
        ends = set(last.values())
        self._unacknowledged[identity] = len(ends)
        reported = self._reported(identity)
        prefix, first = f"{parcel.emitter}|{parcel.place.epoch}|", parcel.place.sequence
        produce = self._producer.produce
        for number, (topic, partition, key, value, headers) in enumerate(records):
            stamped = [*headers, (HEADER, f"{prefix}{first + number}".encode())]
            report = reported if number in ends else None
            while True:
                try:
                    produce(topic, value, key, partition, on_delivery=report, headers=stamped)
                    break
                except BufferError:
                    yield

    def _reported(self, identity: tuple[Input, Place]) -> Callable[[KafkaError | None, object], None]:
        def reported(error: KafkaError | None, _: object) -> None:
            if error is not None:
                self._failure = self._failure or error
                return
            self.confirmed = time.monotonic()
            self._unacknowledged[identity] -= 1
            if not self._unacknowledged[identity]:
                del self._unacknowledged[identity]
                whose, place = identity
                self._acknowledged.setdefault(whose, []).append(place)

        return reported

    def _troubled(self, error: KafkaError) -> None:
        if error.fatal():
            self._failure = error
        else:
            log.info("Kafka: %s", error)
