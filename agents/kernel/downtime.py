"""When a place was closed, and when its clocks were silent: read from what was broadcast, whatever came first."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from schemas.events import (
    ClockOutageConfirmed,
    ClockOutageEnded,
    ClockOutageSuspected,
    ClosureDeclared,
)

SEVERAL = 2
"""People who missed a clock, from which on it is an outage and not an absence; a confirmed outage has as many."""


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
    found: dict[UUID, list[Closure]] = {}
    for fact in declared:
        if not fact.removed:
            found.setdefault(fact.location_id, []).append(Closure(fact.starts_at, fact.ends_at))
    return {place: tuple(sorted(each)) for place, each in found.items()}


def outages(
    suspected: Iterable[ClockOutageSuspected],
    ended: Iterable[ClockOutageEnded],
    confirmed: Iterable[ClockOutageConfirmed],
) -> Mapping[UUID, tuple[Outage, ...]]:
    """Return the outages of each place, in order; of what is said of one, the newest revision holds."""
    said: dict[UUID, ClockOutageSuspected | ClockOutageEnded] = {fact.outage_id: fact for fact in suspected}
    for fact in ended:
        known = said.get(fact.outage_id)
        if known is None or known.revision <= fact.revision:
            said[fact.outage_id] = fact
    found: dict[UUID, list[Outage]] = {}
    for each in (*said.values(), *confirmed):
        if not each.removed:
            ends_at = None if isinstance(each, ClockOutageSuspected) else each.ends_at
            people = SEVERAL if isinstance(each, ClockOutageConfirmed) else each.people
            found.setdefault(each.location_id, []).append(Outage(each.starts_at, ends_at, people))
    return {place: tuple(sorted(each, key=_order)) for place, each in found.items()}


def _order(outage: Outage) -> tuple[datetime, bool, datetime, int]:
    return outage.starts_at, outage.ends_at is None, outage.ends_at or outage.starts_at, outage.people
