from schemas.faults import Refused
from schemas.topics import MAX_RECORD_BYTES, WORKFORCE
from streams.deadletter import Raw, bury, given_again, named
from streams.outbox import Outgoing, size
from streams.topics import configuration

RECORD = Raw("numbers", 2, 17, b"k", b"\x00\xff", [("ce_id", b"1"), ("origin", b"a|1|2|3")])


def test_a_dead_letter_is_the_record_byte_for_byte_and_its_cause() -> None:
    dead = bury(RECORD, "counter", Refused("no such column"), woken="other")

    assert (dead.topic, dead.partition, dead.key, dead.value) == ("numbers.dlq", 2, b"k", b"\x00\xff")
    said = named(dead.headers)
    assert {name: value for name, value in said.items() if name != "dlq-at"} == {
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


def test_the_largest_record_has_room_in_its_dead_letters() -> None:
    largest = Raw(WORKFORCE.name, 0, 2**40, b"k" * 250, b"", [("ce_id", b"1")])
    value = b"x" * (MAX_RECORD_BYTES - size(Outgoing(*largest[:2], largest.key, b"", largest.headers)))
    dead = bury(largest._replace(value=value), "agents.workforce", Refused("é" * 4000), woken="w" * 250)

    assert size(dead) > MAX_RECORD_BYTES
    assert size(dead) < int(configuration(WORKFORCE.dlq)["max.message.bytes"])


def test_an_error_is_cut_at_a_kilobyte_and_stays_text() -> None:
    said = named(bury(RECORD, "counter", Refused("é" * 2000)).headers)["dlq-error"]

    assert len(said) <= 1024
    assert set(said.decode()) == {"é"}


def test_what_is_given_again_is_for_one_reader_and_forgets_its_burial() -> None:
    dead = bury(RECORD, "counter", Refused("no"), woken="other")

    again = given_again(Raw("numbers.dlq", 2, 0, dead.key, dead.value, dead.headers))

    assert (again.topic, again.partition, again.key, again.value) == ("numbers", 2, b"k", b"\x00\xff")
    assert again.headers == [("ce_id", b"1"), ("for", b"counter"), ("woken", b"other")]


def test_a_record_buried_twice_speaks_of_its_second_burial_only() -> None:
    dead = bury(RECORD, "counter", Refused("no"), woken="other")
    again = given_again(Raw("numbers.dlq", 2, 0, dead.key, dead.value, dead.headers))

    twice = bury(Raw("numbers", 2, 40, again.key, again.value, again.headers), "sink.numbers", Refused("still"))

    assert named(twice.headers).keys() & {"for", "woken", "dlq-woken"} == set()
    assert named(twice.headers)["dlq-offset"] == b"40"
