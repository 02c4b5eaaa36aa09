from collections import Counter
from dataclasses import replace
from datetime import timedelta

from schemas.topics import CDC, DECISIONS, DOMAIN, FOLDED, TOPICS, WORKFORCE
from sinks import SINKS
from sinks.audit import AUDITED
from streams import host
from streams.applying import Applying
from streams.auditing import Auditing
from streams.log import Position
from streams.overview.assembly import with_stored
from streams.overview.logs import waves
from streams.overview.rates import with_rates
from streams.overview.readers import Task, tasks, workers
from streams.overview.records import Kept
from streams.overview.seen import Burials, Overview, Reading
from streams.overview.stand import Place, stand
from streams.overview.stored import Blobs, Stored
from streams.sinking import Sinking
from streams.store import Input
from streams.translator import Translating
from tests.streams.overview.seeing import AT, READING, SLOT, seen, stored

SECOND = timedelta(seconds=1)
APPLY = [Input("apply", DECISIONS.name, each) for each in range(6)]
EMPTY = {(topic.name, each): 0 for topic in TOPICS for each in range(topic.partitions)}


def put_together(known: Stored, ends: dict[tuple[str, int], int], **kept: object) -> Overview:
    all_ends = EMPTY | ends
    learnt: dict[str, object] = {"since": {}, "opened": Counter(), "unread": 0} | kept
    found = Kept(ends=all_ends, stand=stand(known, all_ends), **learnt)  # type: ignore[arg-type]
    return with_stored(seen(readings=None, burials=None), known, found)


def of(overview: Overview, reader: str, topic: str) -> Reading:
    (found,) = (each for each in overview.readings or () if (each.reader, each.topic) == (reader, topic))
    return found


def test_the_readers_that_there_should_be_are_those_that_the_roles_run() -> None:
    named = {Task(host.reader_of(topic), topic.name) for topic in FOLDED}
    named |= {Task(Translating(topic, None, None).name, CDC.name) for topic in DOMAIN}  # type: ignore[arg-type]
    named |= {Task(Sinking(sink, topic, None).name, topic.name) for sink in SINKS for topic in sink.topics}  # type: ignore[arg-type]
    named |= {Task(Applying(None, None).name, DECISIONS.name)}  # type: ignore[arg-type]
    named |= {Task(Auditing(topic, None).name, topic.name) for topic in AUDITED}  # type: ignore[arg-type]
    assert set(tasks()) == named


def test_lag_is_summed_over_partitions_and_never_makes_up_for_another() -> None:
    known = stored({APPLY[0]: 5, APPLY[1]: 9})
    found = of(put_together(known, {(DECISIONS.name, 0): 7, (DECISIONS.name, 1): 8}), "apply", DECISIONS.name)
    assert (found.position, found.end, found.behind) == (14, 15, 2)


def test_who_has_never_read_stands_at_the_beginning() -> None:
    found = of(put_together(stored(), {(WORKFORCE.name, 3): 4}), "sink.attendance", WORKFORCE.name)
    assert (found.role, found.partitions, found.position, found.behind) == ("sinks", 6, 0, 4)


def test_the_oldest_record_that_waits_is_the_one_that_has_waited_longest() -> None:
    since = {Position(DECISIONS.name, 0, 5): AT - 3 * SECOND, Position(DECISIONS.name, 2, 0): AT - 8 * SECOND}
    overview = put_together(
        stored({APPLY[0]: 5, APPLY[1]: 1}),
        {(DECISIONS.name, 0): 6, (DECISIONS.name, 1): 1, (DECISIONS.name, 2): 1},
        since=since,
    )
    assert of(overview, "apply", DECISIONS.name).oldest == 8 * SECOND
    assert of(overview, "agents.workforce", WORKFORCE.name).oldest is None


def test_a_clock_that_is_ahead_makes_nothing_younger_than_now() -> None:
    overview = put_together(stored(), {(DECISIONS.name, 0): 1}, since={Position(DECISIONS.name, 0, 0): AT + SECOND})
    assert of(overview, "apply", DECISIONS.name).oldest == timedelta()


