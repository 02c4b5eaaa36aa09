"""What people have said of one shift that the clock cannot know: exceptions, calls, answers (S0-B3).

Nobody excuses, permits or confirms for themselves: what the employee says of an own shift explains it at most.
"""

from bisect import bisect_left
from datetime import datetime, timedelta
from typing import NamedTuple

from agents.attendance.timesheet import NEVER, Remark, Timesheet


class Said(NamedTuple):
    """What is known of one shift by word of mouth."""

    excused: bool = False
    worked: bool = False
    """Somebody else says that the punches are missing..."""
    attested: bool = False
    """...or the employee alone."""
    confirmed: bool = False
    """Somebody else says that the employee was absent."""
    unprotected: bool = False
    come_late: timedelta = timedelta()
    leave_early: timedelta = timedelta()
    called_at: datetime | None = None
    asked_at: datetime | None = None
    agreed_at: datetime = NEVER
    """When the employee has last agreed to what was planned by then."""
    editors: tuple[bytes, ...] = ()
    """Who has said what counts against the employee."""


NOTHING = Said()
ADVERSE = frozenset(("absence_confirmed", "unprotected"))


def said(sheet: Timesheet, shift_id: bytes) -> Said:
    """Return what was said of a shift."""
    if not sheet.remarks and not sheet.calls and not sheet.asked:
        return NOTHING
    ours = [each for each in sheet.remarks if each.shift_id == shift_id]
    others = [each for each in ours if each.by != sheet.employee_id]
    kinds = {each.kind for each in others}
    return Said(
        "excused" in kinds,
        "worked" in kinds,
        any(each.kind == "worked" for each in ours if each.by == sheet.employee_id),
        "absence_confirmed" in kinds,
        "unprotected" in kinds,
        permitted(others, "come_late"),
        permitted(others, "leave_early"),
        min((each.at for each in sheet.calls if each.shift_id == shift_id), default=None),
        min((each.at for each in sheet.asked if each.shift_id == shift_id), default=None),
        agreed_at(sheet, shift_id),
        tuple(each.by for each in others if each.kind in ADVERSE),
    )


def permitted(remarks: list[Remark], kind: str) -> timedelta:
    """Return the longest permission of a kind."""
    return timedelta(minutes=max((each.minutes or 0 for each in remarks if each.kind == kind), default=0))


def agreed_at(sheet: Timesheet, shift_id: bytes) -> datetime:
    """Return when the employee has last agreed to what was planned by then."""
    own = (each for each in sheet.remarks if each.shift_id == shift_id and each.by == sheet.employee_id)
    return max((each.at for each in own if each.kind == "acknowledged"), default=NEVER)


def heard_at(sheet: Timesheet, before: datetime) -> datetime | None:
    """Return when the employee was last heard of before an instant: a punch, a call, an answer, or being reached."""
    heard = bisect_left(sheet.punches, before, key=lambda each: each.at)
    known = [
        *(each.at for each in sheet.punches[max(0, heard - 1) : heard]),
        *(each.at for each in sheet.calls),
        *(each.at for each in sheet.remarks if each.kind == "contacted" or each.by == sheet.employee_id),
    ]
    if sheet.past.heard is not None:
        known.append(sheet.past.heard)
    return max((at for at in known if at < before), default=None)
