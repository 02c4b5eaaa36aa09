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


HOURS = st.sampled_from([0.5, 4, 8, 12, 30])
WAYS = st.sampled_from(["in", "in", "out", "out", "unknown"])
KINDS = st.sampled_from(["work", "work", "work", "training", "on_call"])
ABSENCES = st.sampled_from([1, 6, 24]).map(lambda hours: timedelta(hours=hours))
STATUSES = st.sampled_from(["approved", "approved", "requested", "refused"])
TWICE, THRICE, SELDOM = st.integers(1, 2), st.integers(1, 3), st.integers(0, 3).map(lambda drawn: drawn == 0)
# Strategies stand here, not where they are drawn from: to make one costs more than to draw from it.


def _shift(draw: st.DrawFn, number: int) -> list[RowEvent]:
    name = f"shift {number}"
    kind = draw(KINDS)
    made = [shift(draw(INSTANTS), draw(HOURS), name=name, revision=each + 1, kind=kind) for each in range(draw(THRICE))]
    last = len(made) + 1
    after = [cancelled(made[-1], last), shift(draw(INSTANTS), draw(HOURS), name=name, revision=last + 1)]
    return [*made, *after[: draw(THRICE) - 1]]


def _punch(draw: st.DrawFn, number: int, near: st.SearchStrategy[datetime]) -> list[RowEvent]:
    name = f"punch {number}"
    made = [punch(draw(near), draw(WAYS), name=name, revision=each + 1) for each in range(draw(TWICE))]
    return [*made, *([voided(made[-1], len(made) + 1)] if draw(SELDOM) else [])]


def _leave(draw: st.DrawFn, number: int) -> list[RowEvent]:
    since = draw(INSTANTS)
    until, status, name, protected = since + draw(ABSENCES), draw(STATUSES), f"leave {number}", draw(SELDOM)
    made = [
        leave(since, until, status, name=name, revision=each + 1, protected=protected) for each in range(draw(TWICE))
    ]
    return [*made, *([unleave(made[-1], len(made) + 1)] if draw(SELDOM) else [])]


@st.composite
def _facts_of_days(draw: st.DrawFn) -> list[Event]:
    shifts = [_shift(draw, number) for number in range(draw(SHIFTS))]
    starts = st.sampled_from([each.occurred_at for revisions in shifts for each in revisions])
    near = st.one_of(INSTANTS, st.tuples(starts, LATENESS).map(lambda drawn: drawn[0] + drawn[1]))
    punches = [_punch(draw, number, near) for number in range(draw(PUNCHES))]
    leaves = [_leave(draw, number) for number in range(draw(FEW))]
    policies: list[WorldEvent] = [policy(draw(POLICIES), draw(INSTANTS), number + 1) for number in range(draw(FEW))]
    return [*policies, *(event for family in (shifts, punches, leaves) for revisions in family for event in revisions)]


SHIFTS, PUNCHES, FEW = st.integers(1, 5), st.integers(0, 7), st.integers(0, 2)
FACTS_OF_DAYS = _facts_of_days()
"""Facts, each natural key with its revisions in order, and now and then a policy."""


def arrivals(facts: list[Event]) -> st.SearchStrategy[list[Event]]:
    """Draw an order of arrival of these facts."""
    return laws.arrivals(facts, INSTANTS, LAST_TICK)
