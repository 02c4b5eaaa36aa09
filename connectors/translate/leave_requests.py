"""Requests for leave; what kind of leave it is does not travel."""

from connectors.capture import Capture
from connectors.owners import lost
from schemas.cdc import Change
from schemas.events import Event, LeaveRecorded, LeaveRemoved
from schemas.rows import LeaveRequest


def recorded(change: Change[LeaveRequest]) -> tuple[Event, ...]:
    """Return what has become of the request, for whoever had it and for whoever has it."""
    was, now = lost(change), change.after
    told: list[Event] = []
    if was is not None:
        told.append(
            change.states(
                LeaveRemoved,
                was.tenant_id,
                revision=change.revision,
                employee_id=was.employee_id,
                leave_id=was.id,
            )
        )
    if now is not None:
        told.append(
            change.states(
                LeaveRecorded,
                now.tenant_id,
                revision=change.revision,
                employee_id=now.employee_id,
                leave_id=now.id,
                starts_at=now.starts_at,
                ends_at=now.ends_at,
                status=now.status,
                protected=now.protected,
                edited_by=now.edited_by,
            )
        )
    return tuple(told)


CAPTURE = Capture("leave_requests", LeaveRequest, (LeaveRecorded, LeaveRemoved), recorded, excluded=("kind",))
