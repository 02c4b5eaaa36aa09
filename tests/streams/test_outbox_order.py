"""A first request that is refused must not be overtaken: who is overtaken is taken for a repeat by all readers."""

from confluent_kafka import Consumer, TopicPartition

from schemas.origin import Place
from streams.outbox import Outgoing, Sender, pack
from streams.store import Input, Parcel
from tests.broker import NOT_LEADER, PRODUCE, broker

INPUT = Input("reader", "numbers", 0)
PARCELS = 6


def test_a_partition_that_had_no_leader_yet_gets_everything_in_order() -> None:
    with broker(rtt=10) as kafka:
        kafka.create("numbers")
        sender = Sender({"bootstrap.servers": kafka.bootstrap}, "test", {"retry.backoff.ms": 10})
        sender.send(parcel(0))
        sender.drain(10)  # connected
        kafka.refuse(PRODUCE, NOT_LEADER)
        for number in range(1, PARCELS):
            sender.send(parcel(number))
            sender.poll(0.01)  # each could be a request of its own
        sender.drain(10)

        assert sender.pending() == 0
        assert written(kafka.bootstrap) == [str(number).encode() for number in range(PARCELS)]


def parcel(number: int) -> Parcel:
    blob = pack([Outgoing("numbers", 0, b"k", str(number).encode(), [])])
    return Parcel(INPUT, "reader|id|0", Place(1, number), blob)


def written(bootstrap: str) -> list[bytes]:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "nobody", "fetch.wait.max.ms": 10})
    consumer.assign([TopicPartition("numbers", 0, 0)])
    found = consumer.consume(PARCELS, 5)
    consumer.close()
    return [each.value() for each in found]
