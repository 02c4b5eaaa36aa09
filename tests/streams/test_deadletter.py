import json
from base64 import b64encode
from itertools import pairwise

import pytest

from connectors.translation import headers
from schemas.faults import Refused, Undecodable
from schemas.topics import MAX_RECORD_BYTES, WORKFORCE
from schemas.wire import Headers
from streams.deadletter import Raw, bury, given_again, named, own
from streams.outbox import Outgoing, size
from streams.topics import configuration

RECORD = Raw("numbers", 2, 17, b"k", b"\x00\xff", [("ce_id", b"1"), ("origin", b"a|1|2|3")])
SENT = [("origin", b"counter|topic|2|1|9")]
"""What sending a dead letter adds."""


def lying(dead: Outgoing, offset: int = 0) -> Raw:
    """A dead letter as it lies in its topic."""
    return Raw(dead.topic, dead.partition, offset, dead.key, dead.value, [*dead.headers, *SENT])


def raised(error: Exception) -> Exception:
    try:
        raise error
    except type(error) as caught:
        return caught


def test_a_dead_letter_is_the_record_byte_for_byte_and_its_cause() -> None:
    dead = bury(RECORD, "counter", Refused("no such column"), woken="other")

    assert (dead.topic, dead.partition, dead.key, dead.value) == ("numbers.dlq", 2, b"k", b"\x00\xff")
    said = named(dead.headers)
    added = {name: value for name, value in said.items() if name != "dlq-at" and not name.startswith("__connect")}
    assert added == {
        "ce_id": b"1",
        "dlq-origin": b"a|1|2|3",
        "dlq-reader": b"counter",
        "dlq-cause": b"Refused",
        "dlq-error": b"no such column",
        "dlq-topic": b"numbers",
        "dlq-partition": b"2",
        "dlq-offset": b"17",
        "dlq-woken": b"other",
    }


def test_the_cause_is_told_in_kafka_connects_words_too() -> None:
    said = named(bury(RECORD, "counter", raised(Refused("no such column"))).headers)

    connect = {name.removeprefix("__connect.errors."): value for name, value in said.items() if "connect" in name}
    trace = connect.pop("exception.stacktrace").decode()
    assert connect == {
        "topic": b"numbers",
        "partition": b"2",
        "offset": b"17",
        "connector.name": b"counter",
        "task.id": b"2",
        "stage": b"TASK_PUT",
        "class.name": __name__.encode(),
        "exception.class.name": b"schemas.faults.Refused",
        "exception.message": b"no such column",
    }
    assert "raise error" in trace
    assert trace.rstrip().endswith("schemas.faults.Refused: no such column")


def test_an_error_that_nobody_raised_has_no_frames_and_a_stage_all_the_same() -> None:
    said = named(bury(RECORD, "counter", Undecodable("not Avro")).headers)

    assert said["__connect.errors.stage"] == b"VALUE_CONVERTER"
    assert said["__connect.errors.class.name"] == b"schemas.faults"


def test_the_largest_record_has_room_in_its_dead_letters() -> None:
    largest = Raw(WORKFORCE.name, 0, 2**40, b"k" * 250, b"", [("ce_id", b"1")])
    value = b"x" * (MAX_RECORD_BYTES - size(Outgoing(*largest[:2], largest.key, b"", largest.headers)))
    worst = raised(Refused("é" * 4000))
    dead = bury(largest._replace(value=value), "agents.workforce", worst, woken="w" * 250)

    assert size(dead) > MAX_RECORD_BYTES
    assert size(dead) < int(configuration(WORKFORCE.dlq)["max.message.bytes"])


def test_an_error_is_cut_at_a_kilobyte_and_stays_text() -> None:
    said = named(bury(RECORD, "counter", Refused("é" * 2000)).headers)

    for name in ("dlq-error", "__connect.errors.exception.message"):
        assert len(said[name]) <= 1024
        assert set(said[name].decode()) == {"é"}


OWN: list[Headers] = [
    [],
    [("ce_id", b"1"), ("ce_id", b""), ("x", b"\xff\x00")],
    [("__connect.errors.topic", b"theirs"), ("dlq-of-theirs", b"1"), ("dlq-reader", b"theirs")],
]


@pytest.mark.parametrize("kept", OWN, ids=["none", "repeated and binary", "named like ours"])
def test_what_is_given_again_has_its_own_headers_byte_for_byte(kept: Headers) -> None:
    record = RECORD._replace(headers=[*kept[:1], ("origin", b"a|1|2|3"), *kept[1:]])
    dead = lying(bury(record, "counter", Refused("no"), woken="other"))

    assert own(dead.headers) == kept
    again = given_again(dead)
    assert (again.topic, again.partition, again.key, again.value) == ("numbers", 2, b"k", b"\x00\xff")
    assert again.headers == [*kept, ("for", b"counter"), ("woken", b"other")]
    stored = json.dumps([(name, b64encode(value).decode()) for name, value in own(dead.headers)])
    assert headers(stored) == kept, "the row that a retry is says so too"


def test_a_record_buried_twice_speaks_of_its_second_burial_only() -> None:
    again = given_again(lying(bury(RECORD, "counter", Refused("no"), woken="other")))

    twice = lying(bury(Raw("numbers", 2, 40, again.key, again.value, again.headers), "sink.numbers", Refused("still")))

    assert named(twice.headers).keys() & {"for", "woken", "dlq-woken"} == set()
    assert named(twice.headers)["dlq-offset"] == b"40"
    assert own(twice.headers) == [("ce_id", b"1")]


def test_of_a_dead_letter_put_back_by_other_tools_the_newest_burial_counts() -> None:
    """They send all headers along; each burial adds its own behind them."""
    record, readers = RECORD, ["one", "two", "three"]
    buried = []
    for offset, reader in enumerate(readers):
        dead = lying(bury(record, reader, Refused(reader)), offset)
        record = dead._replace(topic="numbers", offset=100 + offset)
        buried.append(dead)

    assert [named(dead.headers)["dlq-reader"].decode() for dead in buried] == readers
    for before, after in pairwise(buried):
        assert own(after.headers) == [each for each in before.headers if each[0] not in ("origin", "dlq-origin")]


def test_a_dead_letter_from_before_connects_words_gives_its_headers_back() -> None:
    before = [("ce_id", b"1"), ("dlq-origin", b"a|1|2|3"), ("x", b"y"), ("dlq-reader", b"counter"), ("dlq-at", b"")]

    assert own([*before, *SENT]) == [("ce_id", b"1"), ("x", b"y")]