def test_without_kafka_positions_are_known_and_ends_are_not() -> None:
    overview = with_stored(seen(), stored({APPLY[0]: 5}), None)
    found = of(overview, "apply", DECISIONS.name)
    assert (found.position, found.end, found.behind) == (5, None, None)
    assert overview.burials is None


def test_only_who_has_something_to_do_waits_for_a_record() -> None:
    assert Place(APPLY[0], 5, 5).waiting is None
    assert Place(APPLY[0], 5, None).waiting is None
    assert Place(APPLY[0], 5, 6).waiting == Position(DECISIONS.name, 0, 5)


def test_topics_of_others_and_those_of_this_version_that_are_missing() -> None:
    known = stored({Input("somebody", "elses.topic", 0): 3})
    ends = {place: 0 for place in EMPTY if place[0] != DECISIONS.name}
    overview = with_stored(seen(), known, Kept(ends, stand(known, ends), {}, Counter(), 0))
    assert "somebody" not in {each.reader for each in overview.readings or ()}
    assert [each.what for each in overview.findings] == ["missing: rollcall.decisions.v1"]


def test_a_position_beyond_the_end_is_what_the_doctor_says_of_it() -> None:
    (finding,) = put_together(stored({APPLY[0]: 5}), {(DECISIONS.name, 0): 4}).findings
    assert "apply at 5 of rollcall.decisions.v1-0, which ends at 4" in finding.what


def test_sessions_are_a_readers_own_by_name_with_or_without_an_instance() -> None:
    sessions = {"apply": 1, "apply.held": 1, "agents.workforce-0": 1, "agents.workforce-b": 1}
    assert [workers(each, sessions) for each in ("apply", "agents.workforce", "agents")] == [1, 2, 0]


def test_outbox_and_dead_letters_are_as_the_tables_have_them() -> None:
    known = stored(
        outbox={("apply", DECISIONS.name): Blobs(2, SECOND)},
        burials=[{"reader": "apply", "topic": DECISIONS.name, "buried": 3, "quota": 10},
                 {"reader": "every reader", "topic": CDC.name, "buried": 0, "quota": 5}],
    )  # fmt: skip
    opened = Counter({("agents.workforce", WORKFORCE.name): 1})
    overview = put_together(known, {}, opened=opened, unread=4)
    found = of(overview, "apply", DECISIONS.name)
    assert (found.blobs, found.oldest_blob) == (2, SECOND)
    assert overview.burials == (
        Burials("agents.workforce", WORKFORCE.name, 1, 0, 0),
        Burials("apply", DECISIONS.name, 0, 3, 10),
    )
    assert overview.unread_letters == 4


def test_the_slot_comes_with_what_the_doctor_says() -> None:
    reserve = with_stored(seen(), stored(), None).reserve
    assert reserve is not None
    assert reserve.slot == SLOT
    assert [each.what for each in reserve.findings] == ["active", "0 bytes behind, keeps 2 kB of 4 GB"]
    none = with_stored(seen(), stored(slot=None), None).reserve
    assert none is not None
    assert [str(each.state) for each in none.findings] == ["bad"]


def test_rates_are_what_was_processed_between_two_looks() -> None:
    before = seen(at=AT - 4 * SECOND, readings=(READING,))
    (after,) = with_rates(seen(readings=(replace(READING, position=190),)), before).readings or ()
    assert after.per_second == 25
    assert with_rates(seen(), None) == seen()
    assert with_rates(seen(), seen(readings=())) == seen()


def test_a_consumer_stands_at_one_place_of_a_partition_at_a_time() -> None:
    places = {Position("t", 0, 5), Position("t", 0, 3), Position("t", 1, 5), Position("u", 0, 5)}
    found = list(waves(places))
    assert [len(wave) for wave in found] == [3, 1]
    assert {place for wave in found for place in wave} == places
    assert list(waves(set())) == []
