"""Repeats, snapshot runs, time, dead letters: what the change log means for one topic. No server."""

import json
from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.translation import Again, Broadcast, Keyed, Logged, State, Translation, completes, headers
from schemas.events import Event, LocationDescribed, PunchRecorded, ShiftCancelled, ShiftScheduled, Tick
from schemas.faults import Bury, Unavailable, Undecodable
from schemas.topics import DECISIONS, PROPOSALS, WORKFORCE, Topic
from tests.connectors.changelog import (
    ANN,
    BOB,
    NOON,
    Changelog,
    Record,
    Records,
    Row,
    clock,
    events,
    heartbeat,
    shift,
    translated,
    whole_runs,
)

START: list[tuple[str, Row]] = [("business_clock", clock()), ("shifts", shift(1)), ("heartbeat", heartbeat())]


def shift_facts(found: list[Event]) -> list[tuple[str, int]]:
    return [
        (type(each).__name__, each.shift_id.int) for each in found if isinstance(each, ShiftScheduled | ShiftCancelled)
    ]


# -- repeats


LENGTH, ROWS, RESTARTS = st.integers(1, 12), st.integers(1, 4), st.booleans()
WAYS = st.sampled_from(["insert", "together", "transaction"])


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Record], list[Record]]:
    """A log without repeats, and the same as Debezium writes it when it is killed: from some earlier place again."""
    log = Changelog()
    for number in range(draw(LENGTH)):
        match draw(WAYS):
            case "insert":
                log.insert("shifts", shift(100 * number))
            case "together":
                log.together("shifts", [shift(100 * number + each) for each in range(draw(ROWS))])
            case _:
                log.transaction(
                    ("c", "shifts", None, shift(100 * number)),
                    ("u", "shifts", shift(100 * number), shift(100 * number, BOB)),
                    ("d", "shifts", shift(100 * number, BOB), None),
                )
    repeated: list[Record] = []
    sent = 0
    while sent < len(log.records):
        back = draw(st.integers(0, sent)) if draw(RESTARTS) else sent
        until = draw(st.integers(sent + 1, len(log.records)))
        repeated += log.records[back:until]
        sent = until
    return log.records, repeated


HISTORIES = histories()


@given(HISTORIES)
def test_what_is_sent_again_counts_once_and_in_order(history: tuple[list[Record], list[Record]]) -> None:
    once, repeated = history
    wanted = shift_facts(events(translated(WORKFORCE, once)))
    assert shift_facts(events(translated(WORKFORCE, repeated))) == wanted
    assert len(wanted) >= len(once)


@given(HISTORIES)
def test_a_restart_between_any_two_records_changes_nothing(history: tuple[list[Record], list[Record]]) -> None:
    _, repeated = history
    assert translated(WORKFORCE, repeated, restart=True) == translated(WORKFORCE, repeated)


def test_interleaved_transactions_count_although_their_lsn_goes_back() -> None:
    late, early = Changelog(lsn=2000, commit=1500).insert("shifts", shift(1)), Changelog(lsn=1800, commit=2002)
    early.insert("shifts", shift(2))
    assert shift_facts(events(translated(WORKFORCE, late.records + early.records))) == [
        ("ShiftScheduled", 1),
        ("ShiftScheduled", 2),
    ]


def test_after_a_restore_the_next_epoch_counts_from_the_beginning() -> None:
    old, new = Changelog(lsn=9000, commit=9000).insert("shifts", shift(1)), Changelog(epoch=2)
    new.snapshot([("business_clock", clock()), ("heartbeat", heartbeat())]).insert("shifts", shift(2))
    found = [
        each for each in events(translated(WORKFORCE, old.records + new.records)) if isinstance(each, ShiftScheduled)
    ]
    assert [each.shift_id.int for each in found] == [1, 2]
    assert found[0].revision < found[1].revision
    assert found[1].revision >> 56 == 2


# -- snapshot runs


