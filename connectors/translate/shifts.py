"""Shifts: whose they are, and where somebody is due.

One that is cancelled or given to somebody else is cancelled for whoever had it.
"""

from uuid import UUID

from connectors.capture import Capture, Telling
from connectors.owners import lost
from schemas.cdc import Change
from schemas.events import Event, ShiftCancelled, ShiftDue, ShiftNotDue, ShiftScheduled
from schemas.rows import Shift

CLOCKED = ("work", "training")
"""Kinds for which somebody comes, and so is heard of at a clock."""


def scheduled(change: Change[Shift]) -> tuple[Event, ...]:
    """Return what has become of the shift, for whoever had it and for whoever has it."""
    return (*_cancelled(change), *_scheduled(change))


def due(change: Change[Shift]) -> tuple[Event, ...]:
    """Return what has become of it for the place where it was, and for the one where it is."""
    return (*_not_due(change), *_due(change))


def _cancelled(change: Change[Shift]) -> tuple[Event, ...]:
    now = change.after
    gone = lost(change) or (now if now is not None and now.cancelled else None)
    if gone is None:
        return ()
    return (
        change.states(
            ShiftCancelled,
            gone.tenant_id,
            revision=change.revision,
            employee_id=gone.employee_id,
            shift_id=gone.id,
        ),
    )


def _scheduled(change: Change[Shift]) -> tuple[Event, ...]:
    now = change.after
    if now is None or now.cancelled:
        return ()
    return (
        change.states(
            ShiftScheduled,
            now.tenant_id,
            occurred_at=now.starts_at,
            revision=change.revision,
            employee_id=now.employee_id,
            shift_id=now.id,
            location_id=now.location_id,
            starts_at=now.starts_at,
            ends_at=now.ends_at,
            kind=now.kind,
            # Whoever has got it from somebody else did not know of it before.
            planned_at=now.handed_over_at or now.created_at,
            edited_by=now.edited_by,
        ),
    )


def _place(row: Shift | None) -> UUID | None:
    """Return where somebody is due; none: nowhere."""
    return row.location_id if row is not None and not row.cancelled and row.kind in CLOCKED else None


def _not_due(change: Change[Shift]) -> tuple[Event, ...]:
    # A row that is read anew does not say what was told of it before: where it is now, at least, it may have been due.
    row = change.before or change.after
    place = _place(change.before) if change.before is not None else row and row.location_id
    if row is None or place in (None, _place(change.after)):
        return ()
    return (
        change.states(
            ShiftNotDue,
            row.tenant_id,
            revision=change.revision,
            location_id=place,
            shift_id=row.id,
        ),
    )


def _due(change: Change[Shift]) -> tuple[Event, ...]:
    now = change.after
    if now is None or (place := _place(now)) is None:
        return ()
    return (
        change.states(
            ShiftDue,
            now.tenant_id,
            occurred_at=now.starts_at,
            revision=change.revision,
            location_id=place,
            shift_id=now.id,
            employee_id=now.employee_id,
            starts_at=now.starts_at,
            ends_at=now.ends_at,
        ),
    )


CAPTURE = Capture(
    "shifts", Shift, (ShiftScheduled, ShiftCancelled), scheduled, also=(Telling((ShiftDue, ShiftNotDue), due),)
)
