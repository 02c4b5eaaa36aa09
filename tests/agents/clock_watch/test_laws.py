"""Laws of the clock watch, for any facts in any order."""

from datetime import timedelta
from functools import partial

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from agents.clock_watch import AGENT, facts, judged
from agents.clock_watch.silence import silences
from schemas.events import Event
from schemas.policies.clocks import ClockPolicy
from tests.agents import laws
from tests.agents.clock_watch.telling import ANN, BEN, comes, folded, gone, late, outages, place_of, watch
from tests.agents.laws import has_stable_ids, resumes_anywhere
from tests.agents.worlds import fold, live
from tests.builders import MONDAY, at, policy, tick
from tests.facts import clock_seen

END = at("0:00", 5)
LAST_TICK = tick(END)
INSTANTS = st.integers(0, 24 * 6).map(lambda parts: MONDAY + timedelta(minutes=10 * parts))
WHO, HOURS, SHIFTS, SIGNS = (
    st.sampled_from([ANN, BEN]),
    st.sampled_from([2, 4, 8]),
    st.integers(1, 4),
    st.integers(0, 6),
)
SELDOM, SOURCES = st.integers(0, 3).map(lambda drawn: drawn == 0), st.sampled_from(["punch", "heartbeat"])
KEPT, SILENT = st.integers(0, 30), st.sampled_from([10, 60])


@st.composite
def _told(draw: st.DrawFn) -> list[Event]:
    events: list[Event] = []
    for number in range(draw(SHIFTS)):
        planned = comes(draw(WHO), draw(INSTANTS), draw(HOURS), name=f"shift {number}")
        moved = comes(draw(WHO), draw(INSTANTS), draw(HOURS), name=f"shift {number}", revision=2)
        events += [planned, *([moved] if draw(SELDOM) else []), *([gone(moved, MONDAY)] if draw(SELDOM) else [])]
    for number in range(draw(SIGNS)):
        seen = draw(INSTANTS)
        kept = (
            late(seen, seen + timedelta(hours=draw(KEPT))) if draw(SELDOM) else clock_seen(seen, source=draw(SOURCES))
        )
        events.append(kept.model_copy(update={"event_id": clock_seen(seen, str(number)).event_id}))
    if draw(SELDOM):
        events.append(policy(ClockPolicy(silence=timedelta(minutes=draw(SILENT))), draw(INSTANTS)))
    return events


TOLD = _told()
"""What can happen at a place within a day."""


def arrivals(events: list[Event]) -> st.SearchStrategy[list[Event]]:
    """Draw an order of arrival of these events."""
    return laws.arrivals(events, INSTANTS, LAST_TICK)


@given(st.data())
def test_any_order_with_duplicates_ends_in_the_same_facts_and_the_same_outages(data: st.DataObject) -> None:
    events = data.draw(TOLD)
    straight, shuffled = live(AGENT), live(AGENT)
    one = outages(*events, LAST_TICK, partition=straight)
    other = outages(*data.draw(arrivals(events)), partition=shuffled)
    assert other == one
    assert facts(place_of(shuffled)) == facts(place_of(straight))


@given(st.data())
def test_at_every_moment_no_less_is_told_than_is_known_and_at_rest_just_that(data: st.DataObject) -> None:
    partition = live(AGENT)
    for event in data.draw(arrivals(data.draw(TOLD))):
        watch(partition, [event])
        if not partition.cells:
            continue
        place = place_of(partition)
        found = [judged(place, each).outage for each in silences(place, partition.world)]
        known = {each.id: each for each in found if each}
        told = {each.id: each for each in place.told}
        assert known.keys() <= told.keys()
        assert {each.id: each for each in place.told if not each.held} == {
            identity: outage for identity, outage in known.items() if not told[identity].held
        }
    assert not any(each.held for each in place_of(partition).told)


@given(st.data())
def test_what_everybody_knows_is_what_was_told(data: st.DataObject) -> None:
    partition = live(AGENT)
    known = outages(*data.draw(arrivals(data.draw(TOLD))), partition=partition)
    told = sorted((each.starts_at, each.people) for each in place_of(partition).told)
    assert sorted((each.starts_at, each.people) for each in known) == told


@given(st.data())
def test_duplicate_changes_nothing(data: st.DataObject) -> None:
    order = data.draw(arrivals(data.draw(TOLD)))
    partition = live(AGENT)
    watch(partition, order)
    before = replace(place_of(partition), seen=END)
    assert watch(partition, order[:-1]) == []
    assert replace(place_of(partition), seen=END) == before


@given(st.data())
def test_resuming_from_any_snapshot_equals_the_full_replay(data: st.DataObject) -> None:
    resumes_anywhere(partial(live, AGENT), data.draw(arrivals(data.draw(TOLD))))


@given(st.data())
def test_ids_are_stable_and_never_repeat(data: st.DataObject) -> None:
    has_stable_ids(partial(live, AGENT), data.draw(arrivals(data.draw(TOLD))))


def test_nothing_is_said_twice() -> None:
    partition = live(AGENT)
    events: list[Event] = [comes(ANN, at("8:00")), comes(BEN, at("8:00")), clock_seen(at("7:00")), tick(at("9:00"))]
    assert len(watch(partition, events)) == 1
    assert watch(partition, [*events, tick(at("9:01"))]) == []
    assert fold(AGENT, tick(at("9:02")), partition=partition) == folded(partition, tick(at("9:03"))) == []
