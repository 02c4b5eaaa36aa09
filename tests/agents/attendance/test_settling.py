"""When an absence is the last word: nobody is a no-show who was not asked, and waited for; by docs/attendance.md."""

import pytest

from schemas.events import AttendanceExceptionRecorded, Event
from schemas.policies import AttendancePolicy
from tests.agents.attendance.telling import NINE, NOON, Said, ending, judgements, said, under
from tests.builders import EMPLOYEE, HR, MANAGER, at, leave, punch, shift, tick
from tests.facts import called, delivered, exception, notice, outage_confirmed, outage_suspected, uncalled, unexcepted

ASKED = delivered(notice("absence_question", at("17:00"), NINE))
RIPE = tick(at("17:00", 2))
NO_SHOW: Said = ("no_call_no_show", 0, 0, 0, True)
OPEN: Said = ("absent_provisional", 0, 0, None, False)
UNEXPLAINED: Said = ("absent_unexplained", 0, 0, None, False)
CALLED_OUT: Said = ("absent_called_out", 0, 0, None, True)
SHORTLY = shift(at("9:00"), planned=at("9:00:01", -1))


def given(kind: str, by: object = MANAGER) -> AttendanceExceptionRecorded:
    return exception(NINE, kind).model_copy(update={"given_by": by})


def test_an_absence_settles_48_hours_after_the_end_and_not_a_minute_before() -> None:
    assert ending(NINE, ASKED, tick(at("16:59", 2))) == OPEN
    assert ending(NINE, ASKED, RIPE) == NO_SHOW


def test_nobody_is_a_no_show_who_was_not_asked() -> None:
    assert ending(NINE, tick(at("16:59", 2))) == OPEN
    assert ending(NINE, tick(at("0:00", 60))) == UNEXPLAINED


@pytest.mark.parametrize(("wrong"), [{"kind": "welfare_check"}, {"recipient": "role:hr"}, {"shift_id": None}])
def test_only_the_question_to_the_employee_about_this_shift_asks(wrong: dict[str, object]) -> None:
    assert ending(NINE, ASKED.model_copy(update=wrong), tick(at("0:00", 60))) == UNEXPLAINED


def test_who_was_asked_has_a_day_to_answer() -> None:
    late = delivered(notice("absence_question", at("7:00", 2), NINE)).model_copy(update={"notice_id": HR})
    assert ending(NINE, late, tick(at("6:59", 3))) == OPEN
    assert ending(NINE, late, tick(at("7:00", 3))) == NO_SHOW
    assert ending(NINE, tick(at("0:00", 10)), late) == OPEN
    assert ending(NINE, tick(at("0:00", 10)), late, tick(at("0:01", 10))) == NO_SHOW
    assert ending(NINE, late, ASKED, RIPE) == NO_SHOW, "asked twice: the first time counts"


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (at("8:00"), CALLED_OUT),
        (at("12:00"), CALLED_OUT),
        (at("17:00", 1), CALLED_OUT),
        (at("17:00:01", 1), NO_SHOW),
    ],
)
def test_a_call_up_to_a_day_after_the_end_counts(when: object, expected: Said) -> None:
    call = called(NINE).model_copy(update={"occurred_at": when})
    assert ending(NINE, call, ASKED, RIPE) == ending(NINE, ASKED, RIPE, call) == expected


def test_a_call_that_was_never_made_excuses_nothing() -> None:
    assert ending(NINE, called(NINE), uncalled(called(NINE)), ASKED, RIPE) == NO_SHOW
    assert ending(NINE, called(shift(at("9:00", 1))), ASKED, RIPE) == NO_SHOW, "of another shift"


def test_a_call_counts_only_once_a_person_classifies_it_as_unprotected() -> None:
    told = [NINE, called(NINE), NOON]
    assert ending(*told, tick(at("0:00", 9))) == CALLED_OUT
    unprotected = given("unprotected")
    assert ending(*told, unprotected) == ("absent_called_out", 0, 0, 50, False)
    assert ending(*told, unprotected, tick(at("17:00"))) == ("absent_called_out", 0, 0, 50, True)
    assert ending(*told, unprotected, tick(at("17:00")), unexcepted(unprotected)) == CALLED_OUT
    assert ending(*told, given("unprotected", EMPLOYEE)) == CALLED_OUT