def test_a_whole_run_is_translated_and_what_is_streamed_after_it() -> None:
    log = Changelog().snapshot(START).insert("shifts", shift(2))
    assert shift_facts(events(translated(WORKFORCE, log.records))) == [("ShiftScheduled", 1), ("ShiftScheduled", 2)]


def test_of_a_run_that_was_broken_off_nothing_remains() -> None:
    ghost = [("business_clock", clock()), ("shifts", shift(7)), ("heartbeat", heartbeat())]
    log = Changelog().snapshot(ghost, whole=False).snapshot(START).insert("shifts", shift(2))
    assert shift_facts(events(translated(WORKFORCE, log.records, restart=True))) == [
        ("ShiftScheduled", 1),
        ("ShiftScheduled", 2),
    ]


def test_a_run_that_was_broken_off_for_good_does_not_hold_up_what_is_streamed() -> None:
    log = Changelog().snapshot(START, whole=False).insert("shifts", shift(2))
    assert shift_facts(events(translated(WORKFORCE, log.records))) == [("ShiftScheduled", 2)]


def test_a_run_that_has_not_ended_waits_and_leaves_the_state_as_it_was() -> None:
    log = Changelog().insert("shifts", shift(3)).snapshot(START, whole=False)
    translation = Translation.resumed(WORKFORCE, "translate.me", None)
    list(translation.feed(Logged(0, *log.records[0]), whole_runs(log.records)))
    before = translation.memory
    with pytest.raises(Unavailable):
        list(translation.feed(Logged(1, *log.records[1]), whole_runs(log.records)))
    assert translation.memory == before


def test_rows_of_a_run_whose_first_is_not_known_are_left_out() -> None:
    log = Changelog().snapshot(START)
    assert translated(WORKFORCE, log.records[1:]) == []


def test_after_a_second_whole_run_what_is_streamed_counts_whatever_its_position() -> None:
    log = Changelog(lsn=5000).snapshot(START).insert("shifts", shift(2)).insert("shifts", shift(3)).snapshot(START)
    log.lsn = 4000  # a transaction that was open while the second snapshot was taken
    log.insert("shifts", shift(4))
    found = events(translated(WORKFORCE, log.records))
    assert shift_facts(found)[-2:] == [("ShiftScheduled", 1), ("ShiftScheduled", 4)]


def test_a_snapshot_row_and_a_change_at_the_same_position_are_two_events() -> None:
    log = Changelog().snapshot(START)
    log.lsn -= 1  # the slot begins where the next entry will be
    log.update("shifts", shift(1), shift(1, starts=NOON + timedelta(hours=1)))
    first, second = [each for each in events(translated(WORKFORCE, log.records)) if isinstance(each, ShiftScheduled)]
    assert first.event_id != second.event_id
    assert first.revision < second.revision


def test_rows_of_a_table_that_is_captured_later_count_at_once() -> None:
    log = Changelog().snapshot(START)
    log.insert("shifts", shift(2))
    log.lsn = 5  # Debezium says of such a row where it stood when it asked for it
    log._put("r", "shifts", None, shift(3), "incremental")
    assert shift_facts(events(translated(WORKFORCE, log.records)))[-1] == ("ShiftScheduled", 3)


@pytest.mark.parametrize(
    ("following", "whole"),
    [
        ([], None),
        (["true", "true"], None),
        (["true", "last"], True),
        (["true", "first", "last"], False),
        (["false"], False),
    ],
)
def test_looking_ahead(following: list[str], whole: object) -> None:
    assert completes(following) is whole


# -- time


def test_record_time_is_business_time_by_the_clock_in_force() -> None:
    past = NOON - timedelta(days=200)
    log = Changelog().insert("shifts", shift(1))
    log.insert("business_clock", clock(past, NOON, 60.0))
    log.at = NOON + timedelta(seconds=2)
    log.insert("shifts", shift(2))
    found = events(translated(WORKFORCE, log.records))
    assert [each.recorded_at for each in found] == [NOON, past + timedelta(minutes=2)]


