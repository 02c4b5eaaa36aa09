"""Punches; a corrected one comes again, a deleted one and one moved to somebody else is voided where it was."""

from connectors.capture import Capture
from schemas.cdc import Change
from schemas.events import Event, PunchRecorded, PunchVoided
from schemas.rows import TimePunch


def recorded(change: Change[TimePunch]) -> tuple[Event, ...]:
    """Return what has become of the punch, for whoever had it and for whoever has it."""
    was, now = change.before, change.after
    told: list[Event] = []
    if was is not None and (now is None or now.employee_id != was.employee_id):
        told.append(
            change.states(
                PunchVoided,
                was.tenant_id,
                revision=change.revision,
                employee_id=was.employee_id,
                punch_id=was.id,
            )
        )
    if now is not None:
        told.append(
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
            )
        )
    return tuple(told)


CAPTURE = Capture("time_punches", TimePunch, (PunchRecorded, PunchVoided), recorded)
