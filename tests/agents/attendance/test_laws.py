"""Laws of the attendance fold, for any facts in any order."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.attendance import AGENT, facts
from agents.attendance.judging import finding
from agents.kernel import Cell, Partition
from schemas.events import Event, ProposalMade, ProposalWithdrawn, ShiftJudged, Tick
from tests.agents.attendance.days import LAST_TICK, arrivals, facts_of_days
from tests.agents.worlds import fold, live, state_of


def standing(emitted: list[Event]) -> set[tuple[str, str, str]]:
    """Return what stands for somebody who only reads the topic, without ids and counts."""
    made: dict[Any, ProposalMade] = {}
    for event in emitted:
        if isinstance(event, ProposalMade):
            made[event.proposal_id] = event
        elif isinstance(event, ProposalWithdrawn):
            del made[event.proposal_id]
    return {(each.kind, each.cause, each.payload) for each in made.values()}


def verdicts(emitted: list[Event]) -> dict[Any, tuple[str, int]]:
    """Return the newest judgement of each shift that still exists and is not open again."""
    newest = {event.shift_id: event for event in emitted if isinstance(event, ShiftJudged)}
    return {
        shift_id: (event.verdict, event.minutes)
        for shift_id, event in newest.items()
        if event.verdict not in ("cancelled", "pending")
    }


@given(st.data())
@settings(max_examples=70, deadline=None)
def test_any_order_with_duplicates_ends_in_the_same_facts_and_standing_proposals(data: st.DataObject) -> None:
    told = data.draw(facts_of_days())
    straight, shuffled = live(AGENT), live(AGENT)
    one = fold(AGENT, *told, LAST_TICK, partition=straight)
    other = fold(AGENT, *data.draw(arrivals(told)), partition=shuffled)
    assert facts(state_of(shuffled)) == facts(state_of(straight))
    assert standing(other) == standing(one)
    assert verdicts(other) == verdicts(one)


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_judging_only_what_a_fact_can_touch_comes_to_the_same_as_judging_all(data: st.DataObject) -> None:
    partition = live(AGENT)
    fold(AGENT, *data.draw(arrivals(data.draw(facts_of_days()))), partition=partition)
    sheet = state_of(partition)
    for shift in sheet.shifts:
        found = finding(shift, sheet, partition.world)
        assert (found.verdict, found.minutes, found.due) == (shift.verdict, shift.minutes, shift.due)


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_duplicate_changes_nothing(data: st.DataObject) -> None:
    order = data.draw(arrivals(data.draw(facts_of_days())))
    partition = live(AGENT)
    fold(AGENT, *order, partition=partition)
    before = state_of(partition)
    assert fold(AGENT, *order, partition=partition) == []
    assert state_of(partition) == before


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_resuming_from_any_snapshot_equals_the_full_replay(data: st.DataObject) -> None:
    order = data.draw(arrivals(data.draw(facts_of_days())))
    whole, cut = live(AGENT), live(AGENT)
    expected, emitted = fold(AGENT, *order, partition=whole), []
    for event in order:
        cut = snapshot(cut)
        emitted += fold(AGENT, event, partition=cut)
    assert emitted == expected
    assert state_of(cut) == state_of(whole)


def snapshot(partition: Partition) -> Partition:
    """Return the partition as it comes back from storage."""
    stored = Partition([AGENT], type(partition.world).decode(partition.world.encode()))
    for place, cell in partition.cells.items():
        state = None if cell.state is None else AGENT.restore(AGENT.version, AGENT.encode(cell.state))
        stored.load({place: Cell(state, cell.wake_at, dict(cell.raised))})
        stored.expect([(place, cell.wake_at)] if cell.wake_at else [])
    return stored


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_ids_are_stable_and_never_repeat(data: st.DataObject) -> None:
    order = data.draw(arrivals(data.draw(facts_of_days())))
    emitted = fold(AGENT, *order)
    assert fold(AGENT, *order) == emitted
    assert len({event.event_id for event in emitted}) == len(emitted)
    proposals = [event.proposal_id for event in emitted if isinstance(event, ProposalMade)]
    assert len(set(proposals)) == len(proposals)


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_versions_of_a_judgement_rise_by_one_and_each_says_something_new(data: st.DataObject) -> None:
    emitted = fold(AGENT, *data.draw(arrivals(data.draw(facts_of_days()))))
    said: dict[Any, ShiftJudged] = {}
    for event in emitted:
        if isinstance(event, ShiftJudged):
            before = said.get(event.shift_id)
            assert event.version == (before.version if before else 0) + 1
            ours = {"event_id", "causation_id", "correlation_id", "occurred_at", "recorded_at", "version"}
            assert before is None or before.model_dump(exclude=ours) != event.model_dump(exclude=ours)
            said[event.shift_id] = event


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_passing_time_only_ever_finds_somebody_missing(data: st.DataObject) -> None:
    partition = live(AGENT)
    for event in data.draw(arrivals(data.draw(facts_of_days()))):
        emitted = fold(AGENT, event, partition=partition)
        if isinstance(event, Tick):
            assert {each.verdict for each in emitted if isinstance(each, ShiftJudged)} <= {"missing"}
