"""What is known of one place: when its clocks were alive, who is due there, and what was told of outages."""

from bisect import bisect_left, insort
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from agents.kernel import Wake
from schemas.events import AgentModeChanged, ClockSeen, Event, ShiftDue, ShiftNotDue
from schemas.policies.clocks import EARLIEST, SHORTEST

NAME = "clock_watch"
NEVER = datetime.min.replace(tzinfo=UTC)
MEMORY = timedelta(days=7)
"""What ended longer ago is forgotten, but for what an outage rests on that lasts."""


class Stretch(NamedTuple):
    """The clocks were alive: no two signs of life in it are further apart than the shortest silence there is."""

    began: datetime
    ended: datetime


class Punch(NamedTuple):
    """Somebody has punched, and so was not missed."""

    at: datetime
    id: bytes


class Shift(Struct, frozen=True, array_like=True, gc=False):
    """Somebody is due, as it stands now, or not any more."""

    id: bytes
    revision: int
    employee_id: bytes
    starts_at: datetime
    ends_at: datetime
    due: bool

    @property
    def order(self) -> tuple[datetime, bytes]:
        return self.starts_at, self.id


class Told(Struct, frozen=True, array_like=True, gc=False):
    """An outage as it was told, and until when that stands although less of it is known to be true."""

    id: bytes
    starts_at: datetime
    ends_at: datetime | None
    people: int
    held: datetime | None = None


class Place(Struct, frozen=True, array_like=True):
    """What is known of one place. `seen`: the newest record time; `woken`: the newest wake-up."""

    location_id: bytes
    alive: tuple[Stretch, ...] = ()
    punches: tuple[Punch, ...] = ()
    """Those soon after which nothing more was heard."""
    shifts: tuple[Shift, ...] = ()
    told: tuple[Told, ...] = ()
    seen: datetime = NEVER
    woken: datetime = NEVER
    revision: int = 0
    """Of what was told last."""
    again: bool = False
    """Whether to say all of it again: what was said before may not have been heard."""

    @property
    def horizon(self) -> datetime:
        """What ended before is forgotten."""
        return self.seen - MEMORY if self.seen > NEVER else NEVER


def learned(place: Place, event: Event | Wake) -> Place:
    """Return what is known now."""
    match event:
        case Wake():
            place = replace(place, woken=max(place.woken, event.at))
        case ClockSeen():  # a clock that is fast has not been alive in the future
            place = heard_of(place, event, min(event.occurred_at, event.recorded_at))
        case ShiftDue() | ShiftNotDue():
            place = replace(place, shifts=with_shift(place.shifts, shift(event)))
        case AgentModeChanged(agent="clock_watch", mode="live"):
            return replace(place, again=True)
        case _:
            return place
    return replace(place, seen=max(place.seen, event.recorded_at))


def heard_of(place: Place, event: ClockSeen, at: datetime) -> Place:
    """Return what is known with a sign of life at an instant, and whose it was."""
    alive, punches = with_sign(place.alive, at), place.punches
    if event.source == "punch" and (punch := Punch(at, event.event_id.bytes[:8])) not in punches:
        punches = tuple(sorted((*punches, punch)))
    if alive is place.alive and punches is place.punches:
        return place
    stretch = alive[bisect_left(alive, at, key=lambda each: each.ended)]
    # A stretch only ever grows: a punch long after which something more was heard stays one.
    early, late = (bisect_left(punches, (each,)) for each in (stretch.began, stretch.ended - 2 * EARLIEST))
    return replace(place, alive=alive, punches=punches[:early] + punches[max(early, late) :])


def with_sign(alive: tuple[Stretch, ...], at: datetime) -> tuple[Stretch, ...]:
    """Return when the clocks were alive, with one more sign of it; the same signs come to the same in any order."""
    first = after = bisect_left(alive, at - SHORTEST, key=lambda each: each.ended)
    while after < len(alive) and alive[after].began <= at + SHORTEST:
        after += 1
    touched = alive[first:after]
    if any(each.began <= at <= each.ended for each in touched):
        return alive
    whole = Stretch(min([at, *(each.began for each in touched)]), max([at, *(each.ended for each in touched)]))
    return (*alive[:first], whole, *alive[after:])


def with_shift(shifts: tuple[Shift, ...], fact: Shift) -> tuple[Shift, ...]:
    """Return the shifts, in order of their starts, with this one in the place of an older revision."""
    known = next((each for each in shifts if each.id == fact.id), None)
    if known is not None and known.revision >= fact.revision:
        return shifts
    others = [each for each in shifts if each is not known]
    insort(others, fact, key=lambda each: each.order)
    return tuple(others)


def shift(event: ShiftDue | ShiftNotDue) -> Shift:
    """Return what the event says of a shift."""
    if isinstance(event, ShiftNotDue):
        return Shift(event.shift_id.bytes, event.revision, b"", event.recorded_at, event.recorded_at, due=False)
    who = event.employee_id.bytes
    return Shift(event.shift_id.bytes, event.revision, who, event.starts_at, event.ends_at, due=True)


def forgotten(place: Place, needed: Collection[bytes]) -> Place:
    """Return what is known without what is too old, but with the shifts that are needed."""
    horizon = place.horizon
    began = bisect_left(place.shifts, horizon, key=lambda each: each.starts_at)
    kept = [each for each in place.shifts[:began] if each.ends_at >= horizon or each.id in needed]
    told = [each for each in place.told if each.ends_at is None or each.ends_at >= horizon]
    old = max(0, bisect_left(place.alive, horizon, key=lambda each: each.ended) - 1)
    if old:
        punches = place.punches[bisect_left(place.punches, (place.alive[old].began,)) :]
        place = replace(place, alive=place.alive[old:], punches=punches)
    if len(kept) < began:
        place = replace(place, shifts=(*kept, *place.shifts[began:]))
    return place if len(told) == len(place.told) else replace(place, told=tuple(told))


def facts(place: Place) -> dict[str, Any]:
    """Return what must not depend on the order of arrival."""
    return {
        "alive": place.alive,
        "shifts": [(each.id, each.revision, each.starts_at, each.ends_at, each.due) for each in place.shifts],
        "told": [replace(each, held=None) for each in place.told],
    }
