"""Ranges of partitions, read outside of any group: for those who list, replay or explain and own no position."""

from collections.abc import Iterator
from types import TracebackType
from typing import NamedTuple, Self

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from schemas.faults import PositionOutsideLog, Unavailable
from streams.kafka import ClientConfig
from streams.message import outside_log
from streams.record import Record, fetched

QUIET = 10.0
"""Seconds to wait for records that are there."""
BATCH = 500
_END = KafkaError._PARTITION_EOF  # noqa: SLF001 - the library's name


class Position(NamedTuple):
    """Where one record lies."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}-{self.partition}-{self.offset}"

    @classmethod
    def parse(cls, written: bytes) -> Self:
        """Read ``topic/partition/offset``, as the header `cause-position` has it.

        Raises:
            ValueError: it is none.

        """
        topic, partition, offset = written.decode().split("/")
        return cls(topic, int(partition), int(offset))


class Span(NamedTuple):
    """A range of one partition, its end left out."""

    topic: str
    partition: int
    start: int
    end: int


class Log:
    """One consumer, assigned by hand to whatever is read next; reads the very records that a host sees.

    Reads may interleave: one that was interrupted goes on where it stood.
    """

    def __init__(self, kafka: ClientConfig, name: str) -> None:
        self._kafka, self._reading = kafka, object()
        self._consumer = Consumer(
            {
                **kafka,
                "client.id": name,
                "group.id": name,  # demanded, and never joined
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "enable.partition.eof": True,
                "isolation.level": "read_uncommitted",
                "fetch.wait.max.ms": 50,
                "queued.max.messages.kbytes": 16_384,
                "log_level": 2,  # what it would print comes to us as errors
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the consumer."""
        self._consumer.close()

    def whole(self, topic: str, partition: int) -> Span:
        """Return all that a partition holds now.

        Raises:
            Unavailable: Kafka does not answer.

        """
        try:
            return Span(topic, partition, *self._consumer.get_watermark_offsets(TopicPartition(topic, partition), 10))
        except KafkaException as error:
            raise self._unavailable(f"{topic}-{partition}", error) from error

    def read(self, span: Span) -> Iterator[list[Record]]:
        """Yield the records of a range, some at a time; fewer where the log ends before it does.

        Raises:
            PositionOutsideLog: the log does not reach back to where it starts.
            Unavailable: Kafka does not answer.

        """
        there = self.whole(span.topic, span.partition)  # librdkafka also takes a second less when it knows the topic
        if span.start < there.start:
            raise PositionOutsideLog(
                f"{span.topic}-{span.partition} begins at {there.start}, and is wanted from {span.start} on"
            )
        offset, end, mine = span.start, min(span.end, there.end), object()
        while offset < end:
            if self._reading is not mine:
                self._consumer.assign([TopicPartition(span.topic, span.partition, offset)])
                self._reading = mine
            first = self._consumer.poll(QUIET)
            if first is None:
                raise self._unavailable(f"{span.topic}-{span.partition}", f"nothing from {offset} on")
            messages = [first, *self._consumer.consume(BATCH - 1, 0)]
            records = [fetched(each) for each in messages if self._sound(each)]
            wanted = [record for record in records if record.offset < end]
            if wanted:
                offset = wanted[-1].offset + 1
                yield wanted
            if len(wanted) < len(messages):  # the end of the log: what is left below `end` are marks of transactions
                return

    def at(self, position: Position) -> Record:
        """Return one record.

        Raises:
            PositionOutsideLog: there is none.
            Unavailable: Kafka does not answer.

        """
        for records in self.read(Span(*position, position.offset + 1)):
            return records[0]
        raise PositionOutsideLog(f"there is no record at {position}: the log ends before it")

    def _sound(self, message: Message) -> bool:
        error: KafkaError | None = message.error()
        if error is None:
            return True
        if error.code() == _END:
            return False
        place = f"{message.topic()}-{message.partition()}"
        if outside_log(error):
            raise PositionOutsideLog(f"{place} does not reach back that far any more: {error}")
        raise self._unavailable(place, error)

    def _unavailable(self, what: str, error: object) -> Unavailable:
        place = self._kafka["bootstrap.servers"]
        return Unavailable(
            f"{what} cannot be read from Kafka at {place}: {error}; mend: rollcall up, or check ROLLCALL_BOOTSTRAP"
        )
