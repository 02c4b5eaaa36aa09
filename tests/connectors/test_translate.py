"""Each captured table: what an inserted, changed and deleted row means."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from connectors.translate import CAPTURES
from schemas.cdc import Day
from schemas.events import (
    AgentModeChanged,
    ApplicationReported,
    DelegationDescribed,
    Event,
    JobPositionDescribed,
    LeaveRecorded,
    LeaveRemoved,
    LocationDescribed,
    NoticeDelivered,
    PersonRoleDescribed,
    PolicyPublished,
    PunchRecorded,
    PunchVoided,
    ReviewGiven,
    ShiftCancelled,
    ShiftScheduled,
)
from schemas.faults import Undecodable
from schemas.policies import AttendancePolicy
from schemas.topics import DOMAIN, PROPOSALS, WORKFORCE, Topic
from tests.connectors.changelog import ANN, BOB, NOON, NORTH, Changelog, Row, events, shift, stamp, translated

ID, OTHER = UUID(int=77), UUID(int=78)
LATER = NOON + timedelta(hours=3)
SAME: Row = {"id": str(ID), "tenant_id": "north-group", "created_at": stamp(NOON)}

PUNCH = {
    **SAME,
    "employee_id": str(ANN),
    "direction": "in",
    "at": stamp(LATER),
    "source": "terminal",
    "device": None,
    "location_id": str(NORTH),
}
LEAVE = {
    **SAME,
    "employee_id": str(ANN),
    "starts_at": stamp(NOON),
    "ends_at": stamp(LATER),
    "protected": True,
    "status": "approved",
}
EMPLOYEE = {
    **SAME,
    "manager_id": None,
    "location_id": str(NORTH),
    "job_position_id": str(OTHER),
    "hired_on": 20454,
    "ended_on": None,
}
ROLE = {**SAME, "employee_id": str(ANN), "role": "manager", "location_id": None}
LENT = {
    **SAME,
    "delegator_id": str(ANN),
    "delegate_id": str(BOB),
    "role": "manager",
    "location_id": None,
    "starts_at": stamp(NOON),
    "ends_at": stamp(LATER),
}
MODE = {"agent": "attendance", "tenant_id": "north-group", "mode": "live", "set_at": stamp(LATER)}
POLICY = {
    **SAME,
    "name": "attendance",
    "version": 2,
    "document": '{"grace": "PT7M"}',
    "effective_at": stamp(LATER),
    "published_at": stamp(NOON),
}
REVIEW = {
    **SAME,
    "proposal_id": str(OTHER),
    "subject": f"employee:{ANN}",
    "verdict": "approve",
    "reviewer_id": str(BOB),
    "given_at": stamp(LATER),
}
APPLICATION = {
    **SAME,
    "decision_id": str(BOB),
    "proposal_id": str(OTHER),
    "subject": f"employee:{ANN}",
    "outcome": "applied",
    "reason": "",
    "causation_id": str(ID),
    "correlation_id": str(OTHER),
    "at": stamp(LATER),
}
NOTICE = {
    **SAME,
    "recipient": "role:hr",
    "kind": "welfare_check",
    "employee_id": str(ANN),
    "shift_id": str(OTHER),
    "proposal_id": None,
    "delivered_at": stamp(LATER),
    "read_at": None,
    "event_id": str(ID),
    "correlation_id": str(OTHER),
}


def told(log: Changelog, topic: Topic = WORKFORCE) -> list[Event]:
    return events(translated(topic, log.records))


def only(log: Changelog, topic: Topic = WORKFORCE) -> Any:
    (event,) = told(log, topic)
    assert event.causation_id == event.correlation_id == event.event_id
    assert event.recorded_at == NOON
    return event


def states(event: Event, **named: object) -> None:
    """Expect the event to say this."""
    assert {name: getattr(event, name) for name in named} == named


def test_a_shift_is_scheduled_at_its_start() -> None:
    event = only(Changelog().insert("shifts", shift(1, starts=LATER)))
    assert isinstance(event, ShiftScheduled)
    states(
        event, occurred_at=LATER, starts_at=LATER, ends_at=LATER + timedelta(hours=8), employee_id=ANN, revision=1 << 56
    )


def test_a_shift_says_what_it_is_for() -> None:
    assert only(Changelog().insert("shifts", shift(1))).kind == "work", "a row from before there was a kind"
    assert only(Changelog().insert("shifts", {**shift(1), "kind": "on_call", "cancelled": False})).kind == "on_call"


@pytest.mark.parametrize("before", [None, shift(1), {**shift(1), "kind": "training", "cancelled": True}])
def test_a_cancelled_shift_is_cancelled_for_whoever_has_it(before: Row | None) -> None:
    after = {**shift(1), "cancelled": True}
    event = only(Changelog().update("shifts", before, after) if before else Changelog().insert("shifts", after))
    assert (type(event), event.key) == (ShiftCancelled, str(ANN))


def test_a_shift_that_is_cancelled_and_given_away_at_once_was_never_the_others() -> None:
    event = only(Changelog().update("shifts", shift(1), {**shift(1, BOB), "cancelled": True}))
    assert (type(event), event.key) == (ShiftCancelled, str(ANN))


def test_a_cancelled_shift_that_takes_place_after_all_is_scheduled_again() -> None:
    event = only(Changelog().update("shifts", {**shift(1), "cancelled": True}, shift(1)))
    assert (type(event), event.key) == (ShiftScheduled, str(ANN))


def test_a_punch_of_a_device_that_does_not_ask_travels_as_unknown() -> None:
    assert only(Changelog().insert("time_punches", {**PUNCH, "direction": "unknown"})).direction == "unknown"


MOVED: list[tuple[str, Row, type[Event], type[Event]]] = [
    ("shifts", shift(1), ShiftCancelled, ShiftScheduled),
    ("time_punches", PUNCH, PunchVoided, PunchRecorded),
    ("leave_requests", LEAVE, LeaveRemoved, LeaveRecorded),
]


@pytest.mark.parametrize(("table", "row", "gone", "there"), MOVED)
def test_a_row_that_goes_to_somebody_else_is_gone_for_the_one_and_there_for_the_other(
    table: str, row: Row, gone: type[Event], there: type[Event]
) -> None:
    before, after = told(Changelog().update(table, row, {**row, "employee_id": str(BOB)}))
    assert (type(before), before.key) == (gone, str(ANN))
    assert (type(after), after.key) == (there, str(BOB))
    assert before.event_id != after.event_id


@pytest.mark.parametrize(("table", "row", "gone", "there"), MOVED)
def test_a_deleted_row_is_gone(table: str, row: Row, gone: type[Event], there: type[Event]) -> None:
    event = only(Changelog().delete(table, row))
    assert (type(event), event.key) == (gone, str(ANN))


def test_a_corrected_punch_comes_again() -> None:
    event = only(Changelog().update("time_punches", PUNCH, {**PUNCH, "at": stamp(NOON)}))
    assert isinstance(event, PunchRecorded)
    states(event, occurred_at=NOON, punch_id=ID, direction="in", location_id=NORTH, source="terminal", device=None)
    assert event.tenant_id == "north-group"


def test_leave_travels_without_its_kind() -> None:
    event = only(Changelog().insert("leave_requests", {**LEAVE, "kind": "illness"}))
    assert isinstance(event, LeaveRecorded)
    states(event, leave_id=ID, starts_at=NOON, ends_at=LATER, status="approved", protected=True)
    assert "illness" not in event.model_dump_json()


DESCRIBED: list[tuple[str, Row, type[Event], Row]] = [
    (
        "locations",
        {**SAME, "zone": "America/Chicago"},
        LocationDescribed,
        {"location_id": ID, "zone": "America/Chicago"},
    ),
    ("job_positions", {**SAME, "code": "vet"}, JobPositionDescribed, {"job_position_id": ID, "code": "vet"}),
    (
        "person_roles",
        ROLE,
        PersonRoleDescribed,
        {"person_role_id": ID, "employee_id": ANN, "role": "manager", "location_id": None},
    ),
    (
        "delegations",
        LENT,
        DelegationDescribed,
        {
            "delegation_id": ID,
            "delegator_id": ANN,
            "delegate_id": BOB,
            "role": "manager",
            "starts_at": NOON,
            "ends_at": LATER,
            "location_id": None,
        },
    ),
]


@pytest.mark.parametrize(("table", "row", "kind", "said"), DESCRIBED)
def test_reference_rows_describe_and_their_removal_too(table: str, row: Row, kind: type[Event], said: Row) -> None:
    there, gone = only(Changelog().insert(table, row)), only(Changelog().delete(table, row))
    assert type(there) is type(gone) is kind
    states(there, **said, removed=False)
    states(gone, **said, removed=True)


def test_a_switched_agent_and_one_whose_row_is_gone() -> None:
    on, gone = only(Changelog().insert("agent_modes", MODE)), only(Changelog().delete("agent_modes", MODE))
    assert isinstance(on, AgentModeChanged)
    states(on, agent="attendance", mode="live", occurred_at=LATER)
    states(gone, agent="attendance", mode="paused", occurred_at=NOON)


def test_a_policy_travels_with_its_defaults_written_out() -> None:
    event = only(Changelog().insert("policies", POLICY))
    assert isinstance(event, PolicyPublished)
    states(event, policy="attendance", version=2, effective_at=LATER, occurred_at=NOON)
    assert event.document == AttendancePolicy(grace=timedelta(minutes=7)).canonical()


@pytest.mark.parametrize("wrong", [{"name": "astrology"}, {"document": '{"grace": -1}'}, {"document": '{"graze": 1}'}])
def test_a_policy_that_nobody_can_read_is_buried(wrong: Row) -> None:
    with pytest.raises(Undecodable, match="policy"):
        told(Changelog().insert("policies", {**POLICY, **wrong}))


def test_an_answer_of_a_person() -> None:
    event = only(Changelog().insert("review_commands", REVIEW), PROPOSALS)
    assert isinstance(event, ReviewGiven)
    states(event, review_id=ID, proposal_id=OTHER, verdict="approve", reviewer_id=BOB, occurred_at=LATER)
    assert event.key == f"employee:{ANN}"


def test_what_applying_came_to() -> None:
    (event,) = told(Changelog().insert("applications", APPLICATION), PROPOSALS)
    assert isinstance(event, ApplicationReported)
    states(event, application_id=ID, decision_id=BOB, outcome="applied", reason="", occurred_at=LATER)
    assert (event.causation_id, event.correlation_id) == (ID, OTHER)


def test_a_notice_is_delivered_to_whom_it_is_for_and_told_to_whom_it_is_about() -> None:
    (event,) = told(Changelog().insert("notices", NOTICE))
    assert isinstance(event, NoticeDelivered)
    states(event, notice_id=ID, recipient="role:hr", kind="welfare_check", shift_id=OTHER, occurred_at=LATER)
    assert (event.key, event.causation_id, event.correlation_id) == (str(ANN), ID, OTHER)


def test_a_notice_that_had_expired_is_not_delivered_and_one_that_is_read_is_not_delivered_again() -> None:
    assert told(Changelog().insert("notices", {**NOTICE, "delivered_at": None})) == []
    assert told(Changelog().update("notices", NOTICE, {**NOTICE, "read_at": stamp(LATER)})) == []


@pytest.mark.parametrize("table", ["policies", "review_commands", "applications", "notices", "heartbeat"])
def test_a_row_that_cannot_go_away_says_nothing_when_it_does(table: str) -> None:
    rows: dict[str, Row] = {
        "policies": POLICY, "review_commands": REVIEW, "applications": APPLICATION, "notices": NOTICE,
    }  # fmt: skip
    log = Changelog().delete(table, rows.get(table, {"id": 1, "beat_at": stamp(NOON)}))
    assert [told(log, topic) for topic in (WORKFORCE, PROPOSALS)] == [[], []]


def test_every_event_that_a_table_emits_has_a_topic_and_nothing_else_is_emitted() -> None:
    carried = {event for topic in DOMAIN for event in topic.events}
    emitted = {event for capture in CAPTURES for telling in capture.tellings() for event in telling.emits}
    assert emitted <= carried
    assert [capture.table for capture in CAPTURES][:: len(CAPTURES) - 1] == ["business_clock", "heartbeat"]


def test_a_day_is_counted_from_1970() -> None:
    assert Day.of(0) == date(1970, 1, 1)
    assert Day.of(-1) == date(1969, 12, 31)


def test_a_day_that_is_no_number_is_undecodable() -> None:
    with pytest.raises(Undecodable, match="Day"):
        told(Changelog().insert("employees", {**EMPLOYEE, "hired_on": "2026-01-01"}))
    assert json.dumps(EMPLOYEE["hired_on"]) == "20454"
