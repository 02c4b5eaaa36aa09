"""When a place was closed and when its clocks were silent, whatever came first."""

from datetime import datetime
from itertools import permutations

import pytest

from agents.kernel.downtime import SEVERAL, Closure, Outage
from schemas.events import (
    ClockOutageConfirmed,
    ClockOutageEnded,
    ClockOutageSuspected,
    ClosureDeclared,
    WorldEvent,
)
from tests.agents.worlds import world
from tests.builders import CLINIC, ELSEWHERE, at, envelope, uid


def closure(starts: datetime, ends: datetime, *, revision: int = 1, removed: bool = False) -> ClosureDeclared:
    return ClosureDeclared(
        **envelope("closure", starts, revision),
        revision=revision,
        closure_id=uid("closure"),
        location_id=CLINIC,
        starts_at=starts,
        ends_at=ends,
        removed=removed,
    )


def suspected(
    starts: datetime, people: int = 2, *, name: str = "outage", revision: int = 1, removed: bool = False
) -> ClockOutageSuspected:
    return ClockOutageSuspected(
        **envelope("suspected", starts, name, revision),
        revision=revision,
        outage_id=uid(name),
        location_id=CLINIC,
        starts_at=starts,
        people=people,
        removed=removed,
    )


def ended(
    starts: datetime, ends: datetime, people: int = 2, *, revision: int = 2, removed: bool = False
) -> ClockOutageEnded:
    return ClockOutageEnded(
        **envelope("ended", starts, revision),
        revision=revision,
        outage_id=uid("outage"),
        location_id=CLINIC,
        starts_at=starts,
        ends_at=ends,
        people=people,
        removed=removed,
    )


def confirmed(starts: datetime, ends: datetime) -> ClockOutageConfirmed:
    return ClockOutageConfirmed(
        **envelope("confirmed", starts),
        revision=1,
        outage_id=uid("confirmed"),
        location_id=CLINIC,
        starts_at=starts,
        ends_at=ends,
    )


def test_closure_stands_until_it_is_taken_back() -> None:
    declared = closure(at("8:00"), at("12:00"))
    assert world(declared).closures(CLINIC) == (Closure(at("8:00"), at("12:00")),)
    assert world(declared).closures(ELSEWHERE) == ()
    gone = closure(at("8:00"), at("12:00"), revision=2, removed=True)
    assert [world(*order).closures(CLINIC) for order in permutations([declared, gone])] == [(), ()]


def test_outage_lasts_until_the_clocks_are_heard_of() -> None:
    began = world(suspected(at("7:00"), 3))
    assert began.outages(CLINIC) == (Outage(at("7:00"), None, 3),)
    assert began.outages(ELSEWHERE) == ()
    assert began.with_fact(ended(at("7:00"), at("13:00"), 4)).outages(CLINIC) == (Outage(at("7:00"), at("13:00"), 4),)


LASTS, OVER = suspected(at("7:00")), ended(at("7:00"), at("13:00"))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((LASTS, OVER), [Outage(at("7:00"), at("13:00"), 2)]),
        ((LASTS, suspected(at("7:00"), revision=2, removed=True)), []),
        ((LASTS, OVER, ended(at("7:00"), at("13:00"), revision=3, removed=True)), []),
        ((LASTS, OVER, suspected(at("7:00"), revision=3, removed=True)), []),
        ((LASTS, OVER, ended(at("9:00"), at("12:00"), 1, revision=3)), [Outage(at("9:00"), at("12:00"), 1)]),
        ((LASTS, OVER, suspected(at("9:00"), revision=3)), [Outage(at("9:00"), None, 2)]),
        ((suspected(at("7:00"), revision=2), OVER), [Outage(at("7:00"), at("13:00"), 2)]),
    ],
)
def test_newest_that_is_said_of_an_outage_holds_whatever_came_first(
    facts: tuple[WorldEvent, ...], expected: list[Outage]
) -> None:
    for order in permutations(facts):
        assert list(world(*order).outages(CLINIC)) == expected


def test_outage_that_a_person_confirms_is_one_of_several_people() -> None:
    known = world(confirmed(at("9:00"), at("10:00")), suspected(at("7:00"), 1), suspected(at("9:00"), name="other"))
    assert known.outages(CLINIC) == (
        Outage(at("7:00"), None, 1),
        Outage(at("9:00"), at("10:00"), SEVERAL),
        Outage(at("9:00"), None, 2),
    )


def test_what_was_looked_up_does_not_outlive_its_world() -> None:
    known = world()
    assert (known.closures(CLINIC), known.outages(CLINIC)) == ((), ())
    later = known.with_fact(closure(at("8:00"), at("12:00"))).with_fact(suspected(at("7:00")))
    assert (len(later.closures(CLINIC)), len(later.outages(CLINIC))) == (1, 1)
    assert known.outages(CLINIC) == ()
