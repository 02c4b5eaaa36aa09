"""More events for tests, built as in `builders`: terms, calls, exceptions, notices, and what holds at a place."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.events import (
    AbsenceCalled,
    AbsenceCallRemoved,
    AttendanceExceptionRecorded,
    AttendanceExceptionRemoved,
    ClockOutageConfirmed,
    ClockOutageEnded,
    ClockOutageSuspected,
    ClockSeen,
    ClosureDeclared,
    EmploymentRecorded,
    NoticeDelivered,
    NoticeRequested,
    ShiftDue,
    ShiftNotDue,
    ShiftScheduled,
)
from schemas.ids import derive
from tests.builders import CLINIC, EMPLOYEE, MANAGER, MONDAY, SUBJECT, envelope, uid


def employment(who: UUID = EMPLOYEE, *, revision: int = 1, when: datetime = MONDAY, **terms: Any) -> EmploymentRecorded:
    """Return terms recorded at `when`: hired that Monday, neither ended nor suspended, unless `terms` say so."""
    usual: dict[str, Any] = {
        "hired_on": MONDAY.date(),
        "ended_on": None,
        "suspended_from": None,
        "suspended_until": None,
        "clocking": "required",
        "job_position_id": None,
    }
    return EmploymentRecorded(
        **envelope("employment", when, who, revision), employee_id=who, revision=revision, **{**usual, **terms}
    )


def called(
    planned: ShiftScheduled, when: datetime | None = None, *, name: str = "", revision: int = 1
) -> AbsenceCalled:
    """Return the call of whoever has the shift; an hour before it unless `when` says so."""
    when = when or planned.starts_at - timedelta(hours=1)
    name = name or f"call for {planned.shift_id}"
    return AbsenceCalled(
        **envelope("called", when, name, revision),
        employee_id=planned.employee_id,
        call_id=uid(name),
        shift_id=planned.shift_id,
        revision=revision,
    )


def uncalled(call: AbsenceCalled, revision: int = 2) -> AbsenceCallRemoved:
    return AbsenceCallRemoved(
        **envelope("uncalled", call.recorded_at, call.call_id, revision),
        employee_id=call.employee_id,
        call_id=call.call_id,
        revision=revision,
    )


def exception(
    planned: ShiftScheduled | None,
    kind: str = "excused",
    minutes: int | None = None,
    *,
    by: UUID = MANAGER,
    when: datetime | None = None,
    name: str = "",
    revision: int = 1,
    who: UUID = EMPLOYEE,
) -> AttendanceExceptionRecorded:
    """Return what `by` says of a shift (none: of `who`); at the shift's end unless `when` says so."""
    when = when or (MONDAY if planned is None else planned.ends_at)
    shift_id = None if planned is None else planned.shift_id
    name = name or f"{kind} for {shift_id}"
    return AttendanceExceptionRecorded(
        **envelope("exception", when, name, revision),
        employee_id=who if planned is None else planned.employee_id,
        exception_id=uid(name),
        shift_id=shift_id,
        kind=kind,
        minutes=minutes,
        given_by=by,
        revision=revision,
    )


def unexcepted(given: AttendanceExceptionRecorded, revision: int = 2) -> AttendanceExceptionRemoved:
    return AttendanceExceptionRemoved(
        **envelope("unexcepted", given.recorded_at, given.exception_id, revision),
        employee_id=given.employee_id,
        exception_id=given.exception_id,
        revision=revision,
    )


def notice(
    kind: str, when: datetime, planned: ShiftScheduled | None = None, *, to: str = "", details: str = "{}"
) -> NoticeRequested:
    shift_id = None if planned is None else planned.shift_id
    return NoticeRequested(
        **envelope("notice", when, kind, shift_id, to),
        recipient=to or SUBJECT,
        notice_id=derive("test", kind, shift_id, to),
        kind=kind,
        employee_id=EMPLOYEE if planned is None else planned.employee_id,
        shift_id=shift_id,
        proposal_id=None,
        details=details,
        expires_at=when + timedelta(days=2),
    )


def delivered(asked: NoticeRequested, when: datetime | None = None, revision: int = 1) -> NoticeDelivered:
    return NoticeDelivered(
        **envelope("delivered", when or asked.occurred_at, asked.notice_id, revision),
        employee_id=asked.employee_id,
        notice_id=asked.notice_id,
        recipient=asked.recipient,
        kind=asked.kind,
        shift_id=asked.shift_id,
        revision=revision,
    )


def _at_a_place(purpose: str, since: datetime, name: str, revision: int, where: UUID) -> dict[str, Any]:
    fields = {"location_id": where, "starts_at": since, "revision": revision}
    return {**envelope(purpose, since, name, revision, where), **fields}


def closure(
    since: datetime,
    until: datetime,
    *,
    where: UUID = CLINIC,
    name: str = "closure",
    revision: int = 1,
    removed: bool = False,
) -> ClosureDeclared:
    place = _at_a_place("closure", since, name, revision, where)
    return ClosureDeclared(**place, closure_id=uid(name), ends_at=until, removed=removed)


def outage_suspected(
    since: datetime, people: int = 2, *, where: UUID = CLINIC, name: str = "outage", revision: int = 1
) -> ClockOutageSuspected:
    place = _at_a_place("suspected", since, name, revision, where)
    return ClockOutageSuspected(**place, outage_id=uid(name), people=people)


def outage_ended(suspected: ClockOutageSuspected, until: datetime, *, removed: bool = False) -> ClockOutageEnded:
    place = _at_a_place("ended", until, str(suspected.outage_id), suspected.revision + 1, suspected.location_id)
    ended = {"outage_id": suspected.outage_id, "people": suspected.people, "ends_at": until, "removed": removed}
    return ClockOutageEnded(**{**place, **ended, "starts_at": suspected.starts_at})


def outage_confirmed(
    since: datetime,
    until: datetime,
    *,
    where: UUID = CLINIC,
    name: str = "confirmed",
    revision: int = 1,
    removed: bool = False,
) -> ClockOutageConfirmed:
    place = _at_a_place("confirmed", since, name, revision, where)
    return ClockOutageConfirmed(**place, outage_id=uid(name), ends_at=until, removed=removed)


def clock_seen(
    when: datetime, device: str | None = "kiosk", *, where: UUID = CLINIC, source: str = "heartbeat"
) -> ClockSeen:
    return ClockSeen(**envelope("seen", when, where, device), location_id=where, device=device, source=source)


def due(planned: ShiftScheduled) -> ShiftDue:
    """Return what the place of the shift is told of it."""
    return ShiftDue(
        **envelope("due", planned.recorded_at, planned.shift_id, planned.revision),
        location_id=planned.location_id,
        shift_id=planned.shift_id,
        employee_id=planned.employee_id,
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
        revision=planned.revision,
    )


def not_due(planned: ShiftScheduled, revision: int = 2) -> ShiftNotDue:
    return ShiftNotDue(
        **envelope("not due", planned.recorded_at, planned.shift_id, revision),
        location_id=planned.location_id,
        shift_id=planned.shift_id,
        revision=revision,
    )
