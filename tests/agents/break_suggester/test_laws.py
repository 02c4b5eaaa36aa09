"""Laws of the break-suggester, for any facts in any order."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.break_suggester import AGENT, facts
from agents.kernel import Cell, Partition
from schemas.events import Event, ProposalMade, ProposalWithdrawn, RowEvent
from schemas.policies.breaks import BreakPolicy
from tests.agents.worlds import fold, live, state_of
from tests.builders import MONDAY, at, cancelled, policy, punch, shift, tick, voided

LAST_TICK = tick(at("0:00", 4))
INSTANTS = st.integers(0, 24 * 4).map(lambda quarters: MONDAY + timedelta(minutes=15 * quarters))
WAYS = st.sampled_from(["in", "in", "out"])


@st.composite
def told(draw: st.DrawFn) -> list[Event]:
    """Draw what can happen to somebody within a day, and now and then a policy."""
    events: list[Event] = []
    for number in range(draw(st.integers(1, 6))):
        name = f"punch {number}"
        made = [punch(draw(INSTANTS), draw(WAYS), name=name, revision=each) for each in range(draw(st.integers(1, 2)))]
        events += [*made, *([voided(made[-1], 9)] if draw(st.integers(0, 3)) == 0 else [])]
    for number in range(draw(st.integers(0, 2))):
        name = f"shift {number}"
        planned = shift(draw(INSTANTS), draw(st.sampled_from([4, 6, 9])), name=name)
        events += [planned, *([cancelled(planned)] if draw(st.integers(0, 3)) == 0 else [])]
    if draw(st.booleans()):
        events.append(policy(BreakPolicy(longest_stint=draw(st.sampled_from([1, 4])) * timedelta(hours=1)), MONDAY))
    return events


@st.composite
def arrivals(draw: st.DrawFn, events: list[Event]) -> list[Event]:
    """Draw an order of arrival with duplicates, ticks in between, and a last tick."""
    order: list[Event] = list(draw(st.permutations([*events, *draw(st.lists(st.sampled_from(events), max_size=3))])))
    for when in sorted(draw(st.lists(INSTANTS, max_size=3))):
        order.insert(draw(st.integers(0, len(order))), tick(when))
    return [*order, LAST_TICK]


def standing(emitted: list[Event]) -> set[tuple[str, str]]:
    """Return what stands for somebody who only reads the topic."""
    made: dict[Any, ProposalMade] = {}
    for event in emitted:
        if isinstance(event, ProposalMade):
            made[event.proposal_id] = event
        elif isinstance(event, ProposalWithdrawn):
            del made[event.proposal_id]
    return {(each.cause, each.payload) for each in made.values()}


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_order_with_duplicates_ends_in_the_same_facts_and_the_same_suggestion(data: st.DataObject) -> None:
    events = data.draw(told())
    straight, shuffled = live(AGENT), live(AGENT)
    one = fold(AGENT, *events, LAST_TICK, partition=straight)
    other = fold(AGENT, *data.draw(arrivals(events)), partition=shuffled)
    assert facts(state_of(shuffled)) == facts(state_of(straight))
    assert standing(other) == standing(one)
    assert len(standing(one)) <= 1


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_duplicate_changes_nothing(data: st.DataObject) -> None:
    order = data.draw(arrivals(data.draw(told())))
    partition = live(AGENT)
    fold(AGENT, *order, partition=partition)
    partition.take_changes()
    assert fold(AGENT, *(event for event in order if isinstance(event, RowEvent)), partition=partition) == []
    assert partition.take_changes().cells == {}


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_resuming_from_any_snapshot_equals_the_full_replay(data: st.DataObject) -> None:
    order = data.draw(arrivals(data.draw(told())))
    whole, cut, emitted = live(AGENT), live(AGENT), []
    expected = fold(AGENT, *order, partition=whole)
    for event in order:
        cut = snapshot(cut)
        emitted += fold(AGENT, event, partition=cut)
    assert emitted == expected
    assert state_of(cut) == state_of(whole)


def snapshot(partition: Partition) -> Partition:
    """Return the partition as it comes back from storage."""
    stored = Partition([AGENT], partition.world)
    for place, cell in partition.cells.items():
        state = AGENT.restore(AGENT.version, AGENT.encode(cell.state))
        stored.load({place: Cell(state, cell.wake_at, dict(cell.raised))})
        stored.expect([(place, cell.wake_at)] if cell.wake_at else [])
    return stored


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_ids_are_stable_and_never_repeat(data: st.DataObject) -> None:
    order = data.draw(arrivals(data.draw(told())))
    emitted = fold(AGENT, *order)
    assert fold(AGENT, *order) == emitted
    assert len({event.event_id for event in emitted}) == len(emitted)
    proposals = [event.proposal_id for event in emitted if isinstance(event, ProposalMade)]
    assert len(set(proposals)) == len(proposals)
