"""Beats of clocks; a row that changes without a later beat is no sign of life."""

from connectors.capture import Capture
from schemas.cdc import Change
from schemas.events import ClockSeen
from schemas.rows import ClockHeartbeat


def seen(change: Change[ClockHeartbeat]) -> tuple[ClockSeen, ...]:
    """Return that the clock was alive at its last beat."""
    was, now = change.before, change.after
    if now is None or (was is not None and now.at <= was.at):
        return ()
    return (
        change.states(
            ClockSeen,
            now.tenant_id,
            occurred_at=now.at,
            location_id=now.location_id,
            device=now.device,
            source="heartbeat",
        ),
    )


CAPTURE = Capture("clock_heartbeats", ClockHeartbeat, (ClockSeen,), seen)
