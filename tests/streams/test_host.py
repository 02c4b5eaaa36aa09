from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.events import ShiftJudged
from streams.deadletter import given_again, named
from streams.settings import Settings
from tests.eventually import eventually
from tests.faults.counting import employee, punch
from tests.faults.folds import PAUSE, switched, tick
from tests.hosts import STOPPED, Site, site

pytestmark = pytest.mark.stack


@pytest.fixture
def place(settings: Settings, tmp_path: Path) -> Iterator[Site]:
    with site(settings, tmp_path, "host", partitions=2) as made:
        yield made


def judged(place: Site, who: int) -> list[tuple[int, int]]:
    """(number of the punch, punches folded by then) of everything emitted about an employee."""
    return [
        (event.version, event.minutes)
        for event in place.events(place.sink)
        if isinstance(event, ShiftJudged) and event.employee_id == employee(who)
    ]


def test_each_punch_is_folded_once_and_answered_once(place: Site) -> None:
    for number in (1, 2, 3):
        for who in range(5):
            place.tell(punch(who, number))
    place.start()
    place.caught_up()
    place.tell(punch(0, 4))
    place.caught_up()

    assert judged(place, 0) == [(1, 1), (2, 2), (3, 3), (4, 4)]
    assert all(judged(place, who) == [(1, 1), (2, 2), (3, 3)] for who in range(1, 5))
    assert place.stop() == [0]


def test_a_repeat_is_known_by_its_origin(place: Site) -> None:
    first = punch(0, 1)
    origin = place.write(first.key, place.codec.encode(place.source, first))
    place.start()
    place.caught_up()
    place.write(first.key, place.codec.encode(place.source, first), origin=origin)
    place.tell(punch(0, 2))
    place.caught_up()

    assert judged(place, 0) == [(1, 1), (2, 2)]


def test_what_cannot_be_read_is_buried_and_its_neighbours_go_on(place: Site) -> None:
    key = punch(0, 1).key
    place.tell(punch(0, 1))
    place.write(key, b"not Avro at all")
    place.tell(punch(0, 2))
    place.start()
    place.caught_up()

    (dead,) = place.read(place.source.dlq)
    said = named(dead.headers)
    assert (dead.key, dead.value) == (key.encode(), b"not Avro at all")
    assert said["dlq-reader"] == place.reader.encode()
    assert said["dlq-cause"] == b"Undecodable"
    assert said["dlq-offset"] == b"1"
    assert judged(place, 0) == [(1, 1), (2, 2)]


def allow(place: Site, per_hour: int) -> None:
    place.rows(
        "insert into rollcall.burial_quotas (topic, per_hour, author, note) values (%s, %s, 'tests', '') returning id",
        place.source.name,
        per_hour,
    )


def buried(place: Site) -> list[int]:
    """Offsets of what lies in the dead letters, repeats left out."""
    return sorted({int(named(dead.headers)["dlq-offset"]) for dead in place.read(place.source.dlq)})


def test_a_host_stops_before_it_buries_more_than_it_may_and_loses_nothing(place: Site) -> None:
    key = punch(0, 1).key
    for number in range(1, 7):
        place.tell(punch(0, number))
        place.write(key, b"not Avro at all")
    allow(place, 3)
    place.flush()
    for _ in range(2):  # a crash loop has no fresh quota each time
        worker = place.start(chunk=2)
        assert worker.process.wait(60) == STOPPED
        assert "TooManyBuried" in worker.said()
        assert "not in Confluent wire format" in worker.said()
        assert place.position() in (6, 7), "the step that would have buried a fourth is not committed"
    assert buried(place) == [1, 3, 5]

    allow(place, 6)
    place.start(chunk=2)
    place.caught_up(60)

    assert buried(place) == [1, 3, 5, 7, 9, 11]
    assert judged(place, 0) == [(number, number) for number in range(1, 7)]
    assert place.rows("select reader, count from rollcall.burials") == [(place.reader, 6)]


def test_a_schema_that_the_registry_does_not_know_is_buried(place: Site) -> None:
    place.write(punch(0, 1).key, b"\x00\x7f\xff\xff\xff rest")
    place.tell(punch(0, 1))
    place.start()
    place.caught_up()

    (dead,) = place.read(place.source.dlq)
    assert named(dead.headers)["dlq-cause"] == b"UnknownSchema"
    assert judged(place, 0) == [(1, 1)]


def test_what_is_for_another_reader_is_skipped_and_what_is_for_this_one_is_not(place: Site) -> None:
    key, value = punch(0, 1).key, place.codec.encode(place.source, punch(0, 1))
    place.write(key, value, [("for", b"sink.numbers")])
    place.write(key, value, [("for", b"counting")])
    place.write(key, place.codec.encode(place.source, punch(0, 2)), [("for", place.reader.encode())])
    place.start()
    place.caught_up()

    assert judged(place, 0) == [(1, 1), (2, 2)]


def test_a_new_agent_is_rebuilt_alone_and_goes_aboard(place: Site) -> None:
    for number in range(1, 21):
        for who in range(3):
            place.tell(punch(who, number))
    worker = place.start(crash="after_commit:2", chunk=15)
    eventually(lambda: worker.process.poll() is not None, 30)

    place.start(names=["counting", "latecomer"])
    all_aboard(place, 2)
    for who in range(3):
        place.tell(punch(who, 21))
    place.caught_up()

    everything = [(number, number) for number in range(1, 22)]
    for who in range(3):
        # Two agents answer each punch, each under an emitter of its own until the newcomer is aboard.
        assert sorted(judged(place, who)) == sorted(everything * 2)
    assert place.stop() == [0]


