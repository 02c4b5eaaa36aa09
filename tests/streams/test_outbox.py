from uuid import uuid4

import pytest
from aiokafka.partitioner import DefaultPartitioner
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from hypothesis import given
from hypothesis import strategies as st

from schemas.faults import DeliveryFailed, Oversize
from schemas.origin import Place
from schemas.topics import MAX_RECORD_BYTES
from streams.kafka import librdkafka
from streams.outbox import Outgoing, Sender, fit, pack, partition_of, size, unpack
from streams.settings import Settings
from streams.store import Input, Parcel

INPUT = Input("reader", "numbers", 0)


def letter(topic: str, number: int, partition: int = 0) -> Outgoing:
    return Outgoing(topic, partition, b"k", str(number).encode(), [("ce_id", b"x")])


@given(st.binary(min_size=1, max_size=64), st.integers(1, 12))
def test_a_key_goes_where_kafkas_own_partitioner_puts_it(key: bytes, partitions: int) -> None:
    assert partition_of(key, partitions) == DefaultPartitioner()(key, list(range(partitions)), list(range(partitions)))


def test_a_blob_is_what_was_packed() -> None:
    records = [Outgoing("t", 3, None, b"\x00", [("a", b"1"), ("a", b"2")]), Outgoing("u", 0, b"k", None, [])]

    assert unpack(pack(records)) == records


def test_what_its_topic_would_not_take_is_refused_before_it_is_committed() -> None:
    fitting = Outgoing("t", 0, b"", b"x" * (MAX_RECORD_BYTES - size(Outgoing("t", 0, b"", b"", []))), [])

    assert fit(fitting) is fitting
    with pytest.raises(Oversize, match="for t takes 1000001"):
        fit(fitting._replace(key=b"k"))


@pytest.fixture
def topic(settings: Settings) -> str:
    name = f"outbox-{uuid4().hex[:8]}"
    admin = AdminClient({"bootstrap.servers": settings.bootstrap})
    for created in admin.create_topics([NewTopic(name, 2, 1)]).values():
        created.result()
    return name


def read(settings: Settings, topic: str, count: int) -> list[tuple[bytes, bytes]]:
    consumer = Consumer({"bootstrap.servers": settings.bootstrap, "group.id": "nobody", "enable.auto.commit": False})
    consumer.assign([TopicPartition(topic, partition, 0) for partition in (0, 1)])
    found = consumer.consume(count, 10)
    consumer.close()
    assert len(found) == count
    return [(each.value(), dict(each.headers())["origin"]) for each in found]


@pytest.mark.stack
def test_a_parcel_is_sent_in_order_with_its_origins_and_confirmed_once(settings: Settings, topic: str) -> None:
    sender = Sender(librdkafka(settings), "test")
    parcel = Parcel(INPUT, "reader|id|0", Place(2, 7), pack([letter(topic, 0), letter(topic, 1), letter(topic, 2)]))

    sender.send(parcel)
    sender.send(parcel)  # a left-over that is on its way already
    assert sender.pending([INPUT]) == 1
    sender.drain(10)
    sender.send(parcel)

    assert sender.pending() == 0
    assert sender.acknowledged(INPUT) == (Place(2, 7),)
    assert read(settings, topic, 3) == [
        (b"0", b"reader|id|0|2|7"), (b"1", b"reader|id|0|2|8"), (b"2", b"reader|id|0|2|9"),
    ]  # fmt: skip
    sender.forget(INPUT, [Place(2, 7)])
    assert sender.settled() == ()


@pytest.mark.stack
def test_a_full_queue_delays_but_keeps_the_order(settings: Settings, topic: str) -> None:
    sender = Sender(librdkafka(settings), "test", {"queue.buffering.max.messages": 10})
    for first in range(0, 100, 25):
        letters = [letter(topic, first + number) for number in range(25)]
        sender.send(Parcel(INPUT, "e", Place(1, first + 1), pack(letters)))

    sender.drain(10)

    assert sender.pending() == 0
    assert [int(value) for value, _ in read(settings, topic, 100)] == list(range(100))


@pytest.mark.stack
def test_what_kafka_gives_back_stops_the_process(settings: Settings) -> None:
    sender = Sender(librdkafka(settings), "test", {"topic.metadata.propagation.max.ms": 100})
    sender.send(Parcel(INPUT, "e", Place(1, 1), pack([letter("no-such-topic", 1)])))

    with pytest.raises(DeliveryFailed, match=r"Unknown topic"):
        sender.drain(20)
