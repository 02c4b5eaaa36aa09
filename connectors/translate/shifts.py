"""Shifts; one that is cancelled or given to somebody else is cancelled for whoever had it."""

from connectors.capture import Capture
from schemas.cdc import Change
from schemas.events import Event, ShiftCancelled, ShiftScheduled
from schemas.rows import Shift


def scheduled(change: Change[Shift]) -> tuple[Event, ...]:
    """Return what has become of the shift, for whoever had it and for whoever has it."""
    was, now = change.before, change.after
    moved = was is not None and (now is None or now.employee_id != was.employee_id)
    gone = was if moved else now if now is not None and now.cancelled else None
    told: list[Event] = []
    if gone is not None:
        told.append(
            change.states(
                ShiftCancelled,
                gone.tenant_id,
                revision=change.revision,
                employee_id=gone.employee_id,
                shift_id=gone.id,
            )
        )
    if now is not None and not now.cancelled:
        told.append(
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
            )
        )
    return tuple(told)


CAPTURE = Capture("shifts", Shift, (ShiftScheduled, ShiftCancelled), scheduled)
