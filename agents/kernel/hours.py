"""When somebody may be told something: inside an own shift, else in the hours of their place (X22, S1-R7)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from agents.kernel.world import World
from schemas.policies.notices import NoticePolicy

DAY = timedelta(days=1)
Span = tuple[datetime, datetime]


def zone_of(location_id: UUID, world: World) -> ZoneInfo | None:
    """Return the zone of a place; none: not known, or not any more."""
    place = world.location(location_id)
    return None if place is None else _zone(place.zone)


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def within(spans: Iterable[Span], at: datetime) -> datetime | None:
    """Return the first instant from `at` on that lies in one of the spans, which are without their ends."""
    return min((max(began, at) for began, ended in spans if at < ended), default=None)


def opening(at: datetime, here: ZoneInfo, policy: NoticePolicy) -> datetime:
    """Return the first instant from `at` on that lies in the hours of a place, also where clocks are changed."""
    local = at.astimezone(here)
    if policy.opens <= local.time() < policy.closes:
        return at
    day = local.date() if local.time() < policy.opens else local.date() + DAY
    return datetime.combine(day, policy.opens, here).astimezone(at.tzinfo)


def allowed(at: datetime, own: Iterable[Span], here: ZoneInfo, policy: NoticePolicy) -> datetime:
    """Return the first instant from `at` on at which somebody may be told something; `own`: when they are at work."""
    opens, begins = opening(at, here, policy), within(own, at)
    return opens if begins is None else min(opens, begins)
