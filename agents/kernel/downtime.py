"""When a place was closed, and when its clocks were silent: read from what was broadcast, whatever came first."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar
from uuid import UUID

from schemas.events import (
    ClockOutageConfirmed,
    ClockOutageEnded,
    ClockOutageSuspected,
    ClosureDeclared,
    LocationFact,
    WorldEvent,
)

F = TypeVar("F", bound=LocationFact)
Suspicion = ClockOutageSuspected | ClockOutageEnded

SEVERAL = 2
"""People who missed a clock, from which on it is an outage and not an absence; a confirmed outage has as many."""
MEMORY = timedelta(days=600)
"""What was over so long before the newest is forgotten: no shift of which facts are kept is as old."""


class Closure(NamedTuple):
    """A place was closed."""

    starts_at: datetime
    ends_at: datetime


class Outage(NamedTuple):
    """Nothing was heard of the clocks of a place while `people` were due; it lasts while it has no end."""

    starts_at: datetime
    ends_at: datetime | None
    people: int


def closures(declared: Iterable[ClosureDeclared]) -> Mapping[UUID, tuple[Closure, ...]]:
    """Return the closures of each place, in order."""
    return {
        place: tuple(sorted(Closure(each.starts_at, each.ends_at) for each in facts))
        for place, facts in _by_place(declared).items()
    }


def remembered(newest: WorldEvent, family: Mapping[str, WorldEvent]) -> Mapping[str, WorldEvent]:
    """Return the facts of its type without those of places that are too old; the same in whatever order they came.

    What is declared ahead makes nothing old: only what has begun, and is known.
    """
    if not isinstance(newest, LocationFact):
        return family
    known = {key: fact for key, fact in family.items() if isinstance(fact, LocationFact)}
    oldest = max(min(fact.starts_at, fact.recorded_at) for fact in known.values()) - MEMORY
    return {key: fact for key, fact in known.items() if _over(fact) >= oldest}


def _over(fact: LocationFact) -> datetime:
    """Return when something was over; what is suspected, and need not have an end, when it began."""
    return fact.ends_at if isinstance(fact, ClosureDeclared | ClockOutageConfirmed) else fact.starts_at


def suspicions(
    suspected: Iterable[ClockOutageSuspected], ended: Iterable[ClockOutageEnded]
) -> Mapping[UUID, tuple[Suspicion, ...]]:
    """Return what is suspected of each place; of what is said of one outage, the newest revision holds."""
    said: dict[UUID, Suspicion] = {fact.outage_id: fact for fact in suspected}
    for fact in ended:
        known = said.get(fact.outage_id)
        if known is None or known.revision <= fact.revision:
            said[fact.outage_id] = fact
    return _by_place(said.values())


def outages(
    suspected: Mapping[UUID, tuple[Suspicion, ...]], confirmed: Iterable[ClockOutageConfirmed]
) -> Mapping[UUID, tuple[Outage, ...]]:
    """Return the outages of each place, in order."""
    found: dict[UUID, list[Outage]] = {}
    for place, facts in suspected.items():
        found[place] = [Outage(each.starts_at, getattr(each, "ends_at", None), each.people) for each in facts]
    for place, said in _by_place(confirmed).items():
        found.setdefault(place, []).extend(Outage(each.starts_at, each.ends_at, SEVERAL) for each in said)
    return {place: tuple(sorted(each, key=_order)) for place, each in found.items()}


def _by_place(facts: Iterable[F]) -> dict[UUID, tuple[F, ...]]:
    """Return what stands, by place."""
    found: dict[UUID, tuple[F, ...]] = {}
    for fact in facts:
        if not fact.removed:
            found[fact.location_id] = (*found.get(fact.location_id, ()), fact)
    return found


def _order(outage: Outage) -> tuple[datetime, bool, datetime, int]:
    return outage.starts_at, outage.ends_at is None, outage.ends_at or outage.starts_at, outage.people
