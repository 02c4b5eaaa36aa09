"""On what terms somebody worked when a shift began: employed, suspended, exempt, in which position, under which policy.

Dates are days of the place of the shift, and the newest revision of them holds. Position and clocking are what they
were when the shift began, also after a transfer.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from agents.attendance.timesheet import Plan, Shift, Term, Timesheet, Verdict
from agents.kernel import World
from schemas.policies import AttendancePolicy

UTC_NAME = "UTC"
DAY = timedelta(days=1)


def term_at(sheet: Timesheet, at: datetime) -> Term | None:
    """Return the terms that were recorded last before an instant, else the first that are known."""
    before = [each for each in sheet.terms if each.recorded_at <= at]
    return before[-1] if before else sheet.terms[0] if sheet.terms else None


def position(sheet: Timesheet, at: datetime) -> bytes | None:
    """Return in which position somebody works at an instant, as far as it is known."""
    term = term_at(sheet, at)
    return None if term is None else term.position_id


def rules(sheet: Timesheet, shift: Shift | Plan, world: World) -> tuple[int, AttendancePolicy]:
    """Return what judges a shift for ever: version and policy at its start, for its place and the position then."""
    version, policy = world.versioned(AttendancePolicy, shift.starts_at)
    if not policy.overrides:
        return version, policy
    held = position(sheet, shift.starts_at)
    return version, policy.at_place(identity(shift.location_id), None if held is None else identity(held))


def standing(sheet: Timesheet, shift: Shift, world: World) -> Verdict | None:
    """Return why a shift is not judged by punches at all; none: it is."""
    if shift.void:
        return "cancelled"
    if not sheet.terms:
        return None
    newest, term = sheet.terms[-1], term_at(sheet, shift.starts_at)
    if not _surely_works(newest, shift) and not _works(newest, _day(shift, world)):
        return "not_employed"
    return "exempt" if term is not None and term.exempt else None


def _surely_works(term: Term, shift: Shift) -> bool:
    """Return whether somebody works here wherever that is: no place is a day from UTC."""
    day = shift.starts_at.date()
    ending = term.ended_on is not None and day >= term.ended_on - DAY
    return term.suspended_from is None and not ending and day > term.hired_on + DAY


def _works(term: Term, day: date) -> bool:
    employed = term.hired_on <= day and (term.ended_on is None or day <= term.ended_on)
    if not employed or term.suspended_from is None or day < term.suspended_from:
        return employed
    return term.suspended_until is not None and day > term.suspended_until


def _day(shift: Shift, world: World) -> date:
    """Return the day on which a shift begins, where it is."""
    place = world.location(identity(shift.location_id))
    return shift.starts_at.astimezone(_zone(place.zone if place else UTC_NAME)).date()


@lru_cache(maxsize=4096)
def identity(raw: bytes) -> UUID:
    """Return the id of a place or a position: of these there are few, and they are asked for at every step."""
    return UUID(bytes=raw)


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