def test_a_tick_is_broadcast_when_a_minute_begins() -> None:
    log = Changelog().insert("heartbeat", heartbeat(NOON))
    for seconds in (30, 59, 60, 45, 200):
        log.update("heartbeat", heartbeat(NOON), heartbeat(NOON + timedelta(seconds=seconds)))
    written = translated(WORKFORCE, log.records, restart=True)
    assert all(isinstance(each, Broadcast) for each in written)
    assert [each.at - NOON for each in events(written) if isinstance(each, Tick)] == [
        timedelta(minutes=minutes) for minutes in (0, 1, 3)
    ]


# -- what goes where


def test_facts_of_a_person_go_by_key_and_reference_facts_to_every_partition() -> None:
    place = {"id": str(ANN), "tenant_id": "default", "zone": "UTC"}
    log = Changelog().insert("shifts", shift(1)).insert("locations", place)
    by_key, to_all = translated(WORKFORCE, log.records)
    assert isinstance(by_key, Keyed)
    assert isinstance(to_all, Broadcast)
    assert isinstance(to_all.event, LocationDescribed)
    assert [type(each.event) for each in translated(PROPOSALS, log.records) if isinstance(each, Broadcast)] == [
        LocationDescribed
    ]
    assert translated(DECISIONS, log.records) == []


def test_an_update_of_what_does_not_travel_says_nothing() -> None:
    place = {"id": str(ANN), "tenant_id": "default", "zone": "UTC"}
    assert translated(WORKFORCE, Changelog().update("locations", place, {**place, "extra": 1}).records) == []


def test_tables_of_others_are_passed_over() -> None:
    log = Changelog().insert("capture_signals", {"id": 1}).insert("shifts", shift(1))
    other = json.loads(log.records[1][1])
    other["source"]["schema"] = "rollcall"
    assert translated(WORKFORCE, [log.records[0], (b"{}", json.dumps(other).encode())]) == []


# -- dead letters


def command(**said: Any) -> Row:
    return {
        "id": str(ANN),
        "tenant_id": "default",
        "reader": "sink.attendance",
        "topic": WORKFORCE.name,
        "partition": 3,
        "source_offset": 17,
        "key": b64encode(b"k").decode(),
        "value": b64encode(b"\x00v").decode(),
        "headers": json.dumps([["ce_id", b64encode(b"1").decode()]]),
        "woken": None,
        **said,
    }


@pytest.mark.parametrize("topic", [WORKFORCE, PROPOSALS, DECISIONS])
def test_a_dead_letter_goes_back_into_its_own_topic_byte_for_byte(topic: Topic) -> None:
    log = Changelog().insert("dlq_commands", command(topic=topic.name, woken="somebody"))
    assert translated(topic, log.records) == [
        Again("sink.attendance", 3, b"k", b"\x00v", [("ce_id", b"1")], "somebody")
    ]
    others = [each for each in (WORKFORCE, PROPOSALS, DECISIONS) if each is not topic]
    assert all(translated(each, log.records) == [] for each in others)


def test_a_dead_letter_that_is_parked_goes_nowhere() -> None:
    log = Changelog().insert("dlq_commands", command(action="park", value=None))
    log.insert("dlq_commands", command(action="park", reader="translate.me", topic="rollcall.cdc", value=None))
    assert translated(WORKFORCE, log.records) == []
    given = Changelog().insert("dlq_commands", command(action="retry"))
    assert len(translated(WORKFORCE, given.records)) == 1


def test_what_the_translator_has_buried_is_translated_with_the_clock_of_its_place() -> None:
    past = NOON - timedelta(days=200)
    late = Changelog(lsn=10).insert("shifts", shift(5))
    log = Changelog().insert("business_clock", clock()).insert("shifts", shift(1)).insert("business_clock", clock(past))
    key, value = late.records[0]
    own = command(
        reader="translate.me",
        topic="rollcall.cdc",
        source_offset=1,
        key=b64encode(key).decode(),
        value=b64encode(value).decode(),
    )
    log.insert("dlq_commands", own)
    last = events(translated(WORKFORCE, log.records, restart=True))[-1]
    assert isinstance(last, ShiftScheduled)
    assert (last.shift_id.int, last.recorded_at) == (5, NOON)
    assert last.revision == 1 << 56 | 1