def all_aboard(place: Site, agents: int) -> None:
    """Wait until every agent goes by its host's position, in every partition."""
    count = "select count(*) from rollcall.carriers where reader = %s"
    eventually(lambda: place.rows(count, place.reader) == [(agents * place.partitions,)], 30)
    place.caught_up()


def test_an_agent_that_was_away_folds_what_it_missed_and_repeats_nothing(place: Site) -> None:
    def tell(numbers: range) -> None:
        for number in numbers:
            place.tell(punch(0, number))
            place.tell(punch(1, number))

    tell(range(1, 11))
    first = place.start(names=["counting", "traveller"])
    place.caught_up()
    first.end()
    tell(range(11, 21))
    second = place.start(names=["counting"])
    place.caught_up()
    second.end()
    place.start(names=["counting", "traveller"])
    all_aboard(place, 2)
    tell(range(21, 26))
    place.caught_up()

    for who in (0, 1):
        assert sorted(judged(place, who)) == sorted([(number, number) for number in range(1, 26)] * 2)


def test_a_version_without_a_way_up_is_rebuilt_from_the_log(place: Site) -> None:
    for number in range(1, 6):
        place.tell(punch(0, number))
    first = place.start(names=["counting"])
    place.caught_up()
    first.end()

    place.start(names=["counting"], version=2)
    eventually(lambda: place.rows("select distinct version from rollcall.carriers") == [(2,)], 30)
    all_aboard(place, 1)
    place.tell(punch(0, 6))
    place.caught_up()

    assert judged(place, 0) == [
        *((number, number) for number in range(1, 6)),
        *((number, number) for number in range(1, 7)),
    ]
    states = place.rows("select distinct version from rollcall.states")
    assert states == [(2,)]


def test_an_older_version_refuses_to_go_on_where_a_newer_one_was(place: Site) -> None:
    place.tell(punch(0, 1))
    first = place.start(version=2)
    place.caught_up()
    first.end()

    second = place.start(version=1)

    assert second.process.wait(30) == 70
    assert "Misconfigured" in second.said()
    assert "run the newer one" in second.said()


def test_more_cells_than_are_kept_in_memory_are_loaded_again(place: Site) -> None:
    place.start(cells_kept=10)
    for number in (1, 2, 3):
        for who in range(60):
            place.tell(punch(who, number))
        place.caught_up()

    assert place.rows("select count(*) from rollcall.states") == [(60,)]
    assert judged(place, 7) == [(1, 1), (2, 2), (3, 3)]


def test_a_wake_up_comes_once_even_when_the_host_has_died_meanwhile(place: Site) -> None:
    place.tell(punch(0, 1))
    place.tell(punch(1, 30))
    first = place.start(names=["waking"])
    place.caught_up()
    first.kill()

    place.tell(tick(punch(0, 1).occurred_at + PAUSE))
    place.start(names=["waking"])
    place.caught_up()
    place.tell(tick(punch(0, 1).occurred_at + PAUSE * 1.1))
    place.caught_up()

    assert judged(place, 0) == [(1, 1)]
    assert judged(place, 1) == []


def test_a_fold_that_raises_is_given_the_record_again_and_the_others_are_not(place: Site) -> None:
    for number in (1, 3, 2):
        place.tell(punch(0, number))
    place.start(names=["counting", "strict"])
    place.caught_up()
    assert sorted(judged(place, 0)) == [(1, 1), (1, 1), (2, 2), (2, 3), (3, 2)]
    (dead,) = place.read(place.source.dlq)
    said = named(dead.headers)
    assert (said["dlq-reader"], said["dlq-cause"]) == (b"strict", b"ValueError")

    again = given_again(dead.raw)
    assert again.key is not None
    place.write(again.key.decode(), again.value, again.headers)
    place.tell(punch(0, 4))
    place.caught_up()

    assert sorted(judged(place, 0)) == [(1, 1), (1, 1), (2, 2), (2, 3), (3, 2), (3, 3), (4, 4), (4, 4)]


def test_what_is_too_large_buries_its_cause_and_the_state_is_as_before(place: Site) -> None:
    for number in (1, 2, 3):
        place.tell(punch(0, number))
    place.start(names=["counting", "shouting"])
    place.caught_up()

    assert sorted(judged(place, 0)) == [(1, 1), (1, 1), (2, 2), (3, 2), (3, 3)]
    (dead,) = place.read(place.source.dlq)
    said = named(dead.headers)
    assert (said["dlq-reader"], said["dlq-cause"], said["dlq-offset"]) == (b"shouting", b"Oversize", b"1")


def test_an_agent_that_was_disabled_is_rebuilt_and_repeats_nothing(place: Site) -> None:
    def tell(numbers: range) -> None:
        for number in numbers:
            place.tell(punch(0, number))

    place.tell(switched("moody", "live", 1))
    tell(range(1, 4))
    place.tell(switched("moody", "disabled", 2))
    tell(range(4, 7))
    place.tell(switched("moody", "live", 3))
    tell(range(7, 9))
    place.start(names=["counting", "moody"])
    all_aboard(place, 2)
    tell(range(9, 11))
    place.caught_up()

    counted = [(number, number) for number in range(1, 11)]
    moody = [(number, number) for number in (1, 2, 3, 7, 8, 9, 10)]
    assert sorted(judged(place, 0)) == sorted(counted + moody)


def test_records_say_what_caused_them_and_which_trace_they_belong_to(place: Site) -> None:
    place.tell(punch(0, 1))
    place.start()
    place.caught_up()

    (record,) = place.read(place.sink)
    said = named(record.headers)
    (told,) = place.read(place.source)
    assert said["cause-position"].decode() == f"{place.source.name}/{told.partition}/0"
    assert said["origin"].startswith(place.reader.encode() + b"|")
    assert said["traceparent"].split(b"-")[1].decode() == punch(0, 1).correlation_id.hex
