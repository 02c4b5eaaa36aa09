"""Modes: what may be emitted, and what a withdrawal inherits."""

import pytest

from agents.kernel import Outcome, Partition, World, admit
from agents.kernel.modes import STANDING
from schemas.events import Event, Mode, ProposalMade, ProposalWithdrawn
from schemas.notices import NOTICES, About, requested
from tests.agents.kernel.counting import Count, agent, judged, made, withdrawn
from tests.agents.worlds import fold, world
from tests.builders import EMPLOYEE, at, mode, proposal, punch
from tests.facts import closure, outage_ended, outage_suspected

CAUSE = punch(at("9:00"))
MADE, OTHER = made(1), judged(CAUSE, 1)
GONE = withdrawn(CAUSE, MADE.proposal_id)
ID = str(MADE.proposal_id)


@pytest.mark.parametrize(("mode", "admitted"), [("disabled", 0), ("paused", 0), ("shadow", 2), ("live", 2)])
def test_only_shadow_and_live_agents_say_something_new(mode: Mode, admitted: int) -> None:
    standing, events = admit(mode, {}, [MADE, OTHER])
    assert len(events) == admitted
    assert dict(standing) == ({ID: mode} if admitted else {})
    assert all(event.shadow == (mode == "shadow") for event in events if isinstance(event, ProposalMade))


@pytest.mark.parametrize(("mode", "told"), [("disabled", 0), ("paused", 0), ("shadow", 0), ("live", 1)])
def test_only_live_agents_tell_people_something(mode: Mode, told: int) -> None:
    about = About(NOTICES["welfare_check"], EMPLOYEE)
    notice = requested(about, CAUSE, "role:hr", expires_at=at("19:00"), details={})
    assert len(admit(mode, {}, [notice])[1]) == told


@pytest.mark.parametrize(
    ("raised", "mode", "shadow"),
    [
        ("live", "live", False),
        ("live", "shadow", False),
        ("live", "paused", False),
        ("live", "disabled", None),
        ("shadow", "live", True),
        ("shadow", "shadow", True),
        ("shadow", "paused", True),
        ("shadow", "disabled", None),
        (None, "live", None),
    ],
)
def test_withdrawal_inherits_the_mode_of_its_proposal(raised: Mode | None, mode: Mode, shadow: bool | None) -> None:  # noqa: FBT001
    standing, events = admit(mode, {ID: raised} if raised else {}, [GONE])
    assert [event.shadow for event in events if isinstance(event, ProposalWithdrawn)] == (
        [] if shadow is None else [shadow]
    )
    assert standing == {}


def test_proposal_withdrawn_in_the_same_step_does_not_stand() -> None:
    standing, events = admit("live", {}, [MADE, GONE])
    assert (standing, len(events)) == ({}, 2)


def test_what_is_remembered_per_key_is_bounded_and_the_oldest_goes() -> None:
    many: list[Event] = [made(number) for number in range(STANDING + 3)]
    standing, _ = admit("live", {}, many)
    assert len(standing) == STANDING
    assert str(made(2).proposal_id) not in standing
    assert str(made(3).proposal_id) in standing


@pytest.mark.parametrize(("cause_at", "admitted"), [("8:59", 0), ("9:00", 1), ("9:01", 1), (None, 1)])
def test_what_was_caused_before_the_agent_was_in_use_is_not_proposed(cause_at: str | None, admitted: int) -> None:
    early = proposal("early", cause_at=at(cause_at) if cause_at else None)
    standing, events = admit("live", {}, [early], at("9:00"))
    assert (len(standing), len(events)) == (admitted, admitted)


def test_withdrawal_goes_out_whenever_its_cause_was() -> None:
    assert admit("live", {ID: "live"}, [GONE], at("9:00")) == ({}, (GONE,))


@pytest.mark.parametrize(
    ("switches", "cause_at", "proposed"),
    [
        (["shadow 8", "live 10"], 9, []),
        (["shadow 8", "live 10"], 10, [False]),
        (["live 8", "paused 9", "live 10"], 9, [False]),
        (["shadow 8"], 9, [True]),
        (["shadow 8"], 7, []),
        (["live 8", "shadow 10"], 9, [True]),
    ],
)
def test_live_agent_answers_for_what_came_after_it_was_live_and_shadow_is_a_use(
    switches: list[str], cause_at: int, proposed: list[bool]
) -> None:
    words = [each.split() for each in switches]
    modes = [mode("counting", word, number + 1, at(f"{hour}:00")) for number, (word, hour) in enumerate(words)]

    def step(state: Count | None, event: Event, _: World) -> Outcome[Count]:
        return Outcome(state, (proposal("one", cause_at=at(f"{cause_at}:00")),))

    emitted = fold(agent(step=step), CAUSE, partition=Partition([agent(step=step)], world(*modes)))
    assert [each.shadow for each in emitted if isinstance(each, ProposalMade)] == proposed


BEGAN = outage_suspected(at("7:00"))
OVER = outage_ended(BEGAN, at("9:00"))
NEVER = BEGAN.model_copy(update={"removed": True})


@pytest.mark.parametrize("fact", [BEGAN, OVER, NEVER, closure(at("7:00"), at("9:00"))])
@pytest.mark.parametrize("mode", ["disabled", "paused", "shadow", "live"])
def test_only_live_agents_broadcast(mode: Mode, fact: Event) -> None:
    assert admit(mode, {}, [fact])[1] == ((fact,) if mode == "live" else ())


@pytest.mark.parametrize("over", [OVER, NEVER])
@pytest.mark.parametrize("mode", ["disabled", "paused", "shadow", "live"])
def test_that_an_outage_is_over_which_was_broadcast_is_said_in_any_mode_in_which_one_folds(
    mode: Mode, over: Event
) -> None:
    lasts, _ = admit("live", {}, [BEGAN])
    assert dict(lasts) == {BEGAN.identity: "live"}
    standing, events = admit(mode, lasts, [over])
    assert events == (() if mode == "disabled" else (over,))
    assert dict(standing) == {}
