"""What people say of a shift that no clock can know; why they say so does not travel."""

from connectors.capture import Capture
from connectors.owners import lost
from schemas.cdc import Change
from schemas.events import AttendanceExceptionRecorded, AttendanceExceptionRemoved, Event
from schemas.rows import AttendanceException


def given(change: Change[AttendanceException]) -> tuple[Event, ...]:
    """Return what has become of it, for whoever it was about and for whoever it is about."""
    was, now = lost(change), change.after
    told: list[Event] = []
    if was is not None:
        told.append(
            change.states(
                AttendanceExceptionRemoved,
                was.tenant_id,
                revision=change.revision,
                employee_id=was.employee_id,
                exception_id=was.id,
            )
        )
    if now is not None:
        told.append(
            change.states(
                AttendanceExceptionRecorded,
                now.tenant_id,
                occurred_at=now.given_at,
                revision=change.revision,
                employee_id=now.employee_id,
                exception_id=now.id,
                shift_id=now.shift_id,
                kind=now.kind,
                minutes=now.minutes,
                given_by=now.given_by,
            )
        )
    return tuple(told)


CAPTURE = Capture(
    "attendance_exceptions",
    AttendanceException,
    (AttendanceExceptionRecorded, AttendanceExceptionRemoved),
    given,
    excluded=("reason",),
)
