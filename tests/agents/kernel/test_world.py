"""The World: newest revision of each reference fact, policies by time, stored and read again."""

from datetime import timedelta

import msgspec
import pytest

from agents.kernel import World
from schemas.events import AgentModeChanged, LocationDescribed
from schemas.policies import AttendancePolicy, SupervisionPolicy
from tests.agents.worlds import STAFF, world
from tests.builders import CLINIC, ELSEWHERE, EMPLOYEE, HR, MANAGER, MONDAY, at, location, mode, policy, role, tick

STRICT = AttendancePolicy(grace=timedelta())
MILD = AttendancePolicy(grace=timedelta(minutes=15))


def test_newest_revision_holds_whatever_came_first() -> None:
    old, new = location(zone="UTC"), location(zone="Europe/Berlin", revision=2)
    for facts in ([old, new], [new, old], [new, new]):
        assert [each.zone for each in world(*facts).all(LocationDescribed)] == ["Europe/Berlin"]


def test_known_or_older_fact_leaves_the_very_same_world() -> None:
    known = world(location(revision=2))
    assert known.with_fact(location(revision=2)) is known
    assert known.with_fact(location(revision=1)) is known
    assert known.with_fact(tick(MONDAY)) is known


def test_earlier_world_does_not_change() -> None:
    before = world(location())
    before.with_fact(location(ELSEWHERE))
    assert len(list(before.all(LocationDescribed))) == 1


def test_removed_fact_is_gone_and_stays_gone_for_older_revisions() -> None:
    gone = location(revision=2).model_copy(update={"removed": True})
    known = world(location(), gone, location())
    assert known.location(CLINIC) is None
    assert list(known.all(LocationDescribed)) == []


def test_facts_come_in_the_order_of_their_keys() -> None:
    known = world(location(ELSEWHERE), location(CLINIC))
    assert [each.identity for each in known.all(LocationDescribed)] == sorted([str(CLINIC), str(ELSEWHERE)])


def test_shipped_policy_holds_until_one_takes_effect() -> None:
    known = world(policy(STRICT, at("9:00"), 1), policy(MILD, at("12:00"), 2))
    assert known.versioned(AttendancePolicy, at("8:59")) == (0, AttendancePolicy())
    assert known.versioned(AttendancePolicy, at("9:00")) == (1, STRICT)
    assert known.versioned(AttendancePolicy, at("11:59")) == (1, STRICT)
    assert known.policy(AttendancePolicy, at("12:00")) == MILD
    assert known.policy(AttendancePolicy, None) == AttendancePolicy()
    assert known.policy(SupervisionPolicy, at("12:00")) == SupervisionPolicy()


def test_of_two_policies_that_take_effect_together_the_newer_holds() -> None:
    for facts in ([policy(STRICT, at("9:00"), 1), policy(MILD, at("9:00"), 2)],) * 2:
        assert world(*reversed(facts)).policy(AttendancePolicy, at("9:00")) == MILD


def test_policy_that_was_announced_for_later_still_takes_its_turn() -> None:
    known = world(policy(STRICT, at("12:00"), 1), policy(MILD, at("9:00"), 2))
    assert known.versioned(AttendancePolicy, at("8:00"))[0] == 0
    assert known.versioned(AttendancePolicy, at("10:00")) == (2, MILD)
    assert known.versioned(AttendancePolicy, at("12:00")) == (1, STRICT)


def test_policy_published_later_is_seen_by_the_next_world() -> None:
    known = world(policy(STRICT, at("9:00"), 1))
    assert known.policy(AttendancePolicy, at("12:00")) == STRICT
    assert known.with_fact(policy(MILD, at("10:00"), 2)).policy(AttendancePolicy, at("12:00")) == MILD


@pytest.mark.parametrize(("word", "expected"), [("live", "live"), ("disabled", "disabled"), ("nonsense", "paused")])
def test_mode_is_the_last_word_that_is_known(word: str, expected: str) -> None:
    assert world(mode("attendance", word)).mode("attendance") == expected


def test_agent_that_nobody_switched_is_paused() -> None:
    assert World().mode("attendance") == "paused"
    assert World().get(AgentModeChanged, "attendance") is None


def test_first_switch_to_a_mode_is_remembered_whatever_came_first() -> None:
    switches = [
        mode("a", "live", 1, at("9:00")),
        mode("a", "paused", 2, at("10:00")),
        mode("a", "live", 3, at("11:00")),
    ]
    for order in (switches, switches[::-1]):
        known = world(*order, mode("b", "shadow", 1, at("7:00")))
        assert (known.mode("a"), known.first_in("a", "live")) == ("live", at("9:00"))
        assert known.first_in("a", "shadow", "disabled") is None
        assert known.first_in("a", "shadow", "paused") == at("10:00")
        assert known.with_fact(switches[0]) is known
        assert World.decode(known.encode()).first_in("a", "live") == at("9:00")


def test_world_stored_before_switches_were_remembered_knows_the_last() -> None:
    known = world(mode("a", "live", 1, at("9:00")))
    stored = msgspec.msgpack.decode(known.encode())
    del stored["first"]
    assert World.decode(msgspec.msgpack.encode(stored)).first_in("a", "live") == at("9:00")


def test_people_and_their_roles() -> None:
    known = world(*STAFF, role(HR, "admin", ELSEWHERE))
    employee = known.employee(EMPLOYEE)
    assert employee is not None
    assert employee.manager_id == MANAGER
    assert {each.role for each in known.roles(HR)} == {"hr", "admin"}
    assert known.roles(EMPLOYEE) == ()


def test_stored_world_comes_back() -> None:
    known = world(*STAFF, policy(STRICT), mode("attendance", "live"), location(revision=3))
    again = World.decode(known.encode())
    assert again.encode() == known.encode()
    assert again.policy(AttendancePolicy, at("9:00")) == STRICT
    assert again.with_fact(location(revision=2)) is again
    assert world(*reversed(STAFF)).encode() == world(*STAFF).encode(), "in whatever order it was learnt"
