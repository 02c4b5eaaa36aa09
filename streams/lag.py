"""How far each reader is behind the end of its topics: what the doctor judges and the demo waits for."""

from typing import NamedTuple

import psycopg
from confluent_kafka import Consumer, KafkaException, TopicPartition

from schemas.faults import Unavailable
from streams.kafka import librdkafka
from streams.settings import Settings


class Lag(NamedTuple):
    """One reader's place in one partition."""

    reader: str
    topic: str
    partition: int
    next_offset: int
    end: int

    @property
    def behind(self) -> int:
        """Records that are not yet read."""
        return max(0, self.end - self.next_offset)


def lags(settings: Settings) -> list[Lag]:
    """Return every position that PostgreSQL knows of, beside the end of its partition.

    Raises:
        Unavailable: PostgreSQL or Kafka does not answer.

    """
    try:
        with psycopg.connect(settings.dsn("rollcall_console"), connect_timeout=5) as connection:
            positions = connection.execute(
                "select reader, topic, partition, next_offset from rollcall.positions order by 1, 2, 3"
            ).fetchall()
        found = ends(settings, {(topic, partition) for _, topic, partition, _ in positions})
    except (psycopg.OperationalError, KafkaException) as error:
        raise Unavailable(f"positions cannot be read: {error}") from error
    return [
        Lag(reader, topic, partition, offset, found[topic, partition]) for reader, topic, partition, offset in positions
    ]


def ends(settings: Settings, partitions: set[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """Return where each partition ends."""
    consumer = Consumer({**librdkafka(settings), "group.id": "rollcall.lag", "enable.auto.commit": False})
    try:
        return {
            (topic, partition): consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)[1]
            for topic, partition in sorted(partitions)
        }
    finally:
        consumer.close()
