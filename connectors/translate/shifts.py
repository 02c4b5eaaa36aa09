"""Shifts; one that is given to somebody else is cancelled for the one and scheduled for the other."""

from connectors.capture import Capture
from schemas.cdc import Change
from schemas.events import Event, ShiftCancelled, ShiftScheduled
from schemas.rows import Shift


def scheduled(change: Change[Shift]) -> tuple[Event, ...]:
    """Return what has become of the shift, for whoever had it and for whoever has it."""
    was, now = change.before, change.after
    told: list[Event] = []
    if was is not None and (now is None or now.employee_id != was.employee_id):
        told.append(
            change.states(
                ShiftCancelled,
                was.tenant_id,
                revision=change.revision,
                employee_id=was.employee_id,
                shift_id=was.id,
            )
        )
    if now is not None:
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
            )
        )
    return tuple(told)


CAPTURE = Capture("shifts", Shift, (ShiftScheduled, ShiftCancelled), scheduled)
