"""The agent's score and flags are those of the slow, obvious ones, on random settled shifts."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from agents.attendance.flags import flags
from agents.attendance.memory import Armed, Settled
from agents.attendance.score import Record, shown
from schemas.policies import AttendancePolicy
from tests.agents.attendance import slow_score
from tests.agents.attendance.settling import by, one

SIX_HOURS = timedelta(hours=6)
PLACES, WITHOUT = st.sets(st.integers(0, 700), max_size=80).map(sorted), st.sampled_from([None, 0, 25, 50, 75])
LETTERS, CONTACT = st.sampled_from("11111mhhq00nnnc-xppp"), st.sampled_from([None, None, 1, 2, 9])
POLICIES = st.builds(
    AttendancePolicy,
    score_shifts=st.sampled_from([1, 3, 10]),
    score_window=st.sampled_from([7, 30, 90]).map(lambda days: timedelta(days=days)),
    flag_below=st.sampled_from([80, 95]),
    flag_hr_below=st.sampled_from([60, 75]),
    flag_rearm=st.sampled_from([0, 2, 10]),
    review_episodes=st.integers(1, 3),
)


@st.composite
def _settled(draw: st.DrawFn) -> list[Settled]:
    found = []
    for place in draw(PLACES):
        shift, back = one(draw(LETTERS), place, SIX_HOURS), draw(CONTACT)
        heard = None if back is None else shift.starts_at - back * SIX_HOURS
        found.append(replace(shift, contact_at=heard, without_leave=draw(WITHOUT) if shift.protected else None))
    return found


SETTLED = _settled()


def agrees(shifts: list[Settled], policy: AttendancePolicy) -> None:
    record = Record(shifts, by(policy))
    days = [
        slow_score.Day(
            each.starts_at, each.verdict, each.credit, each.protected, each.without_leave, each.contact_at
        )
        for each in shifts
    ]  # fmt: skip
    found, slow = shown(record), slow_score.score(days, policy)
    assert (found[0].tenths if found else None) == (None if slow is None else int(slow * 10))
    raised = [(each.level, shifts[each.place].starts_at) for each in flags(record, Armed())]
    assert sorted(raised) == sorted(slow_score.raised(days, policy))


@given(SETTLED, POLICIES)
def test_score_and_flags_are_those_of_the_slow_ones(shifts: list[Settled], policy: AttendancePolicy) -> None:
    agrees(shifts, policy)


@pytest.mark.slow
@given(SETTLED, POLICIES)
@settings(max_examples=3_000)
def test_score_and_flags_are_those_of_the_slow_ones_many_times(shifts: list[Settled], policy: AttendancePolicy) -> None:
    agrees(shifts, policy)
