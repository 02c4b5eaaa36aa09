"""Whether a fact says something of what is folded up, or that of it; mostly not."""

from collections.abc import Sequence
from datetime import datetime

from agents.attendance.memory import Past
from agents.attendance.reach import FARTHEST
from agents.attendance.stating import Fact
from agents.attendance.timesheet import VERSION, Asked, Call, Gone, Leave, Punch, Remark, Shift, Span, Term, Timesheet
from schemas.events import Event, LocationDescribed, LocationFact, PolicyPublished
from schemas.policies import AttendancePolicy


def looks_back(state: Timesheet, sheet: Timesheet, stated: Fact | Gone | None, spans: Sequence[Span]) -> bool:
    """Return whether what a row states of these times, or a wake-up finds there, needs what is folded up."""
    safe = state.past.safe
    if safe is None:
        return False
    if state.rules != VERSION or state.turns != sheet.turns or state.started != sheet.started:
        return True
    if any(since < safe for since, _ in spans):
        return True
    return stated is not None and _names(state.past, safe, stated)


def _names(past: Past, safe: datetime, stated: Fact | Gone) -> bool:
    match stated:
        case Term():
            return True
        case Call() | Remark() | Asked():
            return (
                stated.at < safe or past.has(stated.id) or (stated.shift_id is not None and past.has(stated.shift_id))
            )
        case Leave():
            return False
    return past.has(stated.id)


def concerns(state: Timesheet, event: Event) -> bool:
    """Return whether a fact for everybody says something of what is folded up."""
    if state.past.safe is None:
        return False
    match event:
        case PolicyPublished():
            return event.policy == AttendancePolicy.name and event.effective_at < state.past.armed.since
        case LocationDescribed():
            return bool(state.terms)
        case LocationFact() if event.location_id.bytes in state.past.places:
            return state.past.touched or event.starts_at - FARTHEST < state.past.armed.since
    return False


def is_forgotten(state: Timesheet, stated: Fact | Gone | None) -> bool:
    """Return whether this is a row that is not known, of a time of which the facts are forgotten: it takes a person."""
    past = state.past
    if not isinstance(stated, Shift | Punch) or not past.has_forgotten(stated.span[1]) or past.has(stated.id):
        return False
    return all(row.id != stated.id for row in (state.shifts if isinstance(stated, Shift) else state.punches))
