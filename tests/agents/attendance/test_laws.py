"""Laws of the attendance fold, for any facts in any order."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.attendance import AGENT, facts
from agents.attendance.chapters import opened
from agents.attendance.judging import judged
from schemas.events import Event, ShiftCancelled, ShiftJudged, ShiftScheduled, Tick
from tests.agents.attendance.days import FACTS_OF_DAYS, LAST_TICK, arrivals
from tests.agents.laws import has_stable_ids, resumes_anywhere, standing
from tests.agents.worlds import fold, live, state_of
from tests.builders import at, punch, shift, tick


def verdicts(emitted: list[Event]) -> dict[Any, tuple[str, int]]:
    """Return the newest judgement of each shift that still exists and is not open again."""
    newest = {event.shift_id: event for event in emitted if isinstance(event, ShiftJudged)}
    return {
        shift_id: (event.verdict, event.minutes)
        for shift_id, event in newest.items()
        if event.verdict not in ("cancelled", "pending")
    }


@given(st.data())
def test_any_order_with_duplicates_ends_in_the_same_facts_and_standing_proposals(data: st.DataObject) -> None:
    told = data.draw(FACTS_OF_DAYS)
    straight, shuffled = live(AGENT), live(AGENT)
    one = fold(AGENT, *told, LAST_TICK, partition=straight)
    other = fold(AGENT, *data.draw(arrivals(told)), partition=shuffled)
    assert facts(state_of(shuffled)) == facts(state_of(straight))
    assert standing(other) == standing(one)
    assert verdicts(other) == verdicts(one)


@given(st.data())
def test_judging_only_what_a_fact_can_touch_comes_to_the_same_as_judging_all(data: st.DataObject) -> None:
    is_judged_as_a_whole(data.draw(arrivals(data.draw(FACTS_OF_DAYS))))


def rounds(count: int = 10) -> tuple[list[Event], list[Event]]:
    """Return shifts of 8 hours 6 hours apart, in one day without end, and punches of a device that does not ask."""
    starts = [at("9:00") + number * timedelta(hours=14) for number in range(count)]
    sides = [(start - timedelta(minutes=3), start + timedelta(hours=8, minutes=1)) for start in starts]
    return [shift(start) for start in starts], [punch(side, "unknown") for both in sides for side in both]


@pytest.mark.parametrize("late", [0, 1, -2, -1])
@pytest.mark.parametrize("lacking", [0, 1])
def test_turns_that_reach_far_are_judged_as_a_whole(late: int, lacking: int) -> None:
    shifts, punches = rounds()
    told = punches[lacking:]
    last = told.pop(late)
    is_judged_as_a_whole([*shifts, *told, last])


def test_long_shift_says_something_of_the_one_before() -> None:
    before, long = shift(at("12:00")), shift(at("22:00"), 30)
    is_judged_as_a_whole([before, long, punch(at("18:30")), punch(at("4:30", 2), "out"), tick(at("5:00", 2))])


def test_stint_that_is_cut_says_something_of_where_it_had_ended() -> None:
    sides = [punch(at("0:00")), punch(at("12:00"), "out"), punch(at("12:30")), punch(at("17:00"), "out")]
    is_judged_as_a_whole([shift(at("9:00")), *sides, tick(at("18:00")), punch(at("1:00"), "out")])


def test_stint_beside_a_shift_that_was_worked_after_all_is_nearest_to_another_absence() -> None:
    morning, afternoon = shift(at("8:00"), 2), shift(at("16:30"), 2)
    between = [punch(at("11:40")), punch(at("12:00"), "out"), punch(at("12:30")), punch(at("12:40"), "out")]
    is_judged_as_a_whole([morning, afternoon, *between, tick(at("19:00")), punch(at("8:00"))])


def is_judged_as_a_whole(order: list[Event]) -> None:
    """Law: shifts that were judged bit by bit are judged as they would be all at once."""
    partition = live(AGENT)
    fold(AGENT, *order, partition=partition)
    sheet = opened(state_of(partition))
    assert judged(sheet, [each.span for each in sheet.shifts], partition.world) == sheet.shifts


@given(st.data())
def test_duplicate_changes_nothing(data: st.DataObject) -> None:
    order = data.draw(arrivals(data.draw(FACTS_OF_DAYS)))
    partition = live(AGENT)
    fold(AGENT, *order, partition=partition)
    before = state_of(partition)
    assert fold(AGENT, *order, partition=partition) == []
    assert state_of(partition) == before


@given(st.data())
def test_resuming_from_any_snapshot_equals_the_full_replay(data: st.DataObject) -> None:
    resumes_anywhere(partial(live, AGENT), data.draw(arrivals(data.draw(FACTS_OF_DAYS))))


@given(st.data())
def test_ids_are_stable_and_never_repeat(data: st.DataObject) -> None:
    has_stable_ids(partial(live, AGENT), data.draw(arrivals(data.draw(FACTS_OF_DAYS))))


@given(st.data())
def test_versions_of_a_judgement_rise_by_one_and_each_says_something_new(data: st.DataObject) -> None:
    emitted = fold(AGENT, *data.draw(arrivals(data.draw(FACTS_OF_DAYS))))
    said: dict[Any, ShiftJudged] = {}
    for event in emitted:
        if isinstance(event, ShiftJudged):
            before = said.get(event.shift_id)
            assert event.version == (before.version if before else 0) + 1
            ours = {"event_id", "causation_id", "correlation_id", "occurred_at", "recorded_at", "version"}
            assert before is None or before.model_dump(exclude=ours) != event.model_dump(exclude=ours)
            said[event.shift_id] = event


@given(st.data())
def test_passing_time_makes_nobody_late(data: st.DataObject) -> None:
    partition, minutes, told = live(AGENT), dict[Any, int](), data.draw(FACTS_OF_DAYS)
    moved = {each.shift_id for each in told if isinstance(each, ShiftScheduled | ShiftCancelled) and each.revision > 1}
    for event in data.draw(arrivals(told)):
        for each in fold(AGENT, event, partition=partition):
            if isinstance(each, ShiftJudged) and each.shift_id not in moved:
                same = each.minutes == minutes.get(each.shift_id, 0)
                assert not isinstance(event, Tick) or same or each.inferred
                minutes[each.shift_id] = each.minutes
