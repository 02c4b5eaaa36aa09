"""Tell everybody when the clocks of a place are silent while people are due there.

Reads signs of life of clocks and who is due, keyed by place, wakes when a silence has lasted too long; emits
``ClockOutageSuspected`` and ``ClockOutageEnded``. Late facts change what was told, in whatever order they arrive; the
rules stand in docs/clocks.md.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from agents.clock_watch.place import NAME, NEVER, Place, Told, facts, forgotten, learned
from agents.clock_watch.silence import Silence, silences
from agents.kernel import Agent, Outcome, Wake, World
from schemas.events import (
    AgentModeChanged,
    Cause,
    ClockOutageEnded,
    ClockOutageSuspected,
    ClockSeen,
    Event,
    OperationsEvent,
    PolicyPublished,
    ShiftDue,
    ShiftNotDue,
)
from schemas.ids import derive
from schemas.policies.clocks import ClockPolicy
from schemas.topics import OPERATIONS

__all__ = ["AGENT", "facts", "step"]

FOREVER = datetime.max.replace(tzinfo=UTC)
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
Outages = Mapping[bytes, Told]


def step(state: Place | None, event: Event | Wake, world: World) -> Outcome[Place]:
    """Learn a fact, look where nothing was heard, and bring what was told of outages in line with it."""
    if state is None and not isinstance(event, OperationsEvent):
        return Outcome(None)
    place = learned(state or Place(UUID(event.key).bytes), event)
    changed = since_when(event)
    silent = silences(place, world, changed)
    if changed == NEVER:
        place = forgotten(place, {shift for each in silent for shift in each.needs})
    looked = [judged(place, each) for each in silent]
    known = {each.id: each for each in place.told}
    wanted = {each.id: each for each in place.told if each.ends_at is not None and each.ends_at < changed}
    wanted |= {each.outage.id: each.outage for each in looked if each.outage}
    settling = world.policy(ClockPolicy, at=event.recorded_at).settling
    told = settled(known, wanted, place, event, settling)
    repeats = place.again and isinstance(event, Wake)
    changes = list(difference(heard(place, world) if repeats else known, told))
    place = replace(
        place,
        told=tuple(told[each] for each in sorted(told)),
        revision=max(place.revision + 1, (event.recorded_at - EPOCH) // MICROSECOND) if changes else place.revision,
        again=place.again and not repeats,
    )
    wakes = [at for each in looked for at in each.wakes] + [each.held for each in place.told if each.held]
    wake_at = min([*wakes, *([event.recorded_at] if place.again else [])], default=None)
    said = tuple(announcement(place, each, event, removed=removed) for each, removed in changes)
    return Outcome(state if place == state else place, said, wake_at)


def since_when(event: Event | Wake) -> datetime:
    """Return since when an event can have changed anything: a sign of life nothing that had ended before."""
    return min(event.occurred_at, event.recorded_at) if isinstance(event, ClockSeen) else NEVER


class Judgement(NamedTuple):
    """What a silence amounts to, and when it will amount to more if it lasts."""

    outage: Told | None
    wakes: list[datetime]


def judged(place: Place, silence: Silence) -> Judgement:
    """Return the outage that a silence is: of two people once both were due for long enough, else of one."""
    first, policy = silence.first.at, silence.policy
    limits = [each.at + policy.silence for each in (silence.first, silence.second) if each is not None]
    until = place.woken if silence.until is None else silence.until
    people = sum(limit <= until for limit in limits)
    wakes = [limit for limit in limits if limit > until and silence.until is None]
    begins = first - policy.lookback
    outage = Told(
        derive(NAME, UUID(bytes=place.location_id), first.isoformat()).bytes,
        begins if silence.since is None else max(begins, silence.since),
        silence.until,
        people,
    )
    return Judgement(outage if people else None, wakes)


def settled(known: Outages, wanted: Outages, place: Place, cause: Cause, settling: timedelta) -> dict[bytes, Told]:
    """Return what is to be told: more of an outage at once, less of it once the punches that show it are there too."""
    told = dict(wanted)
    for each in known.values():
        if less(each, wanted.get(each.id), cause.recorded_at - settling):
            held = each.held or max(cause.recorded_at, place.woken) + settling
            if held > place.woken:
                told[each.id] = replace(each, held=held)
    return told


def less(was: Told, now: Told | None, fresh: datetime) -> bool:
    """Whether an outage is less than was told; that it has ended is not less, when it was just then."""
    if now is None or now.starts_at > was.starts_at or now.people < was.people:
        return True
    return (now.ends_at or FOREVER) < min(was.ends_at or FOREVER, fresh)


def heard(place: Place, world: World) -> Outages:
    """Return what everybody knows of outages here, as far as they are not forgotten here."""
    said = world.suspected(UUID(bytes=place.location_id))
    known = (Told(each.outage_id.bytes, each.starts_at, getattr(each, "ends_at", None), each.people) for each in said)
    return {each.id: each for each in known if each.ends_at is None or each.ends_at >= place.horizon}


def difference(was: Outages, now: Outages) -> Iterator[tuple[Told, bool]]:
    """Yield the outages that are not as they were, and whether they never were."""
    for identity in sorted({*was, *now}):
        before, after = was.get(identity), now.get(identity)
        if after is None:
            yield was[identity], True
        elif before is None or replace(before, held=None) != replace(after, held=None):
            yield after, False


def announcement(place: Place, outage: Told, cause: Cause, *, removed: bool) -> Event:
    """Return what is told everybody of an outage."""
    identity = UUID(bytes=outage.id)
    said = {
        "outage_id": identity,
        "location_id": UUID(bytes=place.location_id),
        "starts_at": outage.starts_at,
        "people": outage.people,
        "revision": place.revision,
        "removed": removed,
    }
    if outage.ends_at is None:
        return ClockOutageSuspected.caused_by(cause, identity, place.revision, **said)
    return ClockOutageEnded.caused_by(cause, identity, place.revision, **said, ends_at=outage.ends_at)


AGENT = Agent(
    name=NAME,
    version=1,
    topic=OPERATIONS,
    consumes=(ClockSeen, ShiftDue, ShiftNotDue),
    consumes_world=(PolicyPublished, AgentModeChanged),
    emits=(ClockOutageSuspected, ClockOutageEnded),
    state=Place,
    step=step,
)
