"""Folding of one partition: wake-ups, broadcasts, burial, redelivery, what is wanted and what has changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from agents.kernel import Agent, Burial, Cell, Emission, Outcome, Partition, Place, World, replay
from agents.kernel.partition import EMPTY, Recorded
from schemas.events import AgentModeChanged, Event, PolicyPublished, PunchRecorded, ReviewGiven, ShiftJudged, Tick
from schemas.faults import FoldRaised
from schemas.policies import SupervisionPolicy
from tests.agents.kernel.counting import HOUR, Count, agent, judged, step
from tests.agents.worlds import errors, one, world
from tests.builders import EMPLOYEE, MANAGER, MONDAY, at, mode, policy, punch, tick, uid

KEY = str(EMPLOYEE)
PLACE = Place("counting", KEY)
PUBLISHED = policy(SupervisionPolicy())


def told(word: str = "", clock: str = "9:00", who: UUID = EMPLOYEE) -> PunchRecorded:
    return punch(at(clock), who=who).model_copy(update={"device": word})


def live(*agents: Agent[Any], **given: Any) -> Partition:
    return Partition(agents, world(*(mode(each.name, "live") for each in agents)), **given)


def emitted(results: list[Any]) -> list[Event]:
    return [each.event for each in results if isinstance(each, Emission)]


# -- states and emissions


def test_emission_names_agent_and_causing_offset() -> None:
    (emission,) = one(live(agent()), told(), offset=41)
    assert (emission.agent, emission.cause) == ("counting", 41)
    assert isinstance(emission.event, ShiftJudged)


def test_each_key_has_its_own_state() -> None:
    partition = live(agent())
    for who in (EMPLOYEE, EMPLOYEE, MANAGER):
        one(partition, told(who=who))
    assert partition.cells[PLACE].state == Count(punches=2)
    assert partition.cells[Place("counting", str(MANAGER))].state == Count(punches=1)


def test_agents_fold_in_the_order_of_their_names() -> None:
    results = one(live(agent("b"), agent("a")), told())
    assert [each.agent for each in results] == ["a", "b"]


def test_event_that_an_agent_does_not_consume_passes_it_by() -> None:
    partition = live(agent())
    review = ReviewGiven.caused_by(
        told(), subject="x", proposal_id=uid("p"), review_id=uid("r"), verdict="approve", reviewer_id=MANAGER,
        revision=1,
    )  # fmt: skip
    assert one(partition, review) == []
    assert partition.cells == {}


def test_state_none_forgets_the_key() -> None:
    partition = live(agent())
    one(partition, told())
    one(partition, told("forget"))
    changes = partition.take_changes()
    assert changes.cells == {PLACE: EMPTY}
    assert not changes.cells[PLACE]


def test_changes_are_taken_once() -> None:
    partition = live(agent())
    one(partition, told())
    assert partition.take_changes().cells == {PLACE: Cell(Count(punches=1))}
    changes = partition.take_changes()
    assert (changes.cells, changes.world, changes.returning) == ({}, None, frozenset())


def test_loaded_cells_are_folded_on_and_forgotten_ones_can_be_loaded_again() -> None:
    partition = live(agent())
    partition.load({PLACE: Cell(Count(punches=5)), Place("counting", "other"): EMPTY})
    one(partition, told())
    assert partition.cells[PLACE].state == Count(punches=6)
    partition.forget(1)
    assert list(partition.cells) == [Place("counting", "other")]
    partition.forget(5)
    assert len(partition.cells) == 1


def test_fold_that_hands_back_the_same_state_has_changed_nothing() -> None:
    partition = live(agent(step=lambda state, *_: Outcome(state or Count())))
    one(partition, told())
    assert partition.take_changes().cells == {PLACE: Cell(Count())}
    one(partition, told())
    assert partition.take_changes().cells == {}


# -- wake-ups


def test_wake_up_comes_with_the_tick_that_reaches_it_once() -> None:
    partition = live(agent())
    one(partition, told("wake"))
    assert one(partition, tick(at("9:59"))) == []
    (emission,) = one(partition, tick(at("10:00")), offset=7)
    assert emission.event.occurred_at == at("10:00")
    assert emission.cause == 7
    assert one(partition, tick(at("10:01"))) == []
    assert partition.cells[PLACE] == Cell(Count(punches=1, wakes=1))


def test_wake_up_is_a_stable_cause() -> None:
    first, second = (live(agent()) for _ in range(2))
    for each in (first, second):
        one(each, told("wake"))
    assert one(first, tick(at("10:00"))) == one(second, tick(at("10:00")))
    (late,) = one_after(told("wake"), tick(at("23:00")))
    assert late.event.occurred_at == at("10:00"), "the instant it was due, not the tick's"
    assert late.event.recorded_at == at("10:00")


def one_after(*events: Event) -> list[Any]:
    partition = live(agent())
    results: list[Any] = []
    for event in events:
        results = one(partition, event)
    return results


def test_wake_ups_come_in_the_order_of_due_agent_key() -> None:
    partition = live(agent("b"), agent("a"))
    one(partition, told("wake", "9:30", MANAGER))
    one(partition, told("wake", "9:00", EMPLOYEE))
    results = one(partition, tick(at("12:00")))
    assert [(each.agent, each.event.occurred_at) for each in results] == [
        ("a", at("10:00")), ("b", at("10:00")), ("a", at("10:30")), ("b", at("10:30")),
    ]  # fmt: skip


def test_wake_ups_at_the_same_instant_come_in_the_order_of_keys() -> None:
    partition, keys = live(agent()), sorted([str(EMPLOYEE), str(MANAGER)])
    partition.load({Place("counting", key): Cell(Count(), at("9:00")) for key in reversed(keys)})
    partition.expect((place, at("9:00")) for place in reversed(list(partition.cells)))
    one(partition, tick(at("9:00")))
    assert [place.key for place in partition.take_changes().cells] == keys


def test_newer_wish_replaces_the_older_and_none_takes_it_back() -> None:
    partition = live(agent())
    one(partition, told("wake", "9:00"))
    one(partition, told("wake", "9:30"))
    assert one(partition, tick(at("10:29"))) == []
    assert len(one(partition, tick(at("10:30")))) == 1
    one(partition, told("wake", "11:00"))
    one(partition, told("", "11:01"))
    assert one(partition, tick(at("23:00"))) == []


def test_wish_that_goes_back_and_forth_is_granted_once() -> None:
    partition = live(agent())
    for clock in ("9:00", "9:30", "9:00"):
        one(partition, told("wake", clock))
    assert len(one(partition, tick(at("12:00")))) == 1


def test_wish_for_the_past_is_granted_by_the_next_tick() -> None:
    partition = live(agent())
    one(partition, tick(at("12:00")))
    one(partition, told("wake", "9:00"))
    assert len(one(partition, tick(at("12:01")))) == 1


def test_wake_up_that_asks_for_another_before_the_tick_is_granted_in_the_same_tick() -> None:
    def again(state: Count | None, event: Any, world: World) -> Outcome[Count]:
        outcome = step(state, event, world)
        wakes = outcome.state.wakes if outcome.state else 0
        due = event.occurred_at + HOUR if wakes < 3 else None
        return Outcome(outcome.state, outcome.emitted, due)

    partition = live(agent(step=again))
    one(partition, told())
    assert [each.occurred_at for each in emitted(one(partition, tick(at("23:00"))))] == [
        at("10:00"), at("11:00"), at("12:00"),
    ]  # fmt: skip


def test_stored_wake_ups_are_expected_again() -> None:
    partition = live(agent())
    partition.expect([(PLACE, at("10:00"))])
    assert list(partition.wants([Recorded(1, "k", tick(at("9:59")))])) == []
    assert list(partition.wants([Recorded(1, "k", tick(at("10:00")))])) == [PLACE]
    partition.load({PLACE: Cell(Count(punches=1), at("10:00"))})
    assert len(one(partition, tick(at("10:00")))) == 1


# -- burial


def test_fold_that_raises_buries_the_record_for_that_agent_alone() -> None:
    partition = live(agent("bad"), agent("good", consumes=(PunchRecorded,), step=_always))
    results = one(partition, told("raise"), offset=3)
    burial = next(each for each in results if isinstance(each, Burial))
    assert (burial.agent, burial.offset, burial.woken, str(burial.error)) == ("bad", 3, None, "cannot be folded")
    assert [each.agent for each in results if isinstance(each, Emission)] == ["good"]
    assert list(partition.take_changes().cells) == [Place("good", KEY)]


def _always(_: Count | None, event: Any, __: World) -> Outcome[Count]:
    return Outcome(Count(punches=9), (judged(event, 1),))


def _raising(_: Count | None, event: Any, __: World) -> Outcome[Count]:
    if isinstance(event, PunchRecorded):
        return Outcome(Count(punches=1), wake_at=event.occurred_at + HOUR)
    raise ValueError("asleep")


def test_wake_up_that_raises_is_buried_with_its_key_and_not_repeated() -> None:
    partition = live(agent(step=_raising))
    one(partition, told())
    (burial,) = one(partition, tick(at("10:00")))
    assert (burial.woken, str(burial.error)) == (KEY, "asleep")
    assert partition.cells[PLACE] == Cell(Count(punches=1))
    assert one(partition, tick(at("10:01"))) == []


def test_broadcast_that_raises_for_one_key_is_buried_for_that_key() -> None:
    partition = live(agent(step=_raising, consumes_world=(PolicyPublished,)))
    one(partition, told())
    (burial,) = one(partition, PUBLISHED)
    assert burial.woken == KEY
    assert partition.cells[PLACE].wake_at == at("10:00"), "what failed has changed nothing"


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        (Outcome(Count(), (tick(MONDAY),)), "counting emitted Tick, which it does not declare in `emits`"),
        (Outcome("text"), "counting returned a str as its state"),
        (
            Outcome(Count(), wake_at=datetime(2026, 3, 2)),  # noqa: DTZ001 - the point
            "counting asks to be woken at 2026-03-02 00:00:00, which is no instant without a zone",
        ),
        (None, "'NoneType' object has no attribute 'emitted'"),
    ],
)
def test_outcome_that_breaks_the_contract_is_buried(outcome: Any, message: str) -> None:
    partition = live(agent(step=lambda *_: outcome))
    assert errors(one(partition, told())) == [message]
    assert partition.take_changes().cells == {}


def test_wake_up_may_not_ask_for_itself_again() -> None:
    def stuck(_: Count | None, event: Any, __: World) -> Outcome[Count]:
        return Outcome(Count(), wake_at=at("9:30"))

    partition = live(agent(step=stuck))
    one(partition, told())
    (burial,) = one(partition, tick(at("12:00")))
    assert isinstance(burial.error, FoldRaised)
    assert "asks to be woken at" in str(burial.error)


# -- given again


def test_retried_record_is_folded_by_its_reader_alone() -> None:
    partition = live(agent("a"), agent("b"))
    results = one(partition, told(), reader="b")
    assert [each.agent for each in results] == ["b"]
    assert one(partition, told(), reader="somebody else") == []


def test_retried_wake_up_wakes_that_key_of_that_reader() -> None:
    partition = live(agent("a"), agent("b"))
    one(partition, told())
    one(partition, told(who=MANAGER))
    results = one(partition, tick(at("12:00")), reader="b", woken=KEY)
    assert [(each.agent, each.event.occurred_at) for each in results] == [("b", at("12:00"))]
    assert partition.cells[Place("b", KEY)].state == Count(punches=1, wakes=1)
    assert one(partition, tick(at("12:00")), reader="gone", woken=KEY) == []
    assert one(partition, tick(at("12:00")), reader="b") == []


def test_retried_broadcast_steps_that_key_and_teaches_the_world_nothing() -> None:
    partition = live(agent(consumes_world=(PolicyPublished,)))
    one(partition, told())
    one(partition, told(who=MANAGER))
    partition.take_changes()
    one(partition, PUBLISHED, reader="counting", woken=KEY)
    assert partition.cells[PLACE].state == Count(punches=1, policies=1)
    assert partition.cells[Place("counting", str(MANAGER))].state == Count(punches=1)
    assert partition.take_changes().world is None


# -- broadcasts and what is wanted


def test_broadcast_is_stepped_through_every_stored_key_in_order() -> None:
    partition = live(agent(consumes_world=(PolicyPublished,)))
    for who in sorted((EMPLOYEE, MANAGER), key=str, reverse=True):
        one(partition, told(who=who))
    one(partition, told("forget", who=uid("gone")))
    partition.take_changes()
    one(partition, PUBLISHED)
    changes = partition.take_changes()
    assert [place.key for place in changes.cells] == sorted([str(EMPLOYEE), str(MANAGER)])
    assert changes.world is not None


def test_broadcast_that_nobody_consumes_changes_the_world_alone() -> None:
    partition = live(agent())
    one(partition, told())
    partition.take_changes()
    one(partition, PUBLISHED)
    changes = partition.take_changes()
    assert (dict(changes.cells), changes.world is partition.world) == ({}, True)
    one(partition, PUBLISHED)
    assert partition.take_changes().world is None, "known already"
    one(partition, tick(at("9:00")))
    assert partition.take_changes().world is None, "time is not in the World"


def test_wanted_are_the_places_of_records_all_of_an_agent_for_its_broadcasts_and_who_is_due() -> None:
    partition = live(agent("a", consumes_world=(PolicyPublished,)), agent("b"))
    partition.expect([(Place("b", "sleeper"), at("9:00")), (Place("b", "later"), at("9:01"))])
    records: list[tuple[Event, dict[str, str]]] = [
        (told(), {}), (PUBLISHED, {}), (tick(at("9:00")), {}), (tick(at("8:00")), {"reader": "b", "woken": "w"}),
    ]  # fmt: skip
    wanted = list(partition.wants([Recorded(n, event.key, event, **how) for n, (event, how) in enumerate(records)]))
    assert list(partition.wants([Recorded(0, KEY, told())])) == wanted[:2]
    assert wanted == [Place("a", KEY), Place("b", KEY), "a", Place("b", "w"), Place("b", "sleeper")]


# -- modes in a partition


def test_disabled_agent_does_not_fold_and_its_return_is_reported() -> None:
    partition = live(agent())
    one(partition, told("wake"))
    one(partition, mode("counting", "disabled", 2))
    partition.take_changes()
    assert one(partition, told()) == []
    assert one(partition, tick(at("12:00"))) == []
    assert partition.take_changes().cells == {}
    one(partition, mode("counting", "shadow", 3))
    assert partition.take_changes().returning == {"counting"}
    one(partition, mode("counting", "live", 4))
    one(partition, mode("nobody", "disabled", 5))
    assert partition.take_changes().returning == frozenset()


def test_fold_that_is_not_moded_cannot_be_switched_off() -> None:
    partition = Partition([agent(moded=False)], world(mode("counting", "disabled")))
    assert len(one(partition, told())) == 1
    one(partition, mode("counting", "live", 2))
    assert partition.take_changes().returning == frozenset(), "it never was away, so nobody rebuilds it"


def test_rebuilding_folds_what_was_missed_and_emits_nothing_of_it() -> None:
    events: list[Event] = [mode("counting", "disabled"), told(), mode("counting", "live", 2), told()]
    partition, results = replay([agent()], events)
    assert partition.cells[PLACE].state == Count(punches=2)
    assert [each.cause for each in results] == [3]


def test_replay_raises_what_a_fold_raised() -> None:
    with pytest.raises(ValueError, match="cannot be folded"):
        replay([agent()], [mode("counting", "live"), told("raise")])


def test_world_event_types_need_no_agent() -> None:
    changed: AgentModeChanged = mode("counting", "live")
    partition = Partition([])
    assert list(partition.fold(Recorded(0, changed.key, changed))) == []
    assert partition.world.mode("counting") == "live"
    assert isinstance(tick(MONDAY), Tick)
