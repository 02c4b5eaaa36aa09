"""How punches become stints: rule by rule as docs/attendance.md, derived by hand."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.attendance.stating import fact
from agents.attendance.stints import Stint, stints
from agents.attendance.timesheet import Punch, Shift, Way
from schemas.policies import AttendancePolicy
from tests.builders import at, punch, shift

POLICY = AttendancePolicy()
WAYS: dict[str, str] = {"i": "in", "o": "out", "?": "unknown"}


def known(text: str) -> tuple[Punch, ...]:
    """Read punches, for example ``i9:00 o17:00:30 ?8:55+1``: in, out, of a device that does not ask; a day later."""
    made = []
    for word in text.split():
        clock, _, day = word[1:].partition("+")
        _, stated = fact(punch(at(clock, int(day or 0)), WAYS[word[0]])) or (None, None)
        assert isinstance(stated, Punch)
        made.append(stated)
    return tuple(sorted(made, key=lambda each: each.order))


def planned(*starts: str, hours: float = 8) -> tuple[Shift, ...]:
    found = (fact(shift(at(*_day(start)), hours)) for start in starts)
    return tuple(each[1] for each in found if each is not None and isinstance(each[1], Shift))


def _day(text: str) -> tuple[str, int]:
    clock, _, day = text.partition("+")
    return clock, int(day or 0)


def paired(text: str, *shifts: Shift, policy: AttendancePolicy = POLICY) -> str:
    """Return the stints, for example ``9:00-17:00``; a side that nobody knows is empty."""
    return " ".join(map(told, stints(known(text), shifts, policy)))


def told(stint: Stint) -> str:
    sides = (f"{each.at:%-H:%M}" if each else "" for each in (stint.began, stint.ended))
    return "-".join(sides) + ("?" if stint.inferred else "") + ("!" if stint.slip else "")


@pytest.mark.parametrize(
    ("punches", "expected"),
    [
        ("", ""),
        ("i9:00 o17:00", "9:00-17:00"),
        ("i9:00 o12:00 i12:45 o17:00", "9:00-12:00 12:45-17:00"),
        ("i9:00", "9:00-"),
        ("o17:00", "-17:00"),
        ("i9:00 i13:00 o17:00", "9:00- 13:00-17:00"),
        ("i9:00 o12:00 o17:00", "9:00-12:00 -17:00"),
        ("i8:00 o12:00 i12:00 o17:00", "8:00-12:00 12:00-17:00"),
        ("i9:00 o1:00+1", "9:00-1:00"),
        ("i9:00 o1:00:01+1", "9:00- -1:00"),
        ("i9:00 i8:58+1 o17:00+1", "9:00- 8:58-17:00"),
    ],
)
def test_punches_pair_in_order_of_time_and_nothing_is_invented(punches: str, expected: str) -> None:
    assert paired(punches) == expected


def test_out_of_a_longer_shift_belongs_to_its_in_until_its_window_ends() -> None:
    (night,) = planned("9:00", hours=24)
    assert paired("i8:58 o9:05+1", night) == "8:58-9:05"
    assert paired("i8:58 o15:00+1", night) == "8:58-15:00"
    assert paired("i8:58 o15:00:01+1", night) == "8:58- -15:00"
    assert paired("i4:59:59 o9:05+1", night) == "4:59- -9:05", "an in before the window is not for it"


@pytest.mark.parametrize(
    ("punches", "expected"),
    [
        ("i9:00 i9:01 o17:00", "9:00-17:00"),
        ("i9:00 i9:01:01 o17:00", "9:00- 9:01-17:00"),
        ("i8:59 o16:59:30 o17:00:30", "8:59-17:00"),
        ("i8:59 o16:59:30 o17:00:31", "8:59-16:59 -17:00"),
        ("i9:00 o9:00:30 i9:00:50 o17:00", "9:00-9:00 9:00-17:00"),
        ("i9:00 ?9:00:30 o17:00", "9:00-17:00"),
        ("?9:00 ?9:01 ?17:00", "9:00-17:00?"),
    ],
)
def test_equal_punches_within_a_minute_are_one_and_the_better_one_counts(punches: str, expected: str) -> None:
    assert paired(punches) == expected


@pytest.mark.parametrize(
    ("punches", "expected"),
    [
        ("i9:00 o9:01:59 o17:00", "-17:00!"),
        ("i9:00 o9:02 o17:00", "9:00-9:02 -17:00"),
        ("i9:00 o9:01:59 i12:00 o17:00", "9:00-9:01 12:00-17:00"),
        ("i9:00 o9:01:59", "9:00-9:01"),
        ("i9:00 o9:01:59 o1:00+1", "-1:00!"),
        ("i9:00 o9:01:59 o1:00:01+1", "9:00-9:01 -1:00"),
    ],
)
def test_stint_of_less_than_two_minutes_before_an_out_without_an_in_is_a_slip(punches: str, expected: str) -> None:
    assert paired(punches) == expected


@pytest.mark.parametrize(
    ("punches", "expected"),
    [
        ("?9:00 ?17:00", "9:00-17:00?"),
        ("?9:00 ?12:00 ?12:45 ?17:00", "9:00-12:00? 12:45-17:00?"),
        ("?9:00 ?12:00 ?17:00", "9:00-12:00? 17:00-?"),
        ("i9:00 ?17:00", "9:00-17:00?"),
        ("?9:00 o17:00", "9:00-17:00?"),
        ("?9:00 i13:00 o17:00", "9:00-? 13:00-17:00"),
        ("?9:00 ?1:00:01+1", "9:00-? 1:00-?"),
        ("o9:00 ?13:00", "-9:00 13:00-?"),
    ],
)
def test_unknown_kinds_take_turns_and_are_marked(punches: str, expected: str) -> None:
    assert paired(punches) == expected


def test_turns_begin_anew_with_the_window_of_the_next_day() -> None:
    late, early = "?18:00 ?5:30+1 ?13:02+1", planned("14:00", "5:30+1", hours=7.5)
    assert paired(late) == "18:00-5:30? 13:02-?"
    assert paired(late, *early) == "18:00-5:30? 13:02-?", "windows that touch are one day"
    assert paired(late, *planned("8:00", "6:00+1")) == "18:00-? 5:30-13:02?"


def test_each_number_is_the_policys() -> None:
    policy = AttendancePolicy(
        same_punch=timedelta(), shortest_stint=timedelta(minutes=5), longest_stint=timedelta(hours=8)
    )
    assert paired("i9:00 i9:00:30 o17:00", policy=policy) == "9:00- 9:00-17:00"
    assert paired("i9:00 o9:04 o17:00", policy=policy) == "-17:00!"
    assert paired("i9:00 o17:00:01", policy=policy) == "9:00- -17:00"


TIMES = st.integers(0, 3 * 24 * 60).map(lambda minutes: at("0:00") + timedelta(minutes=minutes))
PUNCHES = st.lists(st.tuples(TIMES, st.sampled_from(["in", "out", "unknown"])), max_size=12)


@given(PUNCHES)
def test_no_punch_is_invented_or_counted_twice(drawn: list[tuple[object, Way]]) -> None:
    stated = (fact(punch(when, way, name=str(number))) for number, (when, way) in enumerate(drawn))  # type: ignore[arg-type]
    given_ = sorted((each[1] for each in stated if each and isinstance(each[1], Punch)), key=lambda each: each.order)
    found = stints(given_, planned("9:00", "22:00", "9:00+1"), POLICY)
    used = [each for stint in found for each in (stint.began, stint.ended) if each is not None]
    assert all(each in given_ for each in used)
    assert len(set(used)) == len(used)
    assert [each.at for each in used] == sorted(each.at for each in used)
    assert all(stint.began.way != "out" for stint in found if stint.began)
    assert all(stint.ended.way != "in" for stint in found if stint.ended)
    assert all(stint.until - stint.since <= timedelta(hours=16) for stint in found)
