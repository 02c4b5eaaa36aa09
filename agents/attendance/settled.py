"""The settled shifts of one employee, in order of scheduled start: all that score and flags read (X1, S0-B3)."""

from uuid import UUID

from agents.attendance.memory import NO_SHOW, Settled
from agents.attendance.said import heard_at
from agents.attendance.terms import position
from agents.attendance.timesheet import Shift, Timesheet
from agents.kernel import World
from schemas.policies import AttendancePolicy

__all__ = ["Settled", "in_force", "settled"]


def settled(sheet: Timesheet) -> tuple[Settled, ...]:
    """Return the shifts that are judged to their end, in order of their starts by the plan that judges them.

    What is remembered of a shift whose facts are forgotten holds.
    """
    before = {each.id for each in sheet.older}
    known = (_settled(each, sheet) for each in sheet.shifts if each.settled and each.id not in before)
    return tuple(sorted((*sheet.older, *known), key=lambda each: each.order))


def in_force(shift: Settled, world: World) -> tuple[int, AttendancePolicy]:
    """Return version and policy by which a shift is judged, and the score as of it."""
    version, policy = world.versioned(AttendancePolicy, shift.starts_at)
    if not policy.overrides:
        return version, policy
    held = shift.position_id
    return version, policy.at_place(UUID(bytes=shift.location_id), None if held is None else UUID(bytes=held))


def _settled(shift: Shift, sheet: Timesheet) -> Settled:
    plan = shift.plan if shift.plans else shift
    return Settled(
        shift.id,
        plan.starts_at,
        plan.recorded_at,
        shift.event_id,
        plan.location_id,
        shift.verdict,
        shift.credit,
        shift.protected,
        shift.without_leave,
        heard_at(sheet, plan.starts_at) if shift.verdict == NO_SHOW else None,
        shift.editors,
        position(sheet, plan.starts_at) if sheet.terms else None,
    )
