"""What an agent declares, and how its state comes back from storage."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from agents import AGENTS, BY_TOPIC
from agents.kernel import Wake
from schemas.events import PolicyPublished, PunchRecorded, Tick
from tests.agents.kernel.counting import Count, agent

STATE = Count(punches=3)


class Old(msgspec.Struct, frozen=True):
    seen: int


def test_state_of_this_version_comes_back_as_it_was() -> None:
    assert agent().restore(1, agent().encode(STATE)) == STATE


def test_older_state_is_upgraded_step_by_step() -> None:
    newer = agent(version=3, upgrades={1: lambda old: {"punches": old["seen"]}, 2: lambda old: {**old, "wakes": 7}})
    assert newer.restore(1, msgspec.msgpack.encode(Old(4))) == Count(punches=4, wakes=7)


def test_missing_upgrade_is_not_guessed() -> None:
    with pytest.raises(LookupError, match="no upgrade from version 2"):
        agent(version=3, upgrades={1: dict}).restore(1, msgspec.msgpack.encode(Old(4)))


def test_state_of_a_newer_version_is_not_read() -> None:
    with pytest.raises(LookupError, match="of version 2, newer than 1"):
        agent().restore(2, agent().encode(STATE))


@pytest.mark.parametrize("given", [{"consumes": (PunchRecorded, PolicyPublished)}, {"consumes_world": (Tick,)}])
def test_time_and_broadcasts_come_on_their_own_ways(given: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="time comes by `wake_at`"):
        agent(**given)


def test_every_agent_consumes_and_emits_what_topics_carry() -> None:
    assert {each.name for each in AGENTS} >= {"attendance", "supervisor"}
    assert sorted(each.name for agents in BY_TOPIC.values() for each in agents) == [each.name for each in AGENTS]
    assert [each.name for each in BY_TOPIC["rollcall.proposals.v1"]] == ["supervisor"]
    for each in AGENTS:
        assert set(each.consumes) | set(each.consumes_world) <= set(each.topic.events)


def test_a_wake_up_has_one_id_whatever_zone_its_instant_is_written_in() -> None:
    due = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
    assert Wake("a", "k", due).event_id == Wake("a", "k", due.astimezone(ZoneInfo("Asia/Kolkata"))).event_id
