"""The settled shifts of one employee, in order of scheduled start: all that score and flags read (X1, S0-B3)."""

from datetime import datetime

from msgspec import Struct

from agents.attendance.said import heard_at
from agents.attendance.terms import position
from agents.attendance.timesheet import Shift, Timesheet


class Settled(Struct, frozen=True, array_like=True, gc=False):
    """A shift that is judged to its end, and what the score makes of it."""

    id: bytes
    starts_at: datetime
    recorded_at: datetime
    event_id: bytes
    location_id: bytes
    verdict: str
    credit: int | None
    """What it counts for, in hundredths; none: it does not count."""
    protected: bool = False
    """Whether approved protected leave excuses the absence."""
    without_leave: int | None = None
    """What it would count for without that leave, if that is known: it may still count where that is better."""
    contact_at: datetime | None = None
    """The last that was heard of the employee before this start (a punch, a call, an answer); said of no-shows only."""
    editors: tuple[bytes, ...] = ()
    """Who has edited, to the employee's disadvantage, the facts that it rests on."""
    position_id: bytes | None = None
    """The employee's position at the start."""

    @property
    def order(self) -> tuple[datetime, bytes]:
        return self.starts_at, self.id


def settled(sheet: Timesheet) -> tuple[Settled, ...]:
    """Return the shifts that are judged to their end, in order of their starts by the plan that judges them."""
    return tuple(sorted((_settled(each, sheet) for each in sheet.shifts if each.settled), key=lambda each: each.order))


def _settled(shift: Shift, sheet: Timesheet) -> Settled:
    plan = shift.plan
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
        heard_at(sheet, plan.starts_at),
        shift.editors,
        position(sheet, plan.starts_at),
    )
