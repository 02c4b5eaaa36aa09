"""Judge each shift by its punches; propose lateness entries, and a flag when late or absent shifts pile up.

Reads shifts, punches and leave keyed by employee, wakes when passing time alone says something of a shift;
emits ``ShiftJudged``, ``ProposalMade`` and ``ProposalWithdrawn``. The rules, and where the employee gets the
benefit of the doubt, stand in ``docs/attendance.md``.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from agents.attendance.forgetting import bounded
from agents.attendance.judging import is_adverse, judged
from agents.attendance.proposing import NAME, proposed
from agents.attendance.timesheet import MOVED, VERSION, Shift, Span, Timesheet, fact, merged
from agents.attendance.upgrading import from_1
from agents.attendance.verdicts import credit
from agents.kernel import Agent, Outcome, Wake, World
from schemas.events import (
    Event,
    LeaveRecorded,
    LeaveRemoved,
    PolicyPublished,
    ProposalMade,
    ProposalWithdrawn,
    PunchRecorded,
    PunchVoided,
    ShiftCancelled,
    ShiftJudged,
    ShiftScheduled,
)
from schemas.policies import AttendancePolicy
from schemas.topics import WORKFORCE

__all__ = ["AGENT", "facts", "step"]


def step(state: Timesheet | None, event: Event | Wake, world: World) -> Outcome[Timesheet]:
    """Merge a fact, judge the shifts that it touches, and bring what is proposed in line with the judgements."""
    sheet, spans = _learned(state, event, world)
    if sheet is not None and sheet.rules != VERSION:
        sheet, spans = replace(sheet, rules=VERSION), [shift.span for shift in sheet.shifts]
    if sheet is None or sheet is state:
        return Outcome(state, wake_at=state.due if state else None)
    shifts = judged(sheet, spans, world, event.at if isinstance(event, Wake) else None)
    if isinstance(event, PolicyPublished) and shifts == sheet.shifts:
        return Outcome(state, wake_at=sheet.due)
    news = [(was, now) for was, now in zip(sheet.shifts, shifts, strict=True) if now.version != was.version]
    news += _cancelled(state, event)
    sheet = replace(sheet, shifts=shifts)
    proposals: Sequence[Event] = ()
    if any(is_adverse(each) or each.minutes == MOVED for pair in news for each in pair):
        sheet, proposals = proposed(sheet, event, world)
    return Outcome(sheet, (*(_judgement(sheet, now, event, world) for _, now in news), *proposals), sheet.due)


def _learned(state: Timesheet | None, event: Event | Wake, world: World) -> tuple[Timesheet | None, Sequence[Span]]:
    """Return what is known now, and when: shifts around those times are judged again. Nothing new: the same state."""
    match event:
        case Wake() if state is not None:
            due = [shift.span for shift in state.shifts if shift.due and shift.due <= event.at]
            return replace(state) if due else state, due
        case PolicyPublished() if state is not None and event.policy == AttendancePolicy.name:
            return replace(state), [shift.span for shift in state.shifts]
        case ShiftScheduled() | ShiftCancelled() | PunchRecorded() | PunchVoided() | LeaveRecorded() | LeaveRemoved():
            known = state or Timesheet(event.employee_id.bytes, rules=VERSION)
            sheet, spans = merged(known, *fact(event))
            return (state, ()) if sheet is known else (bounded(sheet, event.recorded_at, world), spans)
    return state, ()


def _cancelled(state: Timesheet | None, event: Event | Wake) -> list[tuple[Shift, Shift]]:
    """Return the shift that this event cancels, as it was and as it is to be judged; nothing if it never was."""
    if state is None or not isinstance(event, ShiftCancelled):
        return []
    was = (shift for shift in state.shifts if shift.id == event.shift_id.bytes and shift.version)
    void = {"verdict": "cancelled", "minutes": 0, "early": 0, "settled": True, "inferred": False}
    return [(shift, replace(shift, version=shift.version + 1, **void)) for shift in was]


def _judgement(sheet: Timesheet, shift: Shift, cause: Event | Wake, world: World) -> ShiftJudged:
    shift_id = UUID(bytes=shift.id)
    return ShiftJudged.caused_by(
        cause,
        shift_id,
        shift.version,
        employee_id=UUID(bytes=sheet.employee_id),
        shift_id=shift_id,
        location_id=UUID(bytes=shift.location_id),
        starts_at=shift.starts_at,
        version=shift.version,
        verdict=shift.verdict,
        minutes=shift.minutes,
        policy_version=shift.policy,
        minutes_early=shift.early,
        credit=credit(shift.verdict, world.policy(AttendancePolicy, shift.starts_at)),
        settled=shift.settled,
        inferred=shift.inferred,
    )


def facts(sheet: Timesheet) -> dict[str, Any]:
    """Return what must not depend on the order of arrival: the sheet without ids of events, versions and counts."""
    return {
        "shifts": [
            (
                shift.id,
                shift.revision,
                shift.span,
                shift.location_id,
                shift.kind,
                shift.verdict,
                shift.minutes,
                shift.early,
                shift.settled,
                shift.inferred,
                shift.policy,
                shift.due,
            )
            for shift in sheet.shifts
        ],
        "punches": [(punch.id, punch.revision, punch.at, punch.way) for punch in sheet.punches],
        "leaves": [(leave.id, leave.revision, leave.span, leave.status, leave.protected) for leave in sheet.leaves],
        "gone": sorted((each.family, each.id, each.revision) for each in sheet.gone),
        "standing": [(each.kind, each.cause, each.payload) for each in sheet.raised if each.payload],
    }


AGENT = Agent(
    name=NAME,
    version=VERSION,
    topic=WORKFORCE,
    consumes=(
        ShiftScheduled,
        ShiftCancelled,
        PunchRecorded,
        PunchVoided,
        LeaveRecorded,
        LeaveRemoved,
    ),
    consumes_world=(PolicyPublished,),
    emits=(ShiftJudged, ProposalMade, ProposalWithdrawn),
    state=Timesheet,
    step=step,
    upgrades={1: from_1},
)
