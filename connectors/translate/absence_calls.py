"""Calls: somebody has told that they do not come to a shift."""

from connectors.capture import Capture
from connectors.owners import lost
from schemas.cdc import Change
from schemas.events import AbsenceCalled, AbsenceCallRemoved, Event
from schemas.rows import AbsenceCall


def called(change: Change[AbsenceCall]) -> tuple[Event, ...]:
    """Return what has become of it, for whoever it was about and for whoever it is about."""
    was, now = lost(change), change.after
    told: list[Event] = []
    if was is not None:
        told.append(
            change.states(
                AbsenceCallRemoved,
                was.tenant_id,
                revision=change.revision,
                employee_id=was.employee_id,
                call_id=was.id,
            )
        )
    if now is not None:
        told.append(
            change.states(
                AbsenceCalled,
                now.tenant_id,
                occurred_at=now.announced_at,
                revision=change.revision,
                employee_id=now.employee_id,
                call_id=now.id,
                shift_id=now.shift_id,
            )
        )
    return tuple(told)


CAPTURE = Capture("absence_calls", AbsenceCall, (AbsenceCalled, AbsenceCallRemoved), called)
