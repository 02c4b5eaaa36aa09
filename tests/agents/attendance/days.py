"""Hypothesis strategies: what can happen to one employee within a few days, and the orders in which it can arrive."""

from datetime import datetime, timedelta

from hypothesis import strategies as st

from schemas.events import Event, RowEvent, WorldEvent
from schemas.policies import AttendancePolicy
from tests.agents import laws
from tests.builders import MONDAY, at, cancelled, leave, policy, punch, shift, tick, unleave, voided

LAST_TICK = tick(at("0:00", 9))
INSTANTS = st.integers(0, 4 * 24 * 4).map(lambda quarters: MONDAY + timedelta(minutes=15 * quarters))
LATENESS = st.sampled_from([0, 1, 299, 300, 301, 359, 360, 361, 4000]).map(lambda seconds: timedelta(seconds=seconds))
POLICIES = st.builds(
    AttendancePolicy,
    grace=st.sampled_from([0, 5, 15]).map(lambda minutes: timedelta(minutes=minutes)),
    early_window=st.sampled_from([1, 4, 24]).map(lambda hours: timedelta(hours=hours)),
    late_window=st.sampled_from([1, 4, 24]).map(lambda hours: timedelta(hours=hours)),
    handover=st.sampled_from([0, 15, 60]).map(lambda minutes: timedelta(minutes=minutes)),
    no_show_after=st.sampled_from([1, 2, 24]).map(lambda hours: timedelta(hours=hours)),
    flag_count=st.integers(1, 3),
    flag_window=st.sampled_from([1, 14]).map(lambda days: timedelta(days=days)),
)


@st.composite
def _shift(draw: st.DrawFn, number: int) -> list[RowEvent]:
    hours, name = st.sampled_from([0.5, 4, 8, 12, 30]), f"shift {number}"
    made = [shift(draw(INSTANTS), draw(hours), name=name, revision=each + 1) for each in range(draw(st.integers(1, 3)))]
    last = len(made) + 1
    after = [cancelled(made[-1], last), shift(draw(INSTANTS), draw(hours), name=name, revision=last + 1)]
    return [*made, *after[: draw(st.integers(0, 2))]]


@st.composite
def _punch(draw: st.DrawFn, number: int, near: list[datetime]) -> list[RowEvent]:
    when = st.one_of(INSTANTS, st.builds(lambda start, late: start + late, st.sampled_from(near), LATENESS))
    name, way = f"punch {number}", st.sampled_from(["in", "in", "out"])
    made = [punch(draw(when), draw(way), name=name, revision=each + 1) for each in range(draw(st.integers(1, 2)))]
    return [*made, *([voided(made[-1], len(made) + 1)] if draw(st.booleans()) and draw(st.booleans()) else [])]


@st.composite
def _leave(draw: st.DrawFn, number: int) -> list[RowEvent]:
    since = draw(INSTANTS)
    until = since + draw(st.sampled_from([1, 6, 24])) * timedelta(hours=1)
    status = st.sampled_from(["approved", "approved", "requested", "cancelled"])
    name = f"leave {number}"
    made = [leave(since, until, draw(status), name=name, revision=each + 1) for each in range(draw(st.integers(1, 2)))]
    return [*made, *([unleave(made[-1], len(made) + 1)] if draw(st.booleans()) and draw(st.booleans()) else [])]


@st.composite
def facts_of_days(draw: st.DrawFn) -> list[Event]:
    """Draw facts, each natural key with its revisions in order, and now and then a policy."""
    shifts = [draw(_shift(number)) for number in range(draw(st.integers(1, 5)))]
    starts = [each.occurred_at for revisions in shifts for each in revisions]
    punches = [draw(_punch(number, starts)) for number in range(draw(st.integers(0, 7)))]
    leaves = [draw(_leave(number)) for number in range(draw(st.integers(0, 2)))]
    policies: list[WorldEvent] = [
        policy(draw(POLICIES), draw(INSTANTS), number + 1) for number in range(draw(st.integers(0, 2)))
    ]
    return [*policies, *(event for family in (shifts, punches, leaves) for revisions in family for event in revisions)]


def arrivals(facts: list[Event]) -> st.SearchStrategy[list[Event]]:
    """Draw an order of arrival of these facts."""
    return laws.arrivals(facts, INSTANTS, LAST_TICK)
