"""What attendance must know besides shifts, punches and leave: what an inserted, changed and deleted row means."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from connectors.translate import CAPTURES
from schemas.events import (
    AbsenceCalled,
    AbsenceCallRemoved,
    AttendanceExceptionRecorded,
    AttendanceExceptionRemoved,
    ClockOutageConfirmed,
    ClockSeen,
    ClosureDeclared,
    EmployeeDescribed,
    EmploymentRecorded,
    Event,
    PunchRecorded,
    PunchVoided,
    ShiftCancelled,
    ShiftDue,
    ShiftNotDue,
    ShiftScheduled,
)
from schemas.topics import DOMAIN, OPERATIONS, Topic
from tests.connectors.changelog import ANN, BOB, NOON, NORTH, Changelog, Row, shift, stamp
from tests.connectors.test_translate import EMPLOYEE, ID, LATER, LEAVE, OTHER, PUNCH, SAME, only, states, told

PLACES = replace(OPERATIONS, events=(ClockSeen, ShiftDue, ShiftNotDue))
"""What is told to places alone, without what is told to all."""
SOUTH, EDITOR = UUID(int=10), UUID(int=3)
CALL = {**SAME, "employee_id": str(ANN), "shift_id": str(OTHER), "announced_at": stamp(LATER), "taken_by": str(BOB)}
EXCEPTION = {
    **SAME,
    "employee_id": str(ANN),
    "shift_id": str(OTHER),
    "kind": "come_late",
    "minutes": 30,
    "given_by": str(BOB),
    "given_at": stamp(LATER),
}
SPAN = {**SAME, "location_id": str(NORTH), "starts_at": stamp(NOON), "ends_at": stamp(LATER)}
BEAT = {"device": "front-door", "tenant_id": "default", "location_id": str(NORTH), "at": stamp(LATER)}


def names(log: Changelog, topic: Topic = PLACES) -> list[tuple[str, str]]:
    return [(type(event).__name__, event.key) for event in told(log, topic)]


# -- who has edited, and what was known when


def test_a_shift_says_when_it_was_planned_and_by_whom_it_was_changed() -> None:
    states(only(Changelog().insert("shifts", shift(1))), planned_at=NOON, edited_by=None)
    edited = {**shift(1), "edited_by": str(EDITOR)}
    states(only(Changelog().update("shifts", shift(1), edited)), planned_at=NOON, edited_by=EDITOR)


def test_a_shift_that_was_somebody_elses_was_not_planned_before_for_whoever_has_it_now() -> None:
    handed = {**shift(1, BOB), "handed_over_at": stamp(LATER)}
    _, there = told(Changelog().update("shifts", shift(1), handed))
    assert isinstance(there, ShiftScheduled)
    states(there, employee_id=BOB, planned_at=LATER)


def test_leave_says_who_has_decided_it() -> None:
    assert only(Changelog().insert("leave_requests", LEAVE)).edited_by is None
    assert only(Changelog().insert("leave_requests", {**LEAVE, "edited_by": str(EDITOR)})).edited_by == EDITOR


def test_a_corrected_punch_says_who_has_corrected_it() -> None:
    event = only(Changelog().update("time_punches", PUNCH, {**PUNCH, "at": stamp(NOON), "edited_by": str(EDITOR)}))
    assert isinstance(event, PunchRecorded)
    states(event, occurred_at=NOON, edited_by=EDITOR)


@pytest.mark.parametrize("before", [None, PUNCH, {**PUNCH, "direction": "out", "voided": True}])
def test_a_voided_punch_never_happened(before: Row | None) -> None:
    after = {**PUNCH, "voided": True, "edited_by": str(EDITOR)}
    log = Changelog().update("time_punches", before, after) if before else Changelog().insert("time_punches", after)
    event = only(log)
    assert isinstance(event, PunchVoided)
    states(event, employee_id=ANN, punch_id=ID, edited_by=EDITOR)


def test_a_punch_that_is_voided_and_moved_at_once_was_never_the_others() -> None:
    event = only(Changelog().update("time_punches", PUNCH, {**PUNCH, "employee_id": str(BOB), "voided": True}))
    assert (type(event), event.key) == (PunchVoided, str(ANN))


def test_a_voided_punch_that_happened_after_all_is_recorded_again() -> None:
    assert isinstance(only(Changelog().update("time_punches", {**PUNCH, "voided": True}, PUNCH)), PunchRecorded)


def test_of_a_deleted_punch_nobody_knows_who_did_it() -> None:
    assert only(Changelog().delete("time_punches", {**PUNCH, "edited_by": str(EDITOR)})).edited_by is None


# -- terms of employment


def test_somebody_is_described_to_all_and_their_terms_to_themselves() -> None:
    described, terms = told(Changelog().insert("employees", EMPLOYEE))
    assert isinstance(described, EmployeeDescribed)
    states(described, employee_id=ID, manager_id=None, location_id=NORTH, hired_on=date(2026, 1, 1), ended_on=None)
    assert isinstance(terms, EmploymentRecorded)
    states(terms, key=str(ID), hired_on=date(2026, 1, 1), ended_on=None, job_position_id=OTHER, clocking="required")
    states(terms, suspended_from=None, suspended_until=None)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"suspended_from": 20454}, {"suspended_from": date(2026, 1, 1), "suspended_until": None}),
        ({"suspended_from": 20454, "suspended_until": 20455}, {"suspended_until": date(2026, 1, 2)}),
        ({"clocking": "exempt"}, {"clocking": "exempt"}),
    ],
)
def test_terms_that_change_are_told_to_nobody_else(changed: Row, said: Row) -> None:
    event = only(Changelog().update("employees", EMPLOYEE, {**EMPLOYEE, **changed}))
    assert isinstance(event, EmploymentRecorded)
    states(event, **said)


def test_who_has_another_manager_works_on_the_same_terms() -> None:
    event = only(Changelog().update("employees", EMPLOYEE, {**EMPLOYEE, "manager_id": str(BOB)}))
    assert isinstance(event, EmployeeDescribed)
    assert event.manager_id == BOB


def test_who_leaves_is_told_of_in_both_ways_and_who_is_removed_in_one() -> None:
    left = told(Changelog().update("employees", EMPLOYEE, {**EMPLOYEE, "ended_on": 20500}))
    assert [type(each).__name__ for each in left] == ["EmployeeDescribed", "EmploymentRecorded"]
    gone = only(Changelog().delete("employees", EMPLOYEE))
    assert isinstance(gone, EmployeeDescribed)
    assert gone.removed


# -- calls and exceptions


def test_a_call() -> None:
    event = only(Changelog().insert("absence_calls", CALL))
    assert isinstance(event, AbsenceCalled)
    states(event, key=str(ANN), call_id=ID, shift_id=OTHER, occurred_at=LATER, tenant_id="north-group")


def test_an_exception() -> None:
    event = only(Changelog().insert("attendance_exceptions", {**EXCEPTION, "reason": "the bus"}))
    assert isinstance(event, AttendanceExceptionRecorded)
    states(event, key=str(ANN), exception_id=ID, shift_id=OTHER, kind="come_late", minutes=30, given_by=BOB)
    assert event.occurred_at == LATER
    assert "bus" not in event.model_dump_json()
    contact = {**EXCEPTION, "kind": "contacted", "shift_id": None, "minutes": None}
    states(only(Changelog().insert("attendance_exceptions", contact)), shift_id=None, minutes=None)


SAID: list[tuple[str, Row, type[Event], type[Event], Row]] = [
    ("absence_calls", CALL, AbsenceCallRemoved, AbsenceCalled, {"announced_at": stamp(NOON)}),
    ("attendance_exceptions", EXCEPTION, AttendanceExceptionRemoved, AttendanceExceptionRecorded, {"minutes": 45}),
]


@pytest.mark.parametrize(("table", "row", "gone", "there", "change"), SAID)
def test_what_is_said_is_changed_taken_back_and_moved_to_whom_it_was_about(
    table: str, row: Row, gone: type[Event], there: type[Event], change: Row
) -> None:
    assert type(only(Changelog().update(table, row, {**row, **change}))) is there
    assert type(only(Changelog().delete(table, row))) is gone
    moved = Changelog().update(table, row, {**row, "employee_id": str(BOB)})
    assert [(type(each), each.key) for each in told(moved)] == [(gone, str(ANN)), (there, str(BOB))]


# -- what holds at a place


HOLDING: list[tuple[str, type[Event], str]] = [
    ("closures", ClosureDeclared, "closure_id"),
    ("clock_outages", ClockOutageConfirmed, "outage_id"),
]


@pytest.mark.parametrize(("table", "kind", "identity"), HOLDING)
def test_what_holds_at_a_place_for_a_time(table: str, kind: type[Event], identity: str) -> None:
    there, gone = only(Changelog().insert(table, SPAN)), only(Changelog().delete(table, SPAN))
    assert type(there) is type(gone) is kind
    span = {identity: ID, "location_id": NORTH, "starts_at": NOON, "ends_at": LATER}
    states(there, **span, removed=False)
    states(gone, **span, removed=True)
    moved = only(Changelog().update(table, SPAN, {**SPAN, "location_id": str(SOUTH)}))
    assert (moved.key, moved.location_id, moved.removed) == (there.key, SOUTH, False)


def test_why_a_place_is_closed_stays_where_it_is() -> None:
    assert "flood" not in only(Changelog().insert("closures", {**SPAN, "reason": "flood"})).model_dump_json()


# -- signs of life of clocks


def test_a_beat_is_a_sign_of_life_and_a_row_without_a_later_one_is_not() -> None:
    event = only(Changelog().insert("clock_heartbeats", BEAT), PLACES)
    states(event, key=str(NORTH), occurred_at=LATER, device="front-door", source="heartbeat")
    later = {**BEAT, "at": stamp(LATER + timedelta(minutes=1))}
    assert only(Changelog().update("clock_heartbeats", BEAT, later), PLACES).occurred_at > LATER
    assert names(Changelog().update("clock_heartbeats", later, BEAT)) == []
    assert names(Changelog().update("clock_heartbeats", BEAT, {**BEAT, "location_id": str(SOUTH)})) == []
    assert names(Changelog().delete("clock_heartbeats", BEAT)) == []


def test_a_punch_is_a_sign_of_life_where_it_was_made() -> None:
    event = only(Changelog().insert("time_punches", {**PUNCH, "device": "front-door"}), PLACES)
    states(event, key=str(NORTH), occurred_at=LATER, device="front-door", source="punch")


@pytest.mark.parametrize(
    "row",
    [{"edited_by": str(EDITOR)}, {"location_id": None}, {"voided": True}],
    ids=["entered by somebody", "made nowhere", "voided"],
)
def test_a_punch_that_no_clock_has_made_is_no_sign_of_life(row: Row) -> None:
    assert names(Changelog().insert("time_punches", {**PUNCH, **row})) == []


@pytest.mark.parametrize("after", [None, {**PUNCH, "at": stamp(NOON)}, {**PUNCH, "location_id": str(SOUTH)}])
def test_nor_is_a_change_of_one(after: Row | None) -> None:
    log = Changelog().update("time_punches", PUNCH, after) if after else Changelog().delete("time_punches", PUNCH)
    assert names(log) == []


# -- where somebody is due


def test_who_has_a_shift_is_due_where_it_is() -> None:
    event = only(Changelog().insert("shifts", shift(1, starts=LATER)), PLACES)
    assert isinstance(event, ShiftDue)
    states(event, key=str(NORTH), employee_id=ANN, starts_at=LATER, ends_at=LATER + timedelta(hours=8))
    states(event, shift_id=UUID(int=1), revision=1 << 56)


AWAY = {**shift(1), "location_id": str(SOUTH)}
DUE, NOT_DUE = ("ShiftDue", str(NORTH)), ("ShiftNotDue", str(NORTH))
TURNS: list[tuple[str, Row | None, Row | None, list[tuple[str, str]]]] = [
    ("training is due", None, {**shift(1), "kind": "training"}, [DUE]),
    ("on call is not", None, {**shift(1), "kind": "on_call"}, [NOT_DUE]),
    ("nor what was cancelled when it was read", None, {**shift(1), "cancelled": True}, [NOT_DUE]),
    ("given to somebody else", shift(1), shift(1, BOB), [DUE]),
    ("cancelled", shift(1), {**shift(1), "cancelled": True}, [NOT_DUE]),
    ("cancelled and moved at once", shift(1), {**AWAY, "cancelled": True}, [NOT_DUE]),
    ("deleted", shift(1), None, [NOT_DUE]),
    ("moved", shift(1), AWAY, [NOT_DUE, ("ShiftDue", str(SOUTH))]),
    ("on call from now on", shift(1), {**shift(1), "kind": "on_call"}, [NOT_DUE]),
    ("on call no more", {**shift(1), "kind": "on_call"}, shift(1), [DUE]),
    ("takes place after all", {**shift(1), "cancelled": True}, shift(1), [DUE]),
    ("deleted when it was not due any more", {**shift(1), "cancelled": True}, None, []),
]


@pytest.mark.parametrize(("before", "after", "said"), [turn[1:] for turn in TURNS], ids=[turn[0] for turn in TURNS])
def test_where_somebody_is_due_follows_the_shift(
    before: Row | None, after: Row | None, said: list[tuple[str, str]]
) -> None:
    op = "c" if before is None else "d" if after is None else "u"
    assert names(Changelog().transaction((op, "shifts", before, after))) == said


def test_what_is_told_to_places_is_told_to_nobody_else() -> None:
    log = Changelog().insert("clock_heartbeats", BEAT).insert("time_punches", PUNCH).insert("shifts", shift(1))
    found = {type(event) for topic in DOMAIN if topic is not OPERATIONS for event in told(log, topic)}
    assert found == {PunchRecorded, ShiftScheduled}
    assert {type(event) for event in told(log, OPERATIONS)} == {ClockSeen, ShiftDue}


# -- what must not travel


FREE_TEXT = {
    "employees": {"name", "contact"},
    "leave_requests": {"kind"},
    "attendance_exceptions": {"reason"},
    "closures": {"reason"},
    "locations": {"name"},
}


def test_what_people_write_and_why_they_are_away_is_excluded_by_name() -> None:
    excluded = {capture.table: set(capture.excluded) for capture in CAPTURES}
    assert {table: excluded[table] for table in FREE_TEXT} == FREE_TEXT
    read = {capture.table: set(capture.row.__struct_fields__) for capture in CAPTURES}
    assert not any(read[table] & columns for table, columns in excluded.items()), "nobody reads what does not travel"


def test_a_shift_that_is_deleted_is_cancelled_and_not_due_by_one_change() -> None:
    log = Changelog().delete("shifts", shift(1))
    (cancelled,), (gone,) = told(log), told(log, PLACES)
    assert (type(cancelled), type(gone)) == (ShiftCancelled, ShiftNotDue)
    assert cancelled.event_id != gone.event_id
