"""When a place was closed and when its clocks were silent, whatever came first."""

from itertools import permutations
from typing import TypeVar

import pytest

from agents.kernel.downtime import SEVERAL, Closure, Outage
from schemas.events import LocationFact, WorldEvent
from tests.agents.worlds import world
from tests.builders import CLINIC, ELSEWHERE, at
from tests.facts import closure, outage_confirmed, outage_ended, outage_suspected

W = TypeVar("W", bound=LocationFact)


def gone(fact: W, revision: int) -> W:
    """Return the word that it never was."""
    return fact.model_copy(update={"revision": revision, "removed": True})


BEGAN = outage_suspected(at("7:00"))
OVER = outage_ended(BEGAN, at("13:00"))


def test_closure_stands_until_it_is_taken_back() -> None:
    declared = closure(at("8:00"), at("12:00"))
    again = gone(declared, 2)
    assert world(declared).closures(CLINIC) == (Closure(at("8:00"), at("12:00")),)
    assert world(declared).closures(ELSEWHERE) == ()
    assert [world(*order).closures(CLINIC) for order in permutations([declared, again])] == [(), ()]


def test_outage_lasts_until_the_clocks_are_heard_of() -> None:
    began = world(BEGAN)
    assert began.outages(CLINIC) == (Outage(at("7:00"), None, 2),)
    assert began.outages(ELSEWHERE) == ()
    assert began.with_fact(OVER).outages(CLINIC) == (Outage(at("7:00"), at("13:00"), 2),)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((BEGAN, OVER), [Outage(at("7:00"), at("13:00"), 2)]),
        ((BEGAN, gone(BEGAN, 2)), []),
        ((BEGAN, OVER, gone(OVER, 3)), []),
        ((BEGAN, OVER, gone(BEGAN, 3)), []),
        ((BEGAN, OVER, outage_suspected(at("9:00"), 3, revision=3)), [Outage(at("9:00"), None, 3)]),
        ((outage_suspected(at("7:00"), revision=2), OVER), [Outage(at("7:00"), at("13:00"), 2)]),
    ],
)
def test_newest_that_is_said_of_an_outage_holds_whatever_came_first(
    facts: tuple[WorldEvent, ...], expected: list[Outage]
) -> None:
    for order in permutations(facts):
        assert list(world(*order).outages(CLINIC)) == expected


def test_outage_that_a_person_confirms_is_one_of_several_people() -> None:
    single, other = outage_suspected(at("7:00"), 1), outage_suspected(at("9:00"), name="other")
    known = world(outage_confirmed(at("9:00"), at("10:00")), single, other)
    assert known.outages(CLINIC) == (
        Outage(at("7:00"), None, 1),
        Outage(at("9:00"), at("10:00"), SEVERAL),
        Outage(at("9:00"), None, 2),
    )


def test_what_was_looked_up_does_not_outlive_its_world() -> None:
    known = world()
    assert (known.closures(CLINIC), known.outages(CLINIC)) == ((), ())
    later = known.with_fact(closure(at("8:00"), at("12:00"))).with_fact(BEGAN)
    assert (len(later.closures(CLINIC)), len(later.outages(CLINIC))) == (1, 1)
    assert known.outages(CLINIC) == ()


def test_suspicions_stand_by_place_and_the_outages_come_of_them() -> None:
    known = world(BEGAN, OVER, outage_suspected(at("9:00"), name="other", where=ELSEWHERE))
    assert known.suspected(CLINIC) == (OVER,)
    assert [each.starts_at for each in known.outages(ELSEWHERE)] == [at("9:00")]


def test_what_was_over_longer_ago_than_any_shift_that_is_known_is_forgotten() -> None:
    old, edge = (outage_suspected(at("7:00", -day), name=f"{day} days ago") for day in (601, 600))
    said = [
        BEGAN,
        old,
        edge,
        closure(at("0:00", -900), BEGAN.starts_at),
        closure(at("0:00", 365), at("0:00", 366), name="told ahead").model_copy(update={"recorded_at": at("0:00")}),
        closure(at("0:00", -602), at("0:00", -601), name="old"),
        closure(at("0:00", -602), at("0:00", -600), name="edge"),
    ]
    for order in permutations(said):
        known = world(*order)
        assert [each.starts_at for each in known.outages(CLINIC)] == [edge.starts_at, BEGAN.starts_at]
        assert [each.ends_at for each in known.closures(CLINIC)] == [BEGAN.starts_at, at("0:00", -600), at("0:00", 366)]


def test_what_a_person_confirmed_is_forgotten_as_late_as_a_closure() -> None:
    said = [outage_confirmed(at("7:00", day), at("8:00", day), name=f"{day}") for day in (-601, -600, 0)]
    for order in permutations(said):
        assert [each.starts_at for each in world(*order).outages(CLINIC)] == [at("7:00", -600), at("7:00")]
