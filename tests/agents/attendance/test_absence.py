"""Who did not come: absent, or on leave: rule by rule as docs/attendance.md, with values derived by hand."""

import pytest

from agents.attendance import AGENT
from schemas.events import Event
from tests.agents.attendance.telling import NINE, NOON, judgements, verdict
from tests.agents.worlds import fold
from tests.builders import at, leave, punch, shift, tick, unleave


def test_somebody_is_absent_once_its_time_has_come_and_not_before() -> None:
    assert verdict(NINE, tick(at("9:05"))) is None
    assert verdict(NINE, tick(at("9:06"))) == verdict(NINE, tick(at("10:59"))) == ("late", 0)
    assert verdict(NINE, tick(at("11:00"))) == ("absent_provisional", 0)
    assert len(fold(AGENT, NINE, tick(at("11:00")), tick(at("11:01")), tick(at("12:00")))) == 2


def test_who_comes_after_all_is_late() -> None:
    events = fold(AGENT, NINE, NOON, punch(at("12:30")))
    assert judgements(events) == [("absent_provisional", 0), ("very_late", 210)]


def test_shift_that_arrives_late_is_judged_at_the_next_tick() -> None:
    old = shift(at("9:00", -1))
    events = fold(AGENT, NINE, NOON, old)
    assert judgements(events) == [("absent_provisional", 0)]
    assert judgements(fold(AGENT, NINE, NOON, old, tick(at("12:01")))) == [("absent_provisional", 0)] * 2


def test_shift_nobody_came_to_that_is_moved_is_open_again() -> None:
    later = shift(at("11:00"), name=f"shift of {NINE.starts_at.isoformat()}", revision=2)
    assert verdict(NINE, NOON, later) == ("pending", 0)
    assert verdict(NINE, NOON, later, tick(at("13:00"))) == ("absent_provisional", 0)


def test_two_no_shows_at_the_same_time_are_judged_by_one_wake_up() -> None:
    assert judgements(fold(AGENT, NINE, shift(at("9:00"), 2, name="other"), NOON)) == [("absent_provisional", 0)] * 2


@pytest.mark.parametrize(
    ("since", "until", "events", "expected"),
    [
        ("9:00", "17:00", [NOON], ("absent_excused", 0)),
        ("0:00", "23:59", [punch(at("10:00"))], ("on_time", 0)),
        ("9:00", "12:00", [punch(at("11:00"))], ("on_time", 0)),
        ("9:00", "12:00", [punch(at("12:04"))], ("on_time", 0)),
        ("9:00", "12:00", [punch(at("12:10"))], ("late", 10)),
        ("9:00", "12:00", [tick(at("12:05"))], None),
        ("9:00", "12:00", [tick(at("13:59"))], ("late", 0)),
        ("9:00", "12:00", [tick(at("14:00"))], ("absent_provisional", 0)),
        ("9:30", "17:00", [tick(at("9:05"))], None),
        ("9:30", "17:00", [tick(at("9:29"))], ("late", 0)),
        ("9:30", "17:00", [tick(at("9:30"))], ("absent_excused", 0)),
        ("10:30", "12:00", [NOON], ("absent_excused", 0)),
        ("15:00", "17:00", [NOON], ("absent_provisional", 0)),
        ("8:00", "9:00", [punch(at("9:10"))], ("late", 10)),
    ],
)
def test_approved_leave_moves_the_hour_at_which_work_is_due(
    since: str, until: str, events: list[Event], expected: tuple[str, int] | None
) -> None:
    assert verdict(NINE, leave(at(since), at(until)), *events) == expected


@pytest.mark.parametrize("status", ["requested", "cancelled"])
def test_leave_that_is_not_approved_excuses_nothing(status: str) -> None:
    assert verdict(NINE, leave(at("0:00"), at("23:00"), status), NOON) == ("absent_provisional", 0)


def test_one_leave_after_the_other_counts_as_one() -> None:
    morning = leave(at("8:00"), at("12:00"), name="morning")
    assert verdict(NINE, leave(at("12:00"), at("18:00"), name="afternoon"), morning, NOON) == ("absent_excused", 0)


def test_leave_that_is_approved_afterwards_clears_and_its_removal_brings_back() -> None:
    day = leave(at("0:00"), at("23:00"), "requested")
    granted = leave(at("0:00"), at("23:00"), revision=2)
    told = [NINE, day, NOON]
    assert verdict(*told, granted) == ("absent_excused", 0)
    assert verdict(*told, granted, unleave(granted, 3)) == ("absent_provisional", 0)
