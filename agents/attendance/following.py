"""What follows from the judgements: the score, and what is proposed. Looked at when it can be another one now."""

from collections.abc import Sequence

from agents.attendance.memory import NO_SHOW
from agents.attendance.proposing import proposed
from agents.attendance.score import scored
from agents.attendance.settled import record
from agents.attendance.timesheet import Shift, Timesheet
from agents.kernel import Wake, World
from schemas.events import Event, PunchRecorded, PunchVoided, ShiftCancelled, ShiftScheduled

News = Sequence[tuple[Shift, Shift]]
USUAL = (ShiftScheduled, ShiftCancelled, PunchRecorded, PunchVoided, Wake)
"""They move score and proposals by what they say of shifts, and by contact before a no-show."""


def says_more(event: Event | Wake, sheet: Timesheet, shifts: Sequence[Shift], news: News) -> bool:
    """Return whether score or proposals can be others now that these are the shifts; mostly not."""
    if not isinstance(event, USUAL):
        return True
    changed = [pair for pair in zip(sheet.shifts, shifts, strict=True) if pair[0] is not pair[1]]
    if any(each.settled or each.minutes for pair in (*changed, *news) for each in pair):
        return True
    if isinstance(event, ShiftScheduled) and any(each.settled and each.id == event.shift_id.bytes for each in shifts):
        return True
    return any(each.verdict == NO_SHOW for each in shifts)


def followed(sheet: Timesheet, event: Event | Wake, world: World) -> tuple[Timesheet, list[Event]]:
    """Return the sheet with the score that is shown and the proposals that stand now, and the events that say so."""
    known = record(sheet, world)
    sheet, scores = scored(sheet, known, event, world)
    sheet, proposals = proposed(sheet, known, event, world)
    return sheet, [*scores, *proposals]
