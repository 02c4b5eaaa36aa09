"""Edits of the plan, shifts that change hands, terms of employment: by which plan and whom a shift is judged."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from agents.attendance import AGENT
from schemas.events import Event, ShiftCancelled, ShiftScheduled
from schemas.policies import AttendancePolicy
from tests.agents.attendance.telling import NINE, Said, ending, published, said
from tests.agents.worlds import fold, live, state_of
from tests.builders import (
    CLINIC,
    ELSEWHERE,
    EMPLOYEE,
    MANAGER,
    at,
    cancelled,
    location,
    punch,
    shift,
    tick,
    uid,
)
from tests.facts import delivered, employment, exception, notice

MARCH = at("9:00").date()
LONG_AGO = at("9:00", -30)
KNOWN = shift(at("9:00"), recorded=LONG_AGO)
IN, OUT, OVER = punch(at("8:58")), punch(at("17:01"), "out"), tick(at("23:30"))
ON_TIME: Said = ("on_time", 0, 0, 100, True)
CANCELLED: Said = ("cancelled", 0, 0, None, True)
UNSCHEDULED: Said = ("present_unscheduled", 0, 0, None, True)


def edit(start: str, recorded: datetime, hours: float = 8, revision: int = 2, **more: Any) -> ShiftScheduled:
    return shift(
        at(start), hours, name=f"shift of {NINE.starts_at.isoformat()}", revision=revision, recorded=recorded, **more
    )


def taken(recorded: datetime) -> ShiftCancelled:
    return cancelled(KNOWN).model_copy(update={"recorded_at": recorded})


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        (at("8:00", -1), ("late", 58, 0, 50, True)),
        (at("8:00:01", -1), ON_TIME),
        (at("12:00"), ON_TIME),
    ],
)
def test_an_earlier_start_binds_if_it_was_known_a_day_before_the_new_one(recorded: datetime, expected: Said) -> None:
    assert ending(KNOWN, edit("8:00", recorded, 9), IN, OUT) == expected


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        (at("9:00", -1), ("missing_out", 0, 0, 75, True)),
        (at("9:00:01", -1), ("missing_out", 0, 0, 75, True)),
    ],
)
def test_a_later_start_helps_whenever_it_became_known(recorded: datetime, expected: Said) -> None:
    assert ending(KNOWN, edit("13:00", recorded, 4), punch(at("12:50")), tick(at("5:00", 1))) == expected


def test_of_several_late_plans_the_best_counts() -> None:
    told = [KNOWN, edit("10:00", at("6:00"), revision=2), edit("7:00", at("8:00"), revision=3)]
    assert ending(*told, punch(at("9:58")), punch(at("18:00"), "out")) == ON_TIME
    assert ending(*told, punch(at("8:58")), punch(at("17:00"), "out")) == ON_TIME
    assert ending(*told, punch(at("6:58")), punch(at("15:00"), "out"), OVER) == ON_TIME


def test_an_edit_that_the_employee_has_agreed_to_binds() -> None:
    moved = edit("8:00", at("20:00", -1), 9)
    agreed = exception(KNOWN, "acknowledged", by=EMPLOYEE, when=at("21:00", -1))
    assert ending(KNOWN, moved, IN, OUT) == ON_TIME
    assert ending(KNOWN, moved, agreed, IN, OUT) == ("late", 58, 0, 50, True)
    before = exception(KNOWN, "acknowledged", by=EMPLOYEE, when=at("19:00", -1))
    assert ending(KNOWN, moved, before, IN, OUT) == ON_TIME
    assert ending(KNOWN, moved, exception(KNOWN, "acknowledged", by=MANAGER, when=at("21:00", -1)), IN, OUT) == ON_TIME


def test_how_long_before_is_the_policys() -> None:
    week = published(AttendancePolicy(plan_notice=timedelta(days=2)), at("0:00", -20))
    assert ending(week, KNOWN, edit("8:00", at("8:00", -1), 9), IN, OUT) == ON_TIME
    assert ending(week, KNOWN, edit("8:00", at("8:00", -2), 9), IN, OUT)[:2] == ("late", 58)


def test_a_shift_that_was_cancelled_in_time_never_was() -> None:
    for recorded in (at("9:00", -1), at("9:00", -9)):
        assert fold(AGENT, KNOWN, taken(recorded), OVER) == []
        assert fold(AGENT, KNOWN, taken(recorded), IN, OVER) == []
    assert fold(AGENT, KNOWN, taken(at("9:00", -9)), IN, OUT, OVER) == []


def test_who_works_a_shift_that_was_cancelled_in_time_was_there_unscheduled() -> None:
    assert ending(KNOWN, taken(at("9:00", -1)), IN, OUT, OVER) == UNSCHEDULED
    assert ending(KNOWN, IN, OUT, taken(at("9:00", -1)), OVER) == UNSCHEDULED
    outs = (punch(at("9:20")), OUT)
    assert ending(KNOWN, *outs, taken(at("20:00"))) == UNSCHEDULED


def test_who_works_another_shift_of_theirs_meanwhile_was_there_for_that_one() -> None:
    instead = shift(at("9:00"), name="instead", recorded=at("9:00", -3))
    told = said(fold(AGENT, KNOWN, instead, taken(at("9:00", -1)), IN, OUT, OVER))
    assert {each.shift_id: each.verdict for each in told} == {instead.shift_id: "on_time"}


def test_a_shift_given_away_too_late_is_kept_by_who_worked_it() -> None:
    for recorded in (at("9:00:01", -1), at("20:00")):
        assert ending(KNOWN, IN, OUT, taken(recorded)) == ON_TIME
        assert ending(KNOWN, punch(at("9:20")), OUT, taken(recorded)) == UNSCHEDULED
        asked = delivered(notice("absence_question", at("17:00"), KNOWN))
        assert ending(KNOWN, asked, tick(at("17:00", 2)), taken(recorded)) == CANCELLED


def test_a_shift_that_is_handed_over_after_both_worked_it_is_on_time_for_both() -> None:
    theirs = shift(at("9:00"), who=MANAGER, revision=2, recorded=at("20:00"), planned=at("20:00"))
    both = [
        punch(when, way, who=who)
        for who in (EMPLOYEE, MANAGER)
        for way, when in (("in", at("8:59")), ("out", at("17:00")))
    ]
    both = [each.model_copy(update={"punch_id": uid(f"{number}")}) for number, each in enumerate(both)]
    told = said(fold(AGENT, KNOWN, *both, taken(at("20:00")), theirs, OVER))
    last = {each.employee_id: (each.verdict, each.settled) for each in told}
    assert last == {EMPLOYEE: ("on_time", True), MANAGER: ("on_time", True)}


def test_who_got_a_shift_from_somebody_else_when_it_was_over_is_no_no_show() -> None:
    theirs = shift(at("9:00"), recorded=at("20:00"), planned=at("20:00"))
    asked = delivered(notice("absence_question", at("20:00"), theirs))
    assert ending(theirs, asked, tick(at("0:00", 60)))[0] == "absent_unexplained"


def test_a_shift_that_comes_back_on_the_day_counts_for_who_worked_it() -> None:
    void, again = taken(at("9:00", -3)), edit("9:00", at("7:00"), revision=3)
    assert ending(KNOWN, void, again, IN, OUT) == ON_TIME
    assert said(fold(AGENT, KNOWN, void, again, OVER)) == []


def test_the_plan_that_judges_is_said_with_its_place() -> None:
    moved = edit("9:00", at("8:00"), where=ELSEWHERE)
    assert [each.location_id for each in said(fold(AGENT, KNOWN, moved, IN, OUT))] == [CLINIC] * 2
    agreed = exception(KNOWN, "acknowledged", by=EMPLOYEE, when=at("8:30"))
    assert said(fold(AGENT, KNOWN, moved, agreed, IN, OUT))[-1].location_id == ELSEWHERE
    assert said(fold(AGENT, KNOWN, moved, IN, OUT, agreed))[-1].location_id == ELSEWHERE


def test_a_cancelled_shift_takes_no_work_from_another() -> None:
    noon = shift(at("18:00"), 2, name="evening", recorded=LONG_AGO)
    told = [KNOWN, noon, taken(at("8:00")), punch(at("17:15")), punch(at("17:45"), "out"), OVER]
    assert ending(*told, of=noon.shift_id)[0] == "worked_other_hours"


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({}, ON_TIME),
        ({"hired_on": MARCH + timedelta(days=1)}, ("not_employed", 0, 0, None, True)),
        ({"ended_on": MARCH}, ON_TIME),
        (
            {"hired_on": MARCH - timedelta(days=9), "ended_on": MARCH - timedelta(days=1)},
            ("not_employed", 0, 0, None, True),
        ),
        ({"suspended_from": MARCH}, ("not_employed", 0, 0, None, True)),
        ({"suspended_from": MARCH, "suspended_until": MARCH}, ("not_employed", 0, 0, None, True)),
        ({"suspended_from": MARCH + timedelta(days=1)}, ON_TIME),
        ({"suspended_from": MARCH - timedelta(days=2), "suspended_until": MARCH - timedelta(days=1)}, ON_TIME),
        ({"clocking": "exempt"}, ("exempt", 0, 0, None, True)),
    ],
)
def test_terms_of_employment(terms: dict[str, Any], expected: Said) -> None:
    told = employment(when=at("0:00", -30), **terms)
    assert ending(told, NINE, IN, OUT) == ending(NINE, IN, OUT, told) == expected


def test_days_of_employment_are_those_of_the_place() -> None:
    hired = employment(hired_on=MARCH, when=at("0:00", -9))
    early = shift(at("20:00", -1), 4, name="night")
    far_east = location(CLINIC, "Asia/Kathmandu", 2)
    worked = [early, punch(at("20:00", -1)), punch(at("0:00"), "out")]
    assert ending(hired, *worked, of=early.shift_id)[0] == "not_employed"
    assert ending(far_east, hired, *worked, of=early.shift_id)[0] == "on_time", "1:45 of the day of hiring"
    assert ending(hired, *worked, far_east, of=early.shift_id)[0] == "on_time"


def test_clocking_and_position_are_those_of_the_start() -> None:
    first = employment(when=at("0:00", -30), job_position_id=uid("nurse"))
    later = employment(when=at("12:00"), revision=2, clocking="exempt")
    assert ending(first, NINE, IN, OUT, later) == ON_TIME
    assert ending(later, NINE, first, IN, OUT) == ON_TIME
    assert ending(later, NINE, IN, OUT)[0] == "exempt", "the first that is known"
    assert (
        ending(first, later, shift(at("9:00", 1)), tick(at("17:00", 1)), of=shift(at("9:00", 1)).shift_id)[0]
        == "exempt"
    )


def test_a_policy_differs_by_place_and_position_at_the_start() -> None:
    document = AttendancePolicy.model_validate(
        {
            "overrides": [
                {"job_position_id": str(uid("nurse")), "location_id": str(CLINIC), "changes": {"grace": "PT30M"}},
                {"location_id": str(CLINIC), "changes": {"grace": "PT20M", "credit_late": 90}},
                {"job_position_id": str(uid("nurse")), "changes": {"grace": "PT0S"}},
            ]
        }
    )
    rules = published(document, at("0:00", -30))
    nurse = employment(when=at("0:00", -30), job_position_id=uid("nurse"))
    transferred = employment(when=at("12:00"), revision=2)
    for minutes, counts in ((30, ("on_time", 0, 0, 100, True)), (31, ("late", 31, 0, 90, True))):
        came = punch(at("9:00") + timedelta(minutes=minutes))
        assert ending(rules, nurse, NINE, came, OUT) == counts
        assert ending(rules, nurse, NINE, came, OUT, transferred) == counts
    assert ending(rules, NINE, punch(at("9:21")), OUT) == ("late", 21, 0, 90, True)
    there = shift(at("9:00"), where=ELSEWHERE)
    assert ending(rules, nurse, there, punch(at("9:01")), OUT) == ("late", 1, 0, 50, True)
    assert ending(rules, there, punch(at("9:05")), OUT) == ON_TIME


def test_other_partitions_are_no_concern() -> None:
    events: list[Event] = [location(ELSEWHERE, "Asia/Kathmandu", 2)]
    partition = live(AGENT)
    fold(AGENT, employment(when=at("0:00", -30)), NINE, IN, OUT, partition=partition)
    partition.take_changes()
    assert fold(AGENT, *events, partition=partition) == []
    assert partition.take_changes().cells == {}


def test_terms_that_change_nothing_are_kept_first_and_last() -> None:
    same = [employment(when=at("0:00", -9 + each), revision=each + 1) for each in range(4)]
    partition = live(AGENT)
    fold(AGENT, *same, same[1], same[3], partition=partition)
    assert [each.revision for each in state_of(partition).terms] == [1, 4]
