"""The events that say what was judged."""

from itertools import groupby
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from agents.attendance.chapters import opened
from agents.attendance.editing import planned
from agents.attendance.terms import identity
from agents.attendance.timesheet import Shift, Timesheet
from agents.kernel import Wake
from schemas.events import Event, ShiftCancelled, ShiftJudged


def judgement(sheet: Timesheet, shift: Shift, cause: Event | Wake) -> ShiftJudged:
    """Return what is said of a shift: by the plan that judged it."""
    shift_id, plan = UUID(bytes=shift.id), shift.plan if shift.plans else shift
    return ShiftJudged.caused_by(
        cause,
        shift_id,
        shift.version,
        employee_id=identity(sheet.employee_id),
        shift_id=shift_id,
        location_id=identity(plan.location_id),
        starts_at=plan.starts_at,
        version=shift.version,
        verdict=shift.verdict,
        minutes=shift.minutes,
        policy_version=shift.policy,
        minutes_early=shift.early,
        credit=shift.credit,
        settled=shift.settled,
        inferred=shift.inferred,
    )


def vanished(state: Timesheet, sheet: Timesheet, event: Event | Wake) -> list[tuple[Shift, Shift]]:
    """Return the shift of which this event leaves nothing to judge, as it was and as it is to be said now."""
    if not isinstance(event, ShiftCancelled):
        return []
    identity = event.shift_id.bytes
    was = next((each for each in state.shifts if each.id == identity), None)
    if (
        was is None
        or not was.version
        or was.verdict == "cancelled"
        or any(each.id == identity for each in sheet.shifts)
    ):
        return []
    void: dict[str, Any] = {"credit": None, "minutes": 0, "early": 0, "settled": True, "inferred": False}
    return [(was, replace(was, version=was.version + 1, verdict="cancelled", **void))]


def facts(sheet: Timesheet) -> dict[str, Any]:
    """Return what must not depend on the order of arrival: the sheet without ids of events, versions and counts."""
    sheet = opened(sheet)
    return {
        "shifts": [
            (
                (shift.id, shift.revision, shift.span, shift.location_id, shift.kind, shift.void),
                [terms for terms, _ in groupby((*shift.plans, planned(shift)), key=lambda each: each.terms)],
                (shift.verdict, shift.minutes, shift.early, shift.credit, shift.settled, shift.inferred, shift.policy),
                (shift.due, shift.protected, shift.without_leave, shift.editors, shift.touched, shift.plan.starts_at),
            )
            for shift in sheet.shifts
        ],
        "punches": [(each.id, each.revision, each.at, each.way, each.edited_by) for each in sheet.punches],
        "leaves": sheet.leaves,
        "calls": sheet.calls,
        "remarks": sheet.remarks,
        "asked": sheet.asked,
        "terms": sheet.terms,
        "gone": sorted((each.family, each.id, each.revision) for each in sheet.gone),
        "shown": sheet.shown.tenths,
        "standing": [(each.kind, each.cause, each.payload) for each in sheet.raised if each.payload],
    }
