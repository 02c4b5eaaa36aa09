"""The settled shifts of one employee, in order of scheduled start: all that score and flags read (X1, S0-B3)."""

from itertools import chain

from agents.attendance.memory import NO_SHOW, Settled, unfolded
from agents.attendance.said import heard_at
from agents.attendance.score import Record
from agents.attendance.terms import position
from agents.attendance.timesheet import Shift, Timesheet
from agents.kernel import World


def settled(sheet: Timesheet) -> tuple[Settled, ...]:
    """Return the shifts that are judged to their end, in order of their starts by the plan that judges them.

    Of what is folded up, only what it counts for.
    """
    folded = chain(*map(unfolded, sheet.past.chapters))
    return tuple(sorted((*folded, *of_facts(sheet)), key=lambda each: each.order))


def record(sheet: Timesheet, world: World) -> Record:
    """Return the same with the scores as of them; what is folded up is read when it is asked for."""
    if sheet.past.safe is None:
        return Record(settled(sheet), world)
    return Record(of_facts(sheet), world, sheet.past.chapters)


def of_facts(sheet: Timesheet) -> list[Settled]:
    """Return the settled shifts of which the facts are not folded up."""
    known = [_settled(each, sheet) for each in sheet.shifts if each.settled]
    return sorted(known, key=lambda each: each.order)


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
