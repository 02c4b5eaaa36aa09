"""Who came, when, and for which shift: rule by rule as docs/attendance.md, derived by hand."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agents.attendance import AGENT
from schemas.policies import AttendancePolicy
from tests.agents.attendance.telling import NINE, NOON, judgements, under, verdict
from tests.agents.worlds import fold
from tests.builders import ELSEWHERE, at, punch, shift, tick


@pytest.mark.parametrize(
    ("arrival", "expected"),
    [
        ("8:30", ("on_time", 0)),
        ("9:00", ("on_time", 0)),
        ("9:00:01", ("on_time", 0)),
        ("9:05", ("on_time", 0)),
        ("9:05:59", ("on_time", 0)),
        ("9:06", ("late", 6)),
        ("9:06:59", ("late", 6)),
        ("9:59", ("late", 59)),
        ("9:59:59", ("late", 59)),
        ("10:00", ("very_late", 60)),
        ("16:59", ("very_late", 479)),
        ("17:00", None),
        ("5:00", ("on_time", 0)),
        ("4:59:59", None),
    ],
)
def test_first_in_punch_decides_in_whole_minutes_after_the_grace(
    arrival: str, expected: tuple[str, int] | None
) -> None:
    assert verdict(NINE, punch(at(arrival))) == expected


def test_grace_of_less_than_a_minute_and_none_at_all() -> None:
    none = AttendancePolicy(grace=timedelta())
    assert judgements(under(none, NINE, punch(at("9:00:59")))) == [("on_time", 0)]
    assert judgements(under(none, NINE, punch(at("9:01")))) == [("late", 1)]


def test_earliest_in_punch_counts() -> None:
    assert verdict(NINE, punch(at("9:30")), punch(at("9:10"))) == ("late", 10)
    assert verdict(NINE, punch(at("9:30")), punch(at("8:55"))) == ("on_time", 0)


def test_place_of_the_punch_does_not_matter() -> None:
    assert verdict(NINE, punch(at("8:55"), where=ELSEWHERE)) == ("on_time", 0)


def test_who_left_before_the_start_is_not_there_until_they_come_back() -> None:
    early = [NINE, punch(at("8:30")), punch(at("8:50"), "out")]
    assert verdict(*early) == ("pending", 0)
    assert verdict(*early, punch(at("9:10"))) == ("late", 10)


def test_out_and_in_at_the_same_instant_are_a_handover() -> None:
    assert verdict(NINE, punch(at("8:00")), punch(at("9:00"), "out"), punch(at("9:00"))) == ("on_time", 0)


def test_lone_out_punch_shows_presence_and_nobody_knows_since_when() -> None:
    assert verdict(NINE, punch(at("17:02"), "out")) == ("missing_in", 0)
    assert verdict(NINE, NOON, punch(at("23:00"), "out")) == ("missing_in", 0)
    assert verdict(NINE, NOON, punch(at("23:00:01"), "out")) == ("absent_provisional", 0)


def test_forgotten_out_punch_of_yesterday_does_not_cover_today() -> None:
    yesterday = [shift(at("9:00", -1)), punch(at("8:58", -1))]
    assert verdict(*yesterday, NINE, NOON) == ("absent_provisional", 0)


def test_each_in_punch_counts_for_one_shift_even_if_the_out_was_forgotten() -> None:
    events = fold(AGENT, shift(at("9:00"), 3), shift(at("14:00"), 3), punch(at("9:10")), punch(at("14:20")))
    assert judgements(events) == [("late", 10), ("late", 20)]


def test_who_stays_for_the_next_shift_needs_no_new_punch() -> None:
    events = fold(AGENT, shift(at("7:00"), 6), shift(at("13:00"), 4), shift(at("17:15"), 2), punch(at("6:58")))
    assert judgements(events) == [("on_time", 0)] * 3
    gap = fold(AGENT, shift(at("7:00"), 6), shift(at("13:16"), 4), punch(at("6:58")), tick(at("22:57")))
    assert judgements(gap) == [("on_time", 0), ("absent_provisional", 0)]


def test_who_clocked_in_long_before_anything_began_did_not_stay_for_anything() -> None:
    events = fold(AGENT, shift(at("7:00"), 6), shift(at("13:00"), 4), punch(at("2:59")), tick(at("23:00")))
    assert judgements(events) == [("absent_provisional", 0)] * 2
    events = fold(AGENT, shift(at("7:00"), 6), shift(at("13:00"), 4), punch(at("3:00")), tick(at("18:59")))
    assert judgements(events) == [("on_time", 0)] * 2


def test_staying_ends_sixteen_hours_after_the_punch() -> None:
    rounds = [shift(at("7:30") + timedelta(hours=hours), 8) for hours in (0, 8, 16)]
    assert judgements(fold(AGENT, *rounds, punch(at("7:31")))) == [("on_time", 0)] * 3
    assert judgements(fold(AGENT, *rounds, punch(at("7:30")))) == [("on_time", 0)] * 2


def test_punch_at_the_very_end_of_a_shift_is_for_the_next() -> None:
    events = fold(AGENT, shift(at("9:00"), 3), shift(at("14:00"), 3), punch(at("12:00")), tick(at("23:00")))
    assert sorted(judgements(events)) == [("absent_provisional", 0), ("on_time", 0)]


def test_who_went_home_in_between_did_not_stay() -> None:
    events = fold(
        AGENT, shift(at("7:00"), 6), shift(at("13:00"), 4), punch(at("6:58")), punch(at("12:59"), "out"),
        tick(at("23:00")),
    )  # fmt: skip
    assert judgements(events)[-1] == ("absent_provisional", 0)


def test_early_arrival_is_for_the_coming_shift() -> None:
    events = fold(
        AGENT, shift(at("8:00"), 4), shift(at("13:00"), 4), punch(at("7:55")), punch(at("12:01"), "out"),
        punch(at("12:40")),
    )  # fmt: skip
    assert judgements(events) == [("on_time", 0), ("on_time", 0), ("on_time", 0)], (
        "the first twice: also that it is over"
    )


def test_overnight_shift_is_judged_by_its_window_not_by_the_day() -> None:
    night = shift(at("22:00"), 8)
    assert judgements(fold(AGENT, night, punch(at("0:30", 1)))) == [("very_late", 150)]
    assert judgements(fold(AGENT, night, punch(at("21:50")), punch(at("6:00", 1), "out"))) == [("on_time", 0)] * 2


@pytest.mark.parametrize(
    ("zone", "night"),
    [("America/New_York", (2026, 3, 8)), ("America/New_York", (2026, 11, 1)), ("Europe/Berlin", (2026, 3, 29))],
)
def test_night_in_which_the_clocks_change_changes_nothing(zone: str, night: tuple[int, int, int]) -> None:
    local = ZoneInfo(zone)
    begin = datetime(*night, 0, 30, tzinfo=local)
    end = datetime(*night, 8, 30, tzinfo=local)
    elapsed = end.astimezone(ZoneInfo("UTC")) - begin.astimezone(ZoneInfo("UTC"))
    assert elapsed != timedelta(hours=8)
    worked = shift(begin.astimezone(ZoneInfo("UTC")), elapsed / timedelta(hours=1))
    assert judgements(fold(AGENT, worked, punch(worked.starts_at + timedelta(hours=3)))) == [("very_late", 180)]
    assert judgements(fold(AGENT, worked, tick(worked.starts_at + timedelta(hours=2)))) == [("absent_provisional", 0)]


def test_repeated_hour_is_two_different_hours() -> None:
    zone = ZoneInfo("America/New_York")
    first, second = (datetime(2026, 11, 1, 1, 30, tzinfo=zone, fold=fold_) for fold_ in (0, 1))
    planned = shift(first.astimezone(ZoneInfo("UTC")))
    assert judgements(fold(AGENT, planned, punch(second.astimezone(ZoneInfo("UTC"))))) == [("very_late", 60)]
