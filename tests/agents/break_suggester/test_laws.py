"""Laws of the break-suggester, for any facts in any order."""

from datetime import timedelta
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from agents.break_suggester import AGENT, facts
from schemas.events import Event, RowEvent
from schemas.policies.breaks import BreakPolicy
from tests.agents import laws
from tests.agents.laws import has_stable_ids, resumes_anywhere, standing
from tests.agents.worlds import fold, live, state_of
from tests.builders import MONDAY, at, cancelled, policy, punch, shift, tick, voided

LAST_TICK = tick(at("0:00", 4))
INSTANTS = st.integers(0, 24 * 4).map(lambda quarters: MONDAY + timedelta(minutes=15 * quarters))
WAYS = st.sampled_from(["in", "in", "out"])


HOURS, STINTS = st.sampled_from([4, 6, 9]), st.sampled_from([1, 4])
PUNCHES, REVISIONS, SHIFTS = st.integers(1, 6), st.integers(1, 2), st.integers(0, 2)
SELDOM, SOMETIMES = st.integers(0, 3).map(lambda drawn: drawn == 0), st.booleans()


@st.composite
def _told(draw: st.DrawFn) -> list[Event]:
    events: list[Event] = []
    for number in range(draw(PUNCHES)):
        name = f"punch {number}"
        made = [punch(draw(INSTANTS), draw(WAYS), name=name, revision=each) for each in range(draw(REVISIONS))]
        events += [*made, *([voided(made[-1], 9)] if draw(SELDOM) else [])]
    for number in range(draw(SHIFTS)):
        planned = shift(draw(INSTANTS), draw(HOURS), name=f"shift {number}")
        events += [planned, *([cancelled(planned)] if draw(SELDOM) else [])]
    if draw(SOMETIMES):
        events.append(policy(BreakPolicy(longest_stint=draw(STINTS) * timedelta(hours=1)), MONDAY))
    return events


TOLD = _told()
"""What can happen to somebody within a day, and now and then a policy."""


def arrivals(events: list[Event]) -> st.SearchStrategy[list[Event]]:
    """Draw an order of arrival of these events."""
    return laws.arrivals(events, INSTANTS, LAST_TICK)


@given(st.data())
def test_any_order_with_duplicates_ends_in_the_same_facts_and_the_same_suggestion(data: st.DataObject) -> None:
    events = data.draw(TOLD)
    straight, shuffled = live(AGENT), live(AGENT)
    one = fold(AGENT, *events, LAST_TICK, partition=straight)
    other = fold(AGENT, *data.draw(arrivals(events)), partition=shuffled)
    assert facts(state_of(shuffled)) == facts(state_of(straight))
    assert standing(other) == standing(one)
    assert len(standing(one)) <= 1


@given(st.data())
def test_duplicate_changes_nothing(data: st.DataObject) -> None:
    order = data.draw(arrivals(data.draw(TOLD)))
    partition = live(AGENT)
    fold(AGENT, *order, partition=partition)
    partition.take_changes()
    assert fold(AGENT, *(event for event in order if isinstance(event, RowEvent)), partition=partition) == []
    assert partition.take_changes().cells == {}


@given(st.data())
def test_resuming_from_any_snapshot_equals_the_full_replay(data: st.DataObject) -> None:
    resumes_anywhere(partial(live, AGENT), data.draw(arrivals(data.draw(TOLD))))


@given(st.data())
def test_ids_are_stable_and_never_repeat(data: st.DataObject) -> None:
    has_stable_ids(partial(live, AGENT), data.draw(arrivals(data.draw(TOLD))))
