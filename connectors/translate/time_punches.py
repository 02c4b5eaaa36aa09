"""Punches: what somebody did, and a sign that a clock was alive.

A corrected one comes again; one that is deleted, voided or moved to somebody else is voided where it was.
"""

from connectors.capture import Capture, Telling
from connectors.owners import lost
from schemas.cdc import Change
from schemas.events import ClockSeen, Event, PunchRecorded, PunchVoided
from schemas.rows import TimePunch


def recorded(change: Change[TimePunch]) -> tuple[Event, ...]:
    """Return what has become of the punch, for whoever had it and for whoever has it."""
    return (*_voided(change), *_recorded(change))


def _voided(change: Change[TimePunch]) -> tuple[Event, ...]:
    now = change.after
    gone = lost(change) or (now if now is not None and now.voided else None)
    if gone is None:
        return ()
    return (
        change.states(
            PunchVoided,
            gone.tenant_id,
            revision=change.revision,
            employee_id=gone.employee_id,
            punch_id=gone.id,
            edited_by=None if now is None else now.edited_by,
        ),
    )


def _recorded(change: Change[TimePunch]) -> tuple[Event, ...]:
    now = change.after
    if now is None or now.voided:
        return ()
    return (
        change.states(
            PunchRecorded,
            now.tenant_id,
            occurred_at=now.at,
            revision=change.revision,
            employee_id=now.employee_id,
            punch_id=now.id,
            direction=now.direction,
            location_id=now.location_id,
            source=now.source,
            device=now.device,
            edited_by=now.edited_by,
        ),
    )


def seen(change: Change[TimePunch]) -> tuple[Event, ...]:
    """Return that a clock was alive: a new punch in which nobody had a hand shows it; a change of one shows nothing."""
    now = change.after
    if now is None or change.before is not None or now.location_id is None or now.voided or now.edited_by is not None:
        return ()
    return (
        change.states(
            ClockSeen,
            now.tenant_id,
            occurred_at=now.at,
            location_id=now.location_id,
            device=now.device,
            source="punch",
        ),
    )


CAPTURE = Capture(
    "time_punches", TimePunch, (PunchRecorded, PunchVoided), recorded, also=(Telling((ClockSeen,), seen),)
)
