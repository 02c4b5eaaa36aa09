"""What a role says of its health, over loops and dependencies that are made up; no clock but the test's."""

import threading
from collections.abc import Callable

import pytest

from streams.dependencies import Probe
from streams.health import SILENT, STALLED, Check, Health, Pace, Vitals
from tests.eventually import eventually

NOW = 1000.0


def loop(**unlike: object) -> Vitals:
    """A reader of two partitions that is as it should be."""
    paces = {number: Pace(7, 7, NOW) for number in (0, 1)}
    return Vitals(**{"reader": "apply", "topic": "t", "beat": NOW, "assigned": 2, "paces": paces, **unlike})  # type: ignore[arg-type]


def health(*loops: Vitals, database: Callable[[], str | None] = lambda: None) -> Health:
    return Health([lambda each=each: each for each in loops], {"database": database}, lambda: NOW)  # type: ignore[misc]


def troubles(checks: list[Check]) -> dict[str, str]:
    return {name: trouble for name, trouble in checks if trouble}


def test_a_role_whose_loops_turn_read_and_move_is_ready() -> None:
    assert troubles(health(loop(), loop(reader="apply.held", topic=None, paces={})).ready()) == {}


def test_before_its_loops_begin_a_role_lives_and_is_not_ready() -> None:
    assert troubles(health().alive()) == {}
    assert set(troubles(health().ready()).values()) == {"starting"}


def stuck() -> Pace:
    pace = Pace(7, 8, NOW - STALLED - 1)
    pace.seen(7, 9, NOW)
    return pace


@pytest.mark.parametrize(
    ("check", "said", "ill"),
    [
        ("loops", "apply of t has not turned for 31 s", loop(beat=NOW - SILENT - 1)),
        ("group", "apply of t is not a member", loop(member=False)),
        ("partitions", "apply of t reads 0 of the 2 partitions that it was given", loop(paces={})),
        ("halted", "apply of t waits: PostgreSQL is away", loop(halted="waits: PostgreSQL is away")),
        ("progress", "apply of t has not moved in partition 1 for 31 s", loop(paces={0: Pace(7, 9, NOW), 1: stuck()})),
    ],
)
def test_each_thing_that_can_be_wrong_is_named(check: str, said: str, ill: Vitals) -> None:
    assert troubles(health(loop(reader="other"), ill).ready()) == {check: said}


def test_several_that_have_the_same_trouble_are_counted() -> None:
    assert troubles(health(loop(member=False), loop(reader="b", member=False)).ready()) == {
        "group": "apply of t is not a member (and 1 more)"
    }


def test_only_a_loop_that_stands_still_ends_a_life() -> None:
    for ill in (loop(member=False), loop(paces={}), loop(halted="waits"), loop(paces={1: stuck()})):
        assert troubles(health(ill, database=lambda: "away").alive()) == {}
    assert troubles(health(loop(beat=NOW - SILENT - 1)).alive()).keys() == {"loops"}


def test_what_it_needs_is_part_of_being_ready_and_asked_last_when_somebody_is_in_a_hurry() -> None:
    asked: list[str] = []

    def database() -> str:
        asked.append("database")
        return "away"

    assert troubles(health(loop(), database=database).ready(whole=False)) == {"database": "away"}
    assert troubles(health(loop(member=False), database=database).ready(whole=False)).keys() == {"group"}
    assert len(asked) == 1
    assert troubles(health(loop(member=False), database=database).ready()).keys() == {"database", "group"}


def test_being_behind_an_end_that_stands_still_is_no_standstill() -> None:
    pace = Pace(7, 8, 0)
    for now in range(100):
        pace.seen(7, 8, now)
    assert (pace.lag, pace.stalled(100)) == (1, 0)


def test_an_end_that_moves_on_while_nothing_is_read_is_one_from_the_last_step_on() -> None:
    pace = Pace(0, -1, 0)
    pace.seen(7, 9, 10)
    pace.seen(8, 9, 20)
    pace.seen(8, 12, 25)
    assert (pace.lag, pace.stalled(31)) == (4, 11)
    pace.seen(9, 12, 32)
    assert pace.stalled(32) == 0


def test_an_end_that_is_not_known_is_no_lag() -> None:
    pace = Pace(0, -1, 0)
    pace.seen(7, -1, 1)
    assert (pace.lag, pace.stalled(100)) == (0, 0)


def test_a_dependency_that_does_not_answer_is_asked_once_and_nobody_waits_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for bound in ("WITHIN", "KEPT"):
        monkeypatch.setattr(f"streams.dependencies.{bound}", 0.01)
    back, asked = threading.Event(), []

    def ask() -> None:
        asked.append(1)
        assert back.wait(10)

    probe = Probe(ask)
    for _ in range(3):
        assert "has not answered for 0." in (probe() or "")
    assert len(asked) == 1
    back.set()
    eventually(lambda: probe() is None)


def test_what_a_dependency_says_is_what_is_wrong_with_it() -> None:
    def ask() -> None:
        raise ConnectionError("nobody listens")

    assert Probe(ask)() == "nobody listens"
