"""What attendance says about a shift: a pure function of the facts around it and the policy in force at its start."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from agents.attendance.absences import refused, unworked
from agents.attendance.cases import Case, cases
from agents.attendance.lineup import changed, lineup, options
from agents.attendance.places import AS_USUAL
from agents.attendance.reach import moved, reached
from agents.attendance.timesheet import EVER, Punch, Shift, Span, Timesheet, Verdict
from agents.attendance.verdicts import Finding
from agents.attendance.working import worked
from agents.kernel import World

NOT_COUNTED, OPEN, TO_CONFIRM, NOT_THERE = 99, 98, 97, 1
"""How good it is for the employee that a shift does not count, or that what it counts for is open, in hundredths."""
STANDS: Mapping[Verdict, int] = {
    "pending": OPEN,
    "absent_unexplained": TO_CONFIRM,
    "absent_provisional": NOT_THERE,
    "late": NOT_THERE,
}


class Judgement(NamedTuple):
    """A finding, the case that it is of, and whether a place has a part in it."""

    found: Finding
    case: Case
    touched: bool


def finding(case: Case) -> Finding:
    """Judge one shift."""
    if case.standing is not None:
        there = case.standing == "cancelled" and any(each.alone for each in case.match.pieces)
        return Finding("present_unscheduled" if there else case.standing, settled=True)
    if not case.match.pieces:
        return unworked(case)
    return worked(case) if case.needed else Finding("on_time", case.policy.credit_on_time, settled=True)


def judged(sheet: Timesheet, spans: Sequence[Span], world: World, *, punched: bool = False) -> tuple[Shift, ...]:
    """Return the shifts in the same order, those near the spans judged again; one that has news has a new version.

    `punched`: nothing has changed but punches at these times.
    """
    edited = changed(sheet)
    field = lineup(sheet, edited, world)
    shifts = list(sheet.shifts)
    for judgement in judgements(sheet, field, reached(sheet, field, spans, world, punched=punched), world):
        shift = judgement.case.shift
        if not shift.plans:
            now = _judged(sheet, shift, judgement)
            if now is not shift:
                shifts[_place(sheet, shift)] = now
    for shift in moved(sheet, edited, spans):
        shifts[_place(sheet, shift)] = _judged(sheet, shift, best(sheet, shift, field, world))
    return tuple(shifts)


def judgements(sheet: Timesheet, field: Sequence[Shift], places: range, world: World) -> Iterator[Judgement]:
    """Yield what is found of the shifts at these places."""
    return (Judgement(finding(each), each, each.place != AS_USUAL) for each in cases(sheet, field, places, world))


def best(sheet: Timesheet, shift: Shift, field: Sequence[Shift], world: World) -> Judgement:
    """Return what is found of a shift by the plan that binds; by a later one where that is better for the employee.

    It is not over before no plan of it waits for anything.
    """
    others = [each for each in field if each.id != shift.id]
    found = [_alone(sheet, each, others, world) for each in options(sheet, shift, world)]
    first = max(found, key=lambda each: rank(each.found))
    due = min((each.found.due for each in found if each.found.due), default=None)
    return Judgement(first.found._replace(due=due), first.case, any(each.touched for each in found))


def _alone(sheet: Timesheet, shift: Shift, others: Sequence[Shift], world: World) -> Judgement:
    among = list(others)
    insort(among, shift, key=lambda each: each.order)
    place = among.index(shift)
    return next(judgements(sheet, among, range(place, place + 1), world))


def rank(found: Finding) -> int:
    """Return how good a finding is for the employee: by its credit, but of 100 alone better than not to count."""
    if found.credit is not None:
        return found.credit
    return STANDS.get(found.verdict, NOT_COUNTED)


def arrival(shift: Shift, sheet: Timesheet, world: World) -> Punch | None:
    """Return the in-punch by which somebody is late for a shift."""
    field = lineup(sheet, changed(sheet), world)
    return best(sheet, shift, field, world).found.arrival


def _place(sheet: Timesheet, shift: Shift) -> int:
    return bisect_left(sheet.shifts, shift.order, key=lambda each: each.order)


def _judged(sheet: Timesheet, shift: Shift, judgement: Judgement) -> Shift:
    found, case, touched = judgement
    plan = case.shift
    said = found.verdict, found.credit, found.minutes, found.early, found.settled, found.inferred, case.version
    editors = _editors(sheet, case) if found.is_adverse else ()
    kept = found.due, touched, found.protected, editors, plan.chosen
    before = shift.verdict, shift.credit, shift.minutes, shift.early, shift.settled, shift.inferred, shift.policy
    if said == before and kept == (shift.due, shift.touched, shift.protected, shift.editors, shift.chosen):
        return shift if not found.protected else replace(shift, without_leave=_without_leave(case))
    moved_ = (shift.plan.starts_at, shift.plan.location_id) != (plan.starts_at, plan.location_id)
    quiet = found.verdict == "pending" == shift.verdict or (not shift.version and found.verdict == "cancelled")
    same = said == before or quiet
    return replace(
        shift,
        version=shift.version + ((shift.version > 0 and moved_) or not same),
        verdict=found.verdict,
        credit=found.credit,
        minutes=found.minutes,
        early=found.early,
        settled=found.settled,
        inferred=found.inferred,
        policy=case.version,
        due=found.due,
        touched=touched,
        protected=found.protected,
        without_leave=_without_leave(case) if found.protected else None,
        editors=editors,
        chosen=plan.chosen,
    )


def _without_leave(case: Case) -> int | None:
    """Return what a shift would count for in the end without the protected leave that excuses it."""
    return finding(case.unprotected._replace(passed=EVER)).credit


def _editors(sheet: Timesheet, case: Case) -> tuple[bytes, ...]:
    """Return who, beside the employee, has edited what a finding rests on."""
    stints = [each.stint for each in case.match.pieces]
    punches = [punch for stint in stints for punch in (stint.began, stint.ended, stint.slip) if punch]
    since, until = case.shift.starts_at - case.policy.early_window, case.shift.ends_at + case.policy.late_window
    punched = (each for each in sheet.gone if each.family == "punches" and each.at is not None)
    voided = [each for each in punched if each.at is not None and since <= each.at <= until]
    facts: list[bytes | None] = [each.edited_by for each in punches]
    facts += [each.edited_by for each in voided]
    facts += [each.edited_by for each in refused(case) if not stints]
    facts += case.said.editors
    return tuple(sorted({each for each in facts if each is not None and each != sheet.employee_id}))
