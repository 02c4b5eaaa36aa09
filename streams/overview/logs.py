"""What Kafka knows: where partitions end, and since when a record has been there."""

import time
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime

from confluent_kafka import TIMESTAMP_NOT_AVAILABLE, Consumer, KafkaException, Message, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from schemas.faults import Unavailable
from streams.dead import Partition
from streams.kafka import librdkafka
from streams.log import Position
from streams.reaching import reach
from streams.settings import Settings

NAME = "rollcall.overview"


class Ends:
    """Asks where partitions end; keeps its client from one look to the next."""

    def __init__(self, settings: Settings, within: float) -> None:
        """`within` is in seconds."""
        self._settings, self._within = settings, within
        self._client: AdminClient | None = None

    def reach(self) -> AdminClient:
        """Return a client that a broker has let in; raises as `streams.reaching.reach`."""
        if self._client is None:
            self._client = reach(self._settings, NAME, self._within)
        return self._client

    def of(self, partitions: Iterable[Partition]) -> dict[Partition, int]:
        """Return the ends of the partitions that there are.

        Raises:
            Misconfigured: Kafka does not let us in.
            Unavailable: it does not answer.

        """
        wanted = {TopicPartition(*each): OffsetSpec.latest() for each in partitions}
        found: dict[Partition, int] = {}
        errors: list[KafkaException] = []
        for place, future in self.reach().list_offsets(wanted, request_timeout=self._within).items():
            try:
                found[place.topic, place.partition] = future.result().offset
            except KafkaException as error:
                errors.append(error)
        if not found and errors:
            self._client = None  # a client whose brokers are gone says why only when it is made
            self.reach()
            raise Unavailable(f"Kafka at {self._settings.bootstrap}: {errors[0]}; mend: rollcall logs kafka")
        return found


class Oldest:
    """Asks since when records have been there; one consumer outside of any group."""

    def __init__(self, settings: Settings) -> None:
        self._consumer = Consumer(
            {
                **librdkafka(settings),
                "client.id": NAME,
                "group.id": NAME,  # demanded, and never joined
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "fetch.wait.max.ms": 50,
                "fetch.message.max.bytes": 1000,  # one batch of each partition comes all the same
                "queued.min.messages": 1,
                "fetch.queue.backoff.ms": 5,  # a second otherwise, in which another place would not be fetched
                "log_level": 2,
            }
        )

    def at(self, places: Collection[Position], until: float) -> dict[Position, datetime]:
        """Return for each place when its record was written, as far as there is time."""
        found: dict[Position, datetime] = {}
        try:
            for wave in waves(places):
                found |= self._wave(wave, until)
        finally:
            self._consumer.unassign()
        return found

    def close(self) -> None:
        """Close the consumer."""
        self._consumer.close()

    def _wave(self, wave: Collection[Position], until: float) -> dict[Position, datetime]:
        self._consumer.assign([TopicPartition(*place) for place in wave])
        wanted = {(place.topic, place.partition): place for place in wave}
        found: dict[Position, datetime] = {}
        while wanted and (left := until - time.monotonic()) > 0:
            message = self._consumer.poll(left)
            place = None if message is None else wanted.pop((message.topic(), message.partition()), None)
            if place is not None and (at := written_at(message)) is not None:
                found[place] = at
        return found


def written_at(message: Message) -> datetime | None:
    """Return Kafka's own timestamp of a record; None where there is no record, or none of it."""
    kind, milliseconds = message.timestamp()
    if message.error() is not None or kind == TIMESTAMP_NOT_AVAILABLE:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def waves(places: Collection[Position]) -> Iterator[list[Position]]:
    """Yield the places in groups in which no partition is twice: a consumer stands at one place of each."""
    left = set(places)
    while left:
        first = {(place.topic, place.partition): place for place in sorted(left, reverse=True)}
        yield list(first.values())
        left -= set(first.values())
