"""By which plan a shift is judged: the one that was known in time binds, a later one counts where it is better (S0-B3).

In time is `plan_notice` before the start that it replaces, and before its own; or as soon as the employee agrees.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from agents.attendance.editing import planned
from agents.attendance.said import agreed_at
from agents.attendance.terms import rules
from agents.attendance.timesheet import Plan, Shift, Timesheet
from agents.kernel import World


def changed(sheet: Timesheet) -> list[Shift]:
    """Return the shifts that were planned otherwise before."""
    return [shift for shift in sheet.shifts if shift.plans or shift.void]


def lineup(sheet: Timesheet, edited: Sequence[Shift], world: World) -> Sequence[Shift]:
    """Return the shifts in order as each other one sees them: by the plan that binds; those that are cancelled not."""
    if not edited:
        return sheet.shifts
    shifts = [shift for shift in sheet.shifts if not shift.plans and not shift.void]
    for shift in edited:
        binds = options(sheet, shift, world)[0]
        if not shift.void and not binds.void:
            shifts.append(binds)
    return sorted(shifts, key=lambda each: each.order)


def options(sheet: Timesheet, shift: Shift, world: World) -> list[Shift]:
    """Return the shift by the plan that binds, then by each later one that differs from it."""
    plans = [*shift.plans, planned(shift)]
    place = _binding(sheet, shift, plans, world)
    differ: dict[tuple[object, ...], Plan] = {}
    for plan in plans[place:]:
        differ.setdefault(plan.terms, plan)
    return [_by(shift, plan) for plan in differ.values()]


def _binding(sheet: Timesheet, shift: Shift, plans: Sequence[Plan], world: World) -> int:
    agreed = agreed_at(sheet, shift.id)
    binds = 0
    for place, plan in enumerate(plans):
        if place and (plan.recorded_at <= agreed or _in_time(sheet, plans[binds], plan, world)):
            binds = place
    return binds


def _in_time(sheet: Timesheet, before: Plan, plan: Plan, world: World) -> bool:
    starts = (each.starts_at for each in (before, plan) if not each.void)
    notice = rules(sheet, plan if before.void else before, world)[1].plan_notice
    return all(plan.recorded_at + notice <= start for start in starts)


def _by(shift: Shift, plan: Plan) -> Shift:
    return replace(
        shift,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        location_id=plan.location_id,
        kind=plan.kind,
        planned_at=plan.planned_at,
        void=plan.void,
        chosen=0 if plan.revision == shift.revision else plan.revision,
    )
