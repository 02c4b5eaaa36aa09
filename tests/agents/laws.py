"""What the laws of all agents need: orders of arrival, storage in between, what stands for a reader of the topic."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from agents.kernel import Cell, Partition, World, replay
from schemas.events import DecisionMade, Event, ProposalMade, ProposalWithdrawn, Tick
from tests.builders import tick

Fresh = Callable[[], Partition]
"""Makes the partition that a story begins with."""


UP_TO_3, UP_TO_4 = st.integers(0, 3), st.integers(0, 4)


@st.composite
def arrivals(draw: st.DrawFn, told: Sequence[Event], instants: st.SearchStrategy[datetime], last: Tick) -> list[Event]:
    """Draw an order of arrival with duplicates, ticks in between, and a last tick."""
    again = st.sampled_from(told)
    order: list[Event] = list(draw(st.permutations([*told, *(draw(again) for _ in range(draw(UP_TO_4)))])))
    for when in sorted(draw(instants) for _ in range(draw(UP_TO_3))):
        order.insert(draw(st.integers(0, len(order))), tick(when))
    return [*order, last]


def said(partition: Partition, events: Sequence[Event]) -> list[Event]:
    """Fold events and return what was emitted."""
    return [each.event for each in replay((), events, partition)[1]]


def standing(emitted: list[Event]) -> set[tuple[str, str, str]]:
    """Return what stands for somebody who only reads the topic, without ids and counts."""
    made: dict[Any, ProposalMade] = {}
    for event in emitted:
        if isinstance(event, ProposalMade):
            made[event.proposal_id] = event
        elif isinstance(event, ProposalWithdrawn):
            del made[event.proposal_id]
    return {(each.kind, each.cause, each.payload) for each in made.values()}


def stored(partition: Partition) -> Partition:
    """Return the partition as it comes back from storage."""
    agents = partition.agents
    back = Partition(agents.values(), World.decode(partition.world.encode()))
    for place, cell in partition.cells.items():
        agent = agents[place.agent]
        state = None if cell.state is None else agent.restore(agent.version, agent.encode(cell.state))
        back.load({place: Cell(state, cell.wake_at, dict(cell.raised))})
        back.expect([(place, cell.wake_at)] if cell.wake_at else [])
    return back


def resumes_anywhere(fresh: Fresh, order: Sequence[Event]) -> None:
    """Law: a replay that is stored and loaded before each event comes to the same as one that is not."""
    whole, cut, emitted = fresh(), fresh(), []
    expected = said(whole, order)
    for event in order:
        cut = stored(cut)
        emitted += said(cut, [event])
    assert emitted == expected
    assert {place: cell.state for place, cell in cut.cells.items()} == {
        place: cell.state for place, cell in whole.cells.items()
    }


def has_stable_ids(fresh: Fresh, order: Sequence[Event]) -> None:
    """Law: a replay gives the same ids; no two events, proposals or decisions have one."""
    emitted = said(fresh(), order)
    assert said(fresh(), order) == emitted
    proposals = [event.proposal_id for event in emitted if isinstance(event, ProposalMade)]
    decisions = [event.decision_id for event in emitted if isinstance(event, DecisionMade)]
    for ids in ([event.event_id for event in emitted], proposals, decisions):
        assert len(set(ids)) == len(ids)
