"""Modes: what may be emitted, and what a withdrawal inherits."""

import pytest

from agents.kernel import admit
from agents.kernel.modes import STANDING
from schemas.events import Event, Mode, ProposalMade, ProposalWithdrawn
from schemas.notices import NOTICES, About, requested
from tests.agents.kernel.counting import judged, made, withdrawn
from tests.builders import EMPLOYEE, at, punch

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
        ("shadow", "paused", None),
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
