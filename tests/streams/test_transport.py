"""What other threads ask of a consumer, at any moment of its life."""

from faust.types import TP

from streams.fetching import ConsumerThread
from streams.transport import Consumer


def test_before_its_thread_has_started_a_consumer_is_no_member_and_nothing_flows() -> None:
    consumer, thread = object.__new__(Consumer), object.__new__(ConsumerThread)
    thread.ends, consumer._thread = {}, thread
    assert not consumer.joined()
    assert not consumer.flowing()
    assert consumer.end(TP("rollcall.workforce.v1", 0)) is None