def test_a_request_for_leave_that_is_open_holds_everything() -> None:
    day = leave(at("9:00"), at("10:00"), "requested", recorded=at("8:00"))
    approved, refused = (
        leave(at("9:00"), at("10:00"), word, revision=2, recorded=at("8:30"), protected=True)
        for word in ("approved", "refused")
    )
    late = leave(at("9:00"), at("10:00"), "refused", revision=2, recorded=at("9:01", 3))
    told = [NINE, day, ASKED, tick(at("0:00", 10))]
    assert ending(*told) == OPEN
    assert ending(*told, given("absence_confirmed")) == OPEN
    assert ending(*told, approved, tick(at("0:01", 10))) == ("absent_excused", 0, 0, None, True)
    assert ending(*told, refused, tick(at("0:01", 10))) == ("absent_unexcused", 0, 0, 0, True)
    assert ending(*told, late, tick(at("0:01", 10))) == UNEXPLAINED, "it was refused when the shift was over"
    assert ending(*told, late, given("absence_confirmed"), tick(at("0:01", 10))) == ("absent_unexcused", 0, 0, 0, True)


@pytest.mark.parametrize(
    "doubt",
    [
        outage_confirmed(at("8:00"), at("9:10")),
        outage_suspected(at("16:00")),
        outage_suspected(at("12:00"), people=1),
        given("worked", EMPLOYEE),
        SHORTLY,
    ],
    ids=["outage", "open outage", "alone at a silent place", "own word", "short notice"],
)
def test_where_it_may_be_no_absence_only_a_person_settles_it(doubt: Event) -> None:
    told = [NINE, doubt, ASKED, tick(at("0:00", 60))] if doubt is not SHORTLY else [doubt, ASKED, tick(at("0:00", 60))]
    assert ending(*told) == UNEXPLAINED
    assert ending(*told, given("absence_confirmed", EMPLOYEE)) == UNEXPLAINED
    assert ending(*told, given("absence_confirmed", HR), tick(at("0:01", 60))) == NO_SHOW


def test_short_notice_is_less_than_a_day_and_agreeing_to_it_makes_it_as_any_other() -> None:
    in_time = shift(at("9:00"), planned=at("9:00", -1))
    assert ending(in_time, ASKED, RIPE) == NO_SHOW
    assert ending(SHORTLY, ASKED, RIPE) == UNEXPLAINED
    agreed = exception(SHORTLY, "acknowledged", by=EMPLOYEE, when=at("8:00"))
    assert ending(SHORTLY, agreed, ASKED, RIPE) == NO_SHOW
    assert ending(SHORTLY, given("acknowledged"), ASKED, RIPE) == UNEXPLAINED, "nobody agrees for somebody else"


def test_who_is_confirmed_to_be_absent_is_so_at_the_end_of_the_shift() -> None:
    told = [NINE, NOON, given("absence_confirmed")]
    assert ending(*told) == OPEN
    assert ending(*told, tick(at("17:00"))) == NO_SHOW
    assert ending(*told, tick(at("17:00")), punch(at("13:00")), punch(at("17:00"), "out")) == (
        "very_late", 240, 0, 25, True,
    )  # fmt: skip
    assert ending(NINE, given("absence_confirmed"), called(NINE), tick(at("17:00"))) == CALLED_OUT


def test_somebody_else_says_that_it_was_worked() -> None:
    worked = given("worked")
    assert ending(NINE, ASKED, RIPE, worked) == ("missing_in", 0, 0, 75, True)
    out = outage_confirmed(at("8:30"), at("9:30"))
    assert ending(NINE, out, ASKED, RIPE, worked) == ("missing_out", 0, 0, 75, True)
    assert ending(NINE, outage_suspected(at("8:00")), RIPE, worked) == ("on_time", 0, 0, 100, True)


@pytest.mark.parametrize("late", [called(NINE), given("excused"), punch(at("17:00"), "out"), given("worked")])
def test_whatever_becomes_known_later_takes_a_no_show_back(late: Event) -> None:
    assert ending(NINE, ASKED, RIPE, late) not in (NO_SHOW, OPEN)


def test_silence_is_told_six_minutes_after_the_start_unless_something_explains_it() -> None:
    soon = tick(at("9:06"))
    assert ending(NINE, soon) == ("late", 0, 0, None, False)
    asked = leave(at("9:00"), at("17:00"), "requested")
    for reason in (called(NINE), asked, given("worked", EMPLOYEE), outage_suspected(at("8:50"), people=1)):
        assert judgements(said_of(NINE, reason, soon)) == []
    assert ending(NINE, soon, punch(at("9:20")))[:2] == ("late", 20)
    assert ending(shift(at("9:00"), 0.1), tick(at("9:06"))) == OPEN, "it is over"


def said_of(*events: Event) -> list[Event]:
    return list(said(under(AttendancePolicy(), *events)))
