"""Ranges of a partition, on the real Kafka: what was asked for and nothing else, or a plain word why not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from schemas.faults import PositionOutsideLog, Unavailable
from streams.kafka import librdkafka
from streams.log import BATCH, Log, Position, Span
from streams.settings import Settings
from tests.hosts import Site, site

pytestmark = [pytest.mark.stack, pytest.mark.timeout(120)]
MANY = 2 * BATCH + 7


@pytest.fixture(scope="module")
def place(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(settings, Path(tmp_path_factory.mktemp("log")), "log", partitions=2) as made:
        for number in range(MANY):
            for partition in (0, 1):
                made.producer.produce(made.source.name, f"{partition} {number}".encode(), b"key", partition)
        made.flush()
        yield made


@pytest.fixture
def log(place: Site) -> Iterator[Log]:
    with Log(librdkafka(place.settings), "test.log") as opened:
        yield opened


def values(log: Log, span: Span) -> list[bytes | None]:
    return [record.value for records in log.read(span) for record in records]


def test_a_range_is_read_as_it_lies(place: Site, log: Log) -> None:
    found = values(log, Span(place.source.name, 1, 12, BATCH + 14))
    assert found == [f"1 {number}".encode() for number in range(12, BATCH + 14)]
    assert values(log, log.whole(place.source.name, 0))[-1] == f"0 {MANY - 1}".encode()
    assert values(log, log.whole(place.sink.name, 0)) == []


def test_reads_go_on_where_they_stood_when_another_came_between(place: Site, log: Log) -> None:
    spans = [log.whole(place.source.name, partition) for partition in (0, 1)]
    left = [log.read(span) for span in spans]
    seen: list[tuple[int, int]] = []
    while left:
        reading = left.pop(0)
        for records in reading:
            seen += [(record.partition, record.offset) for record in records]
            assert log.at(Position(place.source.name, 0, 5)).value == b"0 5"
            left.append(reading)
            break
    assert sorted(seen) == [(span.partition, offset) for span in spans for offset in range(span.start, span.end)]


def test_a_range_ends_where_the_log_does(place: Site, log: Log) -> None:
    assert values(log, Span(place.source.name, 0, MANY - 2, MANY + 1000)) == [
        f"0 {MANY - 2}".encode(),
        f"0 {MANY - 1}".encode(),
    ]


def test_what_is_not_there_is_said(place: Site, log: Log) -> None:
    with pytest.raises(PositionOutsideLog, match=f"no record at {place.source.name}-0-{MANY}: the log ends"):
        log.at(Position(place.source.name, 0, MANY))
    with pytest.raises(Unavailable, match="mend: rollcall up"):
        log.whole(f"{place.source.name}.nowhere", 0)


def test_what_is_there_no_more_is_said(place: Site, log: Log) -> None:
    admin = AdminClient({**librdkafka(place.settings), "log_level": 2})
    for cut in admin.delete_records([TopicPartition(place.source.name, 1, 10)]).values():
        cut.result(20)
    with pytest.raises(PositionOutsideLog, match=f"{place.source.name}-1 begins at 10, and is wanted from 0 on"):
        values(log, Span(place.source.name, 1, 0, 20))
    assert log.whole(place.source.name, 1).start == 10
