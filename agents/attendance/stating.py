"""What an event states, as a timesheet keeps it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from agents.attendance.editing import EARLY
from agents.attendance.timesheet import (
    RANK,
    Asked,
    Call,
    Family,
    Gone,
    Leave,
    Punch,
    Remark,
    Shift,
    Term,
    Way,
)
from schemas.events import (
    AbsenceCalled,
    AbsenceCallRemoved,
    AttendanceExceptionRecorded,
    AttendanceExceptionRemoved,
    EmploymentRecorded,
    LeaveRecorded,
    LeaveRemoved,
    NoticeDelivered,
    PunchRecorded,
    PunchVoided,
    RowEvent,
    ShiftCancelled,
    ShiftScheduled,
)

Stated = tuple[Family, "Fact | Gone"]
Fact = Shift | Punch | Leave | Call | Remark | Asked | Term
WAYS: Mapping[str, Way] = {way: way for way in RANK}
TINY = timedelta(microseconds=1)
QUESTION = "absence_question"
"""The kind of notice that asks the employee why they were not there."""


def fact(event: RowEvent) -> tuple[Family, Fact | Gone] | None:
    """Return what a row's event states, and of which family it is; nothing if it says nothing of attendance."""
    return STATED[type(event)](event)


def _raw(identity: UUID | None) -> bytes | None:
    return identity.bytes if identity is not None else None


def _shift(event: ShiftScheduled) -> tuple[Family, Shift]:
    planned = event.planned_at
    shift = Shift(
        event.shift_id.bytes,
        event.revision,
        event.recorded_at,
        event.event_id.bytes,
        event.starts_at,
        event.ends_at,
        event.location_id.bytes,
        event.kind,
        planned_at=planned if planned is not None and planned > event.starts_at - EARLY else None,
    )
    return "shifts", shift


def _unshift(event: ShiftCancelled) -> tuple[Family, Gone]:
    return "shifts", Gone(event.shift_id.bytes, event.revision, event.recorded_at, "shifts")


def _punch(event: PunchRecorded) -> tuple[Family, Punch]:
    way = WAYS.get(event.direction, "unknown")
    lag, cited = (0, b"") if way == "out" else ((event.recorded_at - event.occurred_at) // TINY, event.event_id.bytes)
    stated = event.punch_id.bytes, event.revision, lag, cited
    return "punches", Punch(*stated, event.occurred_at, way, _raw(event.edited_by))


def _unpunch(event: PunchVoided) -> tuple[Family, Gone]:
    stated = event.punch_id.bytes, event.revision, event.recorded_at
    return "punches", Gone(*stated, "punches", edited_by=_raw(event.edited_by))


def _leave(event: LeaveRecorded) -> tuple[Family, Leave]:
    stated = event.leave_id.bytes, event.revision, event.recorded_at
    span = event.starts_at, event.ends_at
    return "leaves", Leave(*stated, *span, event.status, event.protected, _raw(event.edited_by))


def _unleave(event: LeaveRemoved) -> tuple[Family, Gone]:
    return "leaves", Gone(event.leave_id.bytes, event.revision, event.recorded_at, "leaves")


def _call(event: AbsenceCalled) -> tuple[Family, Call]:
    stated = event.call_id.bytes, event.revision, event.recorded_at
    return "calls", Call(*stated, event.shift_id.bytes, event.occurred_at)


def _uncall(event: AbsenceCallRemoved) -> tuple[Family, Gone]:
    return "calls", Gone(event.call_id.bytes, event.revision, event.recorded_at, "calls")


def _remark(event: AttendanceExceptionRecorded) -> tuple[Family, Remark]:
    stated = event.exception_id.bytes, event.revision, event.recorded_at
    said = event.kind, event.minutes, event.given_by.bytes
    return "remarks", Remark(*stated, _raw(event.shift_id), event.occurred_at, *said)


def _unremark(event: AttendanceExceptionRemoved) -> tuple[Family, Gone]:
    return "remarks", Gone(event.exception_id.bytes, event.revision, event.recorded_at, "remarks")


def _asked(event: NoticeDelivered) -> tuple[Family, Asked] | None:
    ours = event.kind == QUESTION and event.recipient == f"employee:{event.employee_id}"
    if not ours or event.shift_id is None:
        return None
    stated = event.notice_id.bytes, event.revision, event.recorded_at
    return "asked", Asked(*stated, event.shift_id.bytes, event.occurred_at)


def _term(event: EmploymentRecorded) -> tuple[Family, Term]:
    days = event.hired_on, event.ended_on, event.suspended_from, event.suspended_until
    exempt = event.clocking == "exempt"
    return "terms", Term(event.revision, event.recorded_at, *days, exempt, _raw(event.job_position_id))


STATED: Mapping[type[RowEvent], Callable[[Any], tuple[Family, Fact | Gone] | None]] = {
    ShiftScheduled: _shift,
    ShiftCancelled: _unshift,
    PunchRecorded: _punch,
    PunchVoided: _unpunch,
    LeaveRecorded: _leave,
    LeaveRemoved: _unleave,
    AbsenceCalled: _call,
    AbsenceCallRemoved: _uncall,
    AttendanceExceptionRecorded: _remark,
    AttendanceExceptionRemoved: _unremark,
    NoticeDelivered: _asked,
    EmploymentRecorded: _term,
}
