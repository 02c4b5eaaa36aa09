"""When somebody may be told of a proposal: in the hours of their place, and not again at once (X22, S1-R8).

What waits is told once it may be, if it still holds; what comes meanwhile about the same proposal takes its place.
Whoever holds a role is told at once: it waits where they look.
"""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from agents.kernel import World
from agents.kernel.hours import allowed, zone_of
from agents.supervisor.docket import Docket, Held
from schemas.policies.notices import NoticePolicy

LONGEST_PAUSE = timedelta(days=1)


def free(docket: Docket, recipient: str, now: datetime, world: World) -> datetime:
    """Return from when on somebody may be told something; it is not known here when they work."""
    family, _, identity = recipient.partition(":")
    if family != "employee":
        return now
    policy = world.policy(NoticePolicy, now)
    rested = max([now, *(at + policy.pause for who, at in docket.spoken if who == recipient)])
    known = world.employee(UUID(identity))
    here = zone_of(known.location_id, world) if known else None
    return rested if here is None else allowed(rested, (), here, policy)


def without(docket: Docket, proposal: bytes, recipient: str) -> Docket:
    """Return the docket in which nothing about a proposal waits for somebody."""
    kept = tuple(each for each in docket.held if (each.proposal, each.recipient) != (proposal, recipient))
    return docket if kept == docket.held else replace(docket, held=kept)


def holding(docket: Docket, held: Held) -> Docket:
    """Return the docket in which this waits for somebody, and nothing else about the same proposal."""
    kept = without(docket, held.proposal, held.recipient).held
    order = sorted((*kept, held), key=lambda each: (each.at, each.proposal, each.recipient))
    return replace(docket, held=tuple(order))


def having_told(docket: Docket, recipient: str, now: datetime) -> Docket:
    """Return the docket in which somebody was told something now."""
    if not recipient.startswith("employee:"):
        return docket
    kept = [(who, at) for who, at in docket.spoken if who != recipient and at > now - LONGEST_PAUSE]
    return replace(docket, spoken=tuple(sorted([*kept, (recipient, now)])))
