"""When nothing was heard of the clocks of a place although somebody was due, and who."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import takewhile
from typing import NamedTuple

from agents.clock_watch.place import NEVER, Place, Shift
from agents.kernel import World
from schemas.policies.clocks import EARLIEST, ClockPolicy


class Due(NamedTuple):
    """Somebody had to come or could go: a start or an end of their shift."""

    at: datetime
    shift: bytes
    employee_id: bytes


class Silence(NamedTuple):
    """Nothing was heard of the clocks since and until; the first who was due and missing, and the first who else.

    The policy is that at the last sign of life.
    """

    since: datetime | None
    until: datetime | None
    first: Due
    second: Due | None
    policy: ClockPolicy

    @property
    def needs(self) -> tuple[bytes, ...]:
        """Return the shifts on which it rests."""
        return (self.first.shift,) if self.second is None else (self.first.shift, self.second.shift)


def silences(place: Place, world: World, changed: datetime = NEVER) -> list[Silence]:
    """Return the silences that are not too old and have not ended before an instant, in order; the last may last."""
    first = bisect_left(place.alive, changed, key=lambda each: each.began)
    since = place.alive[first - 1].ended - EARLIEST if first else NEVER
    everybody, ends = sorted(dues(place, since)), [each.ended for each in place.alive]
    silent: dict[int, list[Due]] = defaultdict(list)
    for each in everybody:
        gap = bisect_left(ends, each.at)
        if gap >= first and (gap == len(ends) or each.at < place.alive[gap].began):
            silent[gap].append(each)
    found = (_silence(place, gap, silent[gap], everybody, world) for gap in sorted(silent))
    return [each for each in found if each and (each.until is None or each.until >= place.horizon)]


def dues(place: Place, since: datetime) -> Iterator[Due]:
    """Yield when somebody was due, and of what is to come as much as can matter: a month ahead is cheap to know."""
    last = place.alive[-1].ended + EARLIEST if place.alive else place.horizon
    coming: dict[bytes, datetime] = {}
    for shift in place.shifts:
        if not shift.due or shift.ends_at < since:
            continue
        if len(coming) > 1 and sorted(coming.values())[1] <= shift.starts_at:
            return
        for each in _instants(shift):
            if each.at > last:
                coming[each.employee_id] = min(each.at, coming.get(each.employee_id, each.at))
            yield each


def _instants(shift: Shift) -> tuple[Due, Due]:
    return Due(shift.starts_at, shift.id, shift.employee_id), Due(shift.ends_at, shift.id, shift.employee_id)


def _silence(place: Place, gap: int, silent: list[Due], everybody: list[Due], world: World) -> Silence | None:
    since = place.alive[gap - 1].ended if gap else None
    until = place.alive[gap].began if gap < len(place.alive) else None
    policy = world.policy(ClockPolicy, at=since or silent[0].at)
    missed: dict[bytes, Due] = {}
    for each in silent if since is None else missing(place, since, silent, everybody, policy):
        missed.setdefault(each.employee_id, each)
    if not missed:
        return None
    first, second = (*sorted(missed.values())[:2], None)[:2]
    assert first is not None
    return Silence(since, until, first, second, policy)


def missing(
    place: Place, since: datetime, silent: list[Due], everybody: list[Due], policy: ClockPolicy
) -> Iterator[Due]:
    """Yield who was due in a silence, but for as many as had punched shortly before.

    The first punch accounts for who was due first, be it before the silence.
    """
    early = place.punches[bisect_left(place.punches, (since - 2 * policy.early,)) :]
    punched = [each.at for each in takewhile(lambda each: each.at <= since, early)]
    before = everybody[bisect_left(everybody, (since - policy.early,)) : bisect_left(everybody, silent[0])]
    for due in (*(each for each in before if each.at <= since), *silent):
        own = next((at for at in punched if at >= due.at - policy.early), None)
        if own is not None:
            punched.remove(own)
        elif due.at > since:
            yield due
