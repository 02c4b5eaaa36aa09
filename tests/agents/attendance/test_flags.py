"""Flags and reviews, rule by rule as docs/attendance.md, with values derived by hand."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from agents.attendance.flags import armed_at, flags
from agents.attendance.grounds import Fall, grounds
from agents.attendance.memory import Armed, Settled
from agents.attendance.score import Record
from schemas.policies import AttendancePolicy
from tests.agents.attendance.settling import QUICK, by, one, raised, record
from tests.builders import at

DEFAULT = AttendancePolicy()


def test_score_below_a_threshold_raises_a_flag_and_each_threshold_its_own() -> None:
    assert raised(record("1111111111"), DEFAULT) == []
    assert raised(record("111111hhhh"), DEFAULT) == [], "80.0 is not below 80"
    assert raised(record("111111hhhhh"), DEFAULT) == ["manager 10"], "77.3"
    assert raised(record("11111hhhhh" + "q0000"), DEFAULT) == ["manager 9", "hr 12"], "75.0, then 59.6"


def test_nothing_is_raised_below_ten_shifts_that_count() -> None:
    assert raised(record("000000000"), DEFAULT) == []
    assert raised(record("000000000--x"), DEFAULT) == []
    assert raised(record("000000000--x0"), DEFAULT) == ["hr 12"]


def test_it_is_the_score_as_it_is_shown_that_compares() -> None:
    """Full, 20 absences, one missing punch: 8,075 of 101 shifts are 79.95 %, shown as 80.0."""
    half_days = record("1" * 80 + "0" * 20 + "m", timedelta(hours=12))
    assert raised(half_days, DEFAULT) == []
    assert raised(record("1" * 80 + "0" * 21, timedelta(hours=12)), DEFAULT) == ["manager 50"], "79.2"


def test_from_85_to_55_in_one_step_raises_the_higher_flag_only() -> None:
    steps = [replace(one("h", 0), credit=85), replace(one("h", 1), credit=25)]
    assert raised(steps) == ["hr 1"]
    assert raised([*steps, one("h", 2)]) == ["hr 1"], "nor the lower one afterwards"


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ([77], ["manager 0"]),  # 76.0: still below
        ([87, 76], ["manager 0"]),  # 81.0, 79.3: was not two above
        ([89, 75], ["manager 0", "manager 2"]),  # 82.0, 79.7
        ([100, 0], ["manager 0", "hr 2"]),  # 87.5, 58.3
    ],
)
def test_flag_is_raised_again_only_after_the_score_was_two_points_above(then: list[int], expected: list[str]) -> None:
    counts = [replace(one("h", place), credit=credit) for place, credit in enumerate([75, *then])]
    assert raised(counts) == expected


def test_each_threshold_is_armed_by_itself() -> None:
    credit = [50, 72, 50, 80, 50]  # 50.0, 61.0, 57.3, 63.0, 60.4: not armed, then armed but not below
    counts = [replace(one("h", place), credit=each) for place, each in enumerate(credit)]
    assert raised(counts) == ["hr 0"]
    assert raised([*counts, one("0", 5)]) == ["hr 0", "hr 5"], "50.3; the manager's was not two above 80"


def test_ageing_out_of_good_shifts_raises_nothing_and_the_next_that_is_less_than_good_does() -> None:
    aged = "1" * 40 + "h" * 25 + " " * 50 + "1" * 3  # by the last ones, the first 28 good ones are out: 70.2
    assert raised(record(aged), DEFAULT) == []
    assert raised(record(aged + "h"), DEFAULT) == ["manager 118"]


def test_good_shift_raises_nothing_even_if_another_flag_stands() -> None:
    four_days = AttendancePolicy(score_shifts=1, score_window=timedelta(days=4))
    assert raised(record("11h0 1"), four_days) == ["manager 3"], "62.5, and then 50.0 by a good one"
    assert raised(record("11h0 1h"), four_days) == ["manager 3", "hr 6"]


@pytest.mark.parametrize(
    ("letters", "days"),
    [
        ("11111000hm", {5, 7}),  # 62.5: 175 hundredths are missing, two absences at least
        ("1111100hhm", {6, 9}),  # 67.5: 125 are missing, an absence and no more than a punch
        ("111111hhhmh", {9}),  # 79.5: a punch does
        ("11111111000", {8}),  # 72.7: 80 are missing, one of the absences
    ],
)
def test_least_that_would_have_avoided_a_flag_is_the_fewest_shifts_and_the_slightest(
    letters: str, days: set[int]
) -> None:
    known = Record(record(letters), by(DEFAULT))
    why = grounds(known, flags(known, Armed())[-1], DEFAULT)
    assert isinstance(why, Fall)
    assert {(each.starts_at - at("9:00")).days for each in why.avoiding()} == days


def test_shifts_that_do_not_count_raise_nothing_and_arm_nothing() -> None:
    two_days = AttendancePolicy(score_shifts=1, score_window=timedelta(days=2))
    assert raised(record("h1-h"), two_days) == ["hr 0", "hr 3"], "75.0, at the second shift, armed it"
    assert raised(record("h -h"), two_days) == ["hr 0"]
    assert raised(record("1" * 5 + "h" + "cx-p" * 3)) == []


def test_policy_at_the_start_of_the_shift_gives_the_numbers() -> None:
    strict = AttendancePolicy(score_shifts=1, flag_below=95, flag_hr_below=90, flag_rearm=5)
    assert raised(record("1" * 9 + "m"), strict) == [], "97.5"
    assert raised(record("1" * 9 + "h"), strict) == [], "95.0 is not below 95"
    assert raised(record("1" * 9 + "q"), strict) == ["manager 9"], "92.5"
    assert raised(record("1" * 8 + "0"), strict) == ["hr 8"], "88.9"


# -- reviews


def no_shows(*days: int, contacts: dict[int, int] | None = None, between: str = "") -> list[Settled]:
    """A no-show on each of these days; before that of a day, contact on another."""
    known = {day: one("n", day, contact=(contacts or {}).get(day)) for day in days}
    rest = {day: one(letter, day) for day, letter in enumerate(between) if letter != " "}
    return [(known | rest)[day] for day in sorted(known | rest)]


def test_three_episodes_of_no_shows_ask_for_a_review() -> None:
    assert raised(record("1n1n1"), DEFAULT) == []
    assert raised(record("1n1n1n"), DEFAULT) == ["review 5"]
    assert raised(record("1n1n1n1n"), DEFAULT) == ["review 5"], "once"


def test_one_of_three_that_is_excused_later_leaves_nothing() -> None:
    for excused in ("1x1n1n", "1n1x1n", "1n1n1x"):
        assert raised(record(excused), DEFAULT) == []


def test_consecutive_no_shows_are_one_episode_until_somebody_has_heard_of_them() -> None:
    assert raised(record("1nnnnn"), DEFAULT) == []
    assert raised(record("1nx-nn0nn"), DEFAULT) == [], "what happens without them is no contact"
    assert raised(record("1nncnn1n"), DEFAULT) == ["review 7"], "a call is"
    assert raised(no_shows(0, 2, 4, contacts={2: 1, 4: 3}), DEFAULT) == ["review 4"]
    assert raised(no_shows(0, 2, 4, contacts={2: 1, 4: 1}), DEFAULT) == [], "nobody has heard of them since the second"


def test_episodes_count_for_ninety_days_from_their_first_no_show() -> None:
    assert raised(no_shows(0, 50, 89, contacts={50: 49, 89: 88}), DEFAULT) == ["review 89"]
    assert raised(no_shows(0, 50, 90, contacts={50: 49, 90: 89}), DEFAULT) == []
    assert raised(no_shows(0, 1, 50, 90, contacts={50: 49, 90: 89}), DEFAULT) == [], "the first one's day"


def test_review_is_asked_for_again_once_there_were_fewer() -> None:
    heard = {day: day - 1 for day in range(1, 200)}
    assert raised(no_shows(0, 10, 20, 30, contacts=heard), DEFAULT) == ["review 20"]
    assert raised(no_shows(0, 10, 20, 95, contacts=heard), DEFAULT) == ["review 20"], (
        "nobody has seen that there were two"
    )
    between = " " * 91 + "0"
    assert raised(no_shows(0, 10, 20, 95, contacts=heard, between=between), DEFAULT) == ["review 20", "review 95"]


# -- what is remembered of what is not looked at again


def test_what_was_raised_before_is_not_looked_at_again() -> None:
    since = Armed(at("0:00", 11), manager=False)
    assert raised(record("111111hhhhh" + "h"), DEFAULT, since) == [], "it was raised on day 10, and not armed again"
    assert raised(record("111111hhhhh" + "h"), DEFAULT, Armed(at("0:00", 11))) == ["manager 11"]


LETTERS = st.text(st.sampled_from("1111hhqm0nncx-p "), max_size=40)
CUTS = st.integers(0, 45)


@given(LETTERS, CUTS)
def test_scan_that_begins_where_another_has_ended_raises_the_rest(letters: str, cut: int) -> None:
    known, until = Record(record(letters), by(QUICK)), at("0:00", cut)
    whole = flags(known, Armed())
    rest = flags(known, armed_at(known, Armed(), until))
    assert rest == [each for each in whole if known.shifts.start(each.place) >= until]


@given(LETTERS)
def test_every_flag_has_a_cause_that_counts_less_than_fully_and_one_crossing_has_one_flag(letters: str) -> None:
    known = Record(record(letters), by(QUICK))
    found = flags(known, Armed())
    assert all((known.shifts[each.place].credit or 0) < 100 for each in found)
    assert all(known.shifts[each.place].verdict == "no_call_no_show" for each in found if each.level == "review")
    for level, again in (("manager", 820), ("hr", 620)):
        for first, second in pairwise(each.place for each in found if each.level == level):
            counting = [place for place in range(first + 1, second) if known.shifts[place].credit is not None]
            assert max((known.as_of(place, QUICK).tenths or 0 for place in counting), default=0) >= again
