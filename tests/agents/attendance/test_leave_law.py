"""Approving protected leave never lowers the score (X1), through the whole fold."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agents.attendance import AGENT
from schemas.events import Event
from schemas.policies import AttendancePolicy
from tests.agents.attendance.telling import came, late, no_show
from tests.agents.worlds import fold, live, state_of
from tests.builders import at, leave, policy, punch, shift, tick
from tests.facts import called, exception


def unprotected(day: int) -> list[Event]:
    """Called, and not for a protected reason: half."""
    planned = shift(at("9:00", day))
    told = exception(planned, "unprotected", when=at("18:00", day))
    return [planned, called(planned), told, tick(at("18:01", day))]


def still_on(day: int) -> list[Event]:
    return [shift(at("9:00", day)), punch(at("9:40", day))]


DAYS = st.lists(st.sampled_from([came, came, late, no_show, unprotected, still_on]), min_size=1, max_size=14)
HOURS = st.tuples(st.integers(0, 60), st.integers(1, 40)).map(lambda sixes: [6 * each for each in sixes])


@given(DAYS, HOURS, st.integers(1, 5), st.sampled_from([3, 7, 90]))
def test_approving_protected_leave_never_lowers_the_score_that_is_shown(
    days: list[Any], hours: list[int], least: int, window: int
) -> None:
    rules = AttendancePolicy(score_shifts=least, score_window=timedelta(days=window))
    partition = live(AGENT, policy(rules, at("0:00", -1)))
    fold(AGENT, *(event for day, told in enumerate(days) for event in told(day)), partition=partition)
    before = state_of(partition).shown.tenths
    since = at("0:00") + timedelta(hours=hours[0])
    approved = leave(since, since + timedelta(hours=hours[1]), protected=True)
    fold(AGENT, approved.model_copy(update={"recorded_at": at("0:00", 20)}), partition=partition)
    after = state_of(partition).shown.tenths
    assert before is None or after is None or after >= before
