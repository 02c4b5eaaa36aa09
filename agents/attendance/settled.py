"""The settled shifts of one employee, in order of scheduled start: all that score and flags read (X1, S0-B3)."""

from bisect import bisect_left
from datetime import datetime

from msgspec import Struct

from agents.attendance.timesheet import Shift, Timesheet
from agents.attendance.verdicts import credit
from agents.kernel import World
from schemas.policies import AttendancePolicy


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


def settled(sheet: Timesheet, world: World) -> tuple[Settled, ...]:
    """Return the shifts that are judged to their end, in order of their starts."""
    return tuple(_settled(shift, sheet, world) for shift in sheet.shifts if shift.settled)


def _settled(shift: Shift, sheet: Timesheet, world: World) -> Settled:
    heard = bisect_left(sheet.punches, shift.starts_at, key=lambda each: each.at)
    return Settled(
        shift.id,
        shift.starts_at,
        shift.recorded_at,
        shift.event_id,
        shift.location_id,
        shift.verdict,
        credit(shift.verdict, world.policy(AttendancePolicy, shift.starts_at)),
        protected=shift.verdict == "absent_excused" and _is_protected(shift, sheet),
        contact_at=sheet.punches[heard - 1].at if heard else None,
    )


def _is_protected(shift: Shift, sheet: Timesheet) -> bool:
    return any(
        leave.protected and leave.status == "approved"
        for leave in sheet.leaves
        if leave.starts_at < shift.ends_at and leave.ends_at > shift.starts_at
    )