def test_a_letter_of_ours_about_a_table_that_is_not_captured_any_more_says_nothing() -> None:
    stray = Changelog().insert("gone", {"id": 1}).records[0][1]
    own = command(reader="translate.me", topic="rollcall.cdc", value=b64encode(stray).decode())
    assert translated(WORKFORCE, Changelog().insert("dlq_commands", own).records) == []


@pytest.mark.parametrize("text", ["[]x", '[["a"]]', '[["a", "!"]]'])
def test_headers_that_are_none_are_undecodable(text: str) -> None:
    with pytest.raises(Undecodable, match="not the headers"):
        headers(text)


# -- what cannot be translated


def broken(records: Records) -> list[str]:
    errors: list[Bury] = []
    found = translated(WORKFORCE, records, errors=errors)
    assert shift_facts(events(found)) == [("ShiftScheduled", 2)], "what follows goes on"
    return [str(error) for error in errors]


def test_a_record_that_cannot_be_translated_is_buried_and_the_next_goes_on() -> None:
    log = Changelog().insert("shifts", {**shift(1), "starts_at": "yesterday"}).insert("shifts", shift(2))
    (error,) = broken(log.records)
    assert "not such a change" in error


def test_a_buried_change_that_is_sent_again_is_a_repeat() -> None:
    log = Changelog().insert("shifts", {**shift(1), "starts_at": "yesterday"}).insert("shifts", shift(2))
    assert len(broken([log.records[0], log.records[0], log.records[1]])) == 1


@pytest.mark.parametrize(("op", "before"), [("d", None), ("u", None), ("x", None)])
def test_rows_that_should_be_there_are_missed(op: str, before: Row | None) -> None:
    log = Changelog().transaction((op, "shifts", before, None if op == "d" else shift(1))).insert("shifts", shift(2))
    (error,) = broken(log.records)
    assert "REPLICA IDENTITY FULL" in error


def test_a_column_that_was_not_sent_never_passes() -> None:
    row = {
        "id": str(ANN),
        "tenant_id": "default",
        "employee_id": str(ANN),
        "direction": "in",
        "at": "2026-03-02T12:00:00Z",
    }
    punch = {**row, "source": "terminal", "device": "__debezium_unavailable_value", "location_id": None}
    log = Changelog().insert("time_punches", punch).insert("shifts", shift(2))
    (error,) = broken(log.records)
    assert "was not sent" in error
    passed = translated(WORKFORCE, Changelog().insert("time_punches", {**punch, "device": None}).records)
    assert [type(each) for each in events(passed)] == [PunchRecorded]


@pytest.mark.parametrize("value", [None, b"", b"{}", b"\xff", b'{"op": "c"}'])
def test_bytes_that_are_no_change_are_buried(value: bytes | None) -> None:
    log = Changelog().insert("shifts", shift(2))
    assert len(broken([(b"", value), *log.records])) == 1


@pytest.mark.parametrize("sequence", ["[]", '["1"]', '[null, "x"]', "nonsense"])
def test_a_position_that_is_not_known_is_buried(sequence: str) -> None:
    log = Changelog().insert("shifts", shift(1)).insert("shifts", shift(2))
    odd = json.loads(log.records[0][1])
    odd["source"]["sequence"] = sequence
    (error,) = broken([(b"", json.dumps(odd).encode()), log.records[1]])
    assert "no position" in error


def test_the_memory_is_bounded() -> None:
    log = Changelog()
    for number in range(200):
        log.update("business_clock", clock(), clock(NOON + timedelta(hours=number)))
        log.insert("shifts", shift(number))
    translation = Translation.resumed(WORKFORCE, "translate.me", None)
    for offset, (key, value) in enumerate(log.records):
        list(translation.feed(Logged(offset, key, value), whole_runs(log.records)))
    assert isinstance(translation.state, State)
    assert len(translation.memory) < 8_000
