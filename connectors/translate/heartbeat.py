"""A heartbeat is a tick; who broadcasts it does so once a minute."""

from connectors.capture import Capture
from schemas.cdc import Change
from schemas.events import Tick
from schemas.ids import DEFAULT_TENANT
from schemas.rows import Heartbeat


def ticks(change: Change[Heartbeat]) -> tuple[Tick, ...]:
    """Return the minute that has begun."""
    if change.after is None:
        return ()
    minute = change.after.beat_at.replace(second=0, microsecond=0)
    return (change.states(Tick, DEFAULT_TENANT, occurred_at=minute, revision=change.revision, at=minute),)


CAPTURE = Capture("heartbeat", Heartbeat, (Tick,), ticks)
