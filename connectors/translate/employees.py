"""Who works for whom, where, and from when to when; no names, no contacts.

Everybody is described to all; on what terms somebody works is a fact about that person alone.
"""

from typing import Any

from connectors.capture import Capture
from schemas.cdc import Change
from schemas.events import EmployeeDescribed, EmploymentRecorded, Event
from schemas.rows import Employee


def told(change: Change[Employee]) -> tuple[Event, ...]:
    """Return what has changed of the person: what all know, and the terms."""
    return (*_described(change), *_employment(change))


def _described(change: Change[Employee]) -> tuple[Event, ...]:
    was, now = change.before, change.after
    row = now or was
    if row is None or (was is not None and now is not None and _known(was) == _known(now)):
        return ()
    known = _known(row)
    return (change.states(EmployeeDescribed, row.tenant_id, revision=change.revision, removed=now is None, **known),)


def _employment(change: Change[Employee]) -> tuple[Event, ...]:
    was, now = change.before, change.after
    if now is None or (was is not None and _terms(was) == _terms(now)):
        return ()
    return (change.states(EmploymentRecorded, now.tenant_id, revision=change.revision, **_terms(now)),)


def _known(row: Employee) -> dict[str, Any]:
    return {
        "employee_id": row.id,
        "manager_id": row.manager_id,
        "location_id": row.location_id,
        "job_position_id": row.job_position_id,
        "hired_on": row.hired_on,
        "ended_on": row.ended_on,
    }


def _terms(row: Employee) -> dict[str, Any]:
    return {
        "employee_id": row.id,
        "hired_on": row.hired_on,
        "ended_on": row.ended_on,
        "suspended_from": row.suspended_from,
        "suspended_until": row.suspended_until,
        "clocking": row.clocking,
        "job_position_id": row.job_position_id,
    }


EXCLUDED = ("name", "contact")
CAPTURE = Capture("employees", Employee, (EmployeeDescribed, EmploymentRecorded), told, excluded=EXCLUDED)
