"""The reliability score, rule by rule as docs/attendance.md, derived by hand; and that leave never lowers it."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from agents.attendance.memory import Settled
from agents.attendance.score import Record, shown, tenths
from schemas.policies import AttendancePolicy
from tests.agents.attendance.settling import QUICK, by, one, record
from tests.builders import at

DEFAULT = AttendancePolicy()


def score(shifts: Sequence[Settled], document: AttendancePolicy = DEFAULT) -> int | None:
    found = shown(Record(shifts, by(document)))
    return found[0].tenths if found else None


def test_score_is_the_mean_of_what_the_shifts_count_for() -> None:
    assert score(record("1111111111")) == 1000
    assert score(record("111111mhq0")) == 750
    assert score(record("0000000000")) == 0


def test_shifts_that_do_not_count_neither_heal_nor_make_up_the_ten() -> None:
    assert score(record("111111111")) is None
    assert score(record("111111111-xcp")) is None
    assert score(record("111111111-xcp0")) == 900
    assert score(record("")) is None


@pytest.mark.parametrize(
    ("letters", "expected"),
    [("1" * 19 + "q", 962), ("1" * 18 + "m0", 938), ("1" * 29 + "h", 983), ("1" * 14 + "h", 967)],
)
def test_score_is_rounded_to_tenths_half_to_the_even_one(letters: str, expected: int) -> None:
    assert score(record(letters)) == expected  # 96.25, 93.75, 98.33…, 96.66…


@given(st.integers(0, 9000), st.integers(1, 90))
def test_rounding_is_that_of_the_standard(total: int, eligible: int) -> None:
    assert tenths(total, eligible) == round(Fraction(10 * total, eligible))


def test_window_is_ninety_days_up_to_the_newest_settled_shift() -> None:
    assert score(record("0" + " " * 79 + "1" * 10)) == 909, "89 days before"
    assert score(record("0" + " " * 80 + "1" * 10)) == 1000, "90 days before"
    assert score(record("0" + " " * 79 + "1" * 10 + "-")) == 1000, "a shift that does not count moves it too"
    found = shown(Record(record("1" * 10), by(DEFAULT)))
    assert found is not None
    assert (found[0].since, found[0].until, found[0].eligible) == (at("9:00", 9 - 90), at("9:00", 9), 10)


def test_absence_excused_by_protected_leave_counts_only_where_that_is_better() -> None:
    called = one("p", 10, without=50)
    assert score([*record("0000011111"), called]) == 500, "50 is no better than 50"
    assert score([*record("0000000111"), called]) == 318, "350 of 11 shifts are better than 300 of 10"
    assert score([*record("000000011"), called]) is None, "it does not make up the ten"


def test_protected_leave_does_not_age_the_good_shifts_out() -> None:
    good_then_bad = "1" * 10 + "0" * 10
    assert score(record(good_then_bad + " " * 60 + "p" * 20)) == 500
    assert score(record(good_then_bad + " " * 60 + "x" * 20)) == 0, "leave that is not protected does"
    assert score(record("0" * 10 + "1" * 10 + " " * 60 + "p" * 20)) == 1000, "of bad shifts it may"


def test_policy_at_the_newest_shift_gives_the_numbers() -> None:
    assert score(record("11"), QUICK) == 1000
    assert score(record("0 1"), AttendancePolicy(score_shifts=1, score_window=timedelta(days=2))) == 1000


LETTERS = st.lists(st.sampled_from([*"11111hhq0n-x"]), max_size=30)


@st.composite
def _before_and_after(draw: st.DrawFn) -> tuple[list[Settled], list[Settled]]:
    """Settled shifts without a protected leave, and with it: it excuses some of them, and settles some more."""
    letters = draw(LETTERS)
    before = [one(letter, 6 * place) for place, letter in enumerate(letters)]
    on_leave = draw(st.sets(st.integers(0, 35)))
    after = [each for place, each in enumerate(before) if place not in on_leave]
    for place in on_leave:
        known = before[place] if place < len(before) else None
        after.append(one("p", 6 * place, without=known.credit if known else None))
    return before, sorted(after, key=lambda each: each.order)


BEFORE_AND_AFTER = _before_and_after()


@given(BEFORE_AND_AFTER, st.integers(1, 10))
def test_approving_protected_leave_never_lowers_the_score(
    told: tuple[list[Settled], list[Settled]], least: int
) -> None:
    before, after = (score(each, AttendancePolicy(score_shifts=least)) for each in told)
    assert before is None or after is None or after >= before


@given(LETTERS, st.integers(0, 29))
def test_better_judgement_of_one_shift_never_lowers_the_score(letters: list[str], place: int) -> None:
    shifts = [one(letter, number) for number, letter in enumerate(letters)]
    better = list(shifts)
    if place < len(shifts) and shifts[place].credit is not None:
        better[place] = replace(shifts[place], credit=100)
    assert (score(shifts, QUICK) or 0) <= (score(better, QUICK) or 0)
