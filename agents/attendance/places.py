"""What the place of a shift says: when it was closed, and when its clocks were silent.

An outage that several people missed, or that a person has confirmed, counts: what lies in it is held against nobody.
Where one person alone was due, silence may be an absence: it counts for nothing, but leaves that open.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from agents.attendance.reach import FARTHEST
from agents.attendance.terms import identity
from agents.attendance.timesheet import EVER, Shift, Span
from agents.kernel import World
from schemas.policies import AttendancePolicy

SEVERAL = 2


class Place(NamedTuple):
    """What was amiss at the place of a shift, as far as it reaches into the shift and the windows around it."""

    closed: tuple[Span, ...] = ()
    down: tuple[Span, ...] = ()
    """When the clocks were silent for several people."""
    silent: bool = False
    """Whether they were silent for one."""

    def down_within(self, since: datetime, until: datetime) -> bool:
        return any(began <= until and ended >= since for began, ended in self.down)


AS_USUAL = Place()


def place(shift: Shift, policy: AttendancePolicy, world: World) -> Place:
    """Return what was amiss at the place of a shift."""
    where = identity(shift.location_id)
    closures, outages = world.closures(where), world.outages(where)
    if not closures and not outages:
        return AS_USUAL
    closed = tuple(
        (each.starts_at, each.ends_at)
        for each in closures
        if each.starts_at < shift.ends_at and each.ends_at > shift.starts_at
    )
    since, until = shift.starts_at - policy.early_window, shift.ends_at + policy.late_window
    near = [
        ((each.starts_at, each.ends_at or EVER), each.people)
        for each in outages
        if each.starts_at <= until and (each.ends_at is None or each.ends_at >= since)
    ]
    down = tuple(span for span, people in near if people >= SEVERAL)
    return Place(closed, down, len(down) < len(near))


def concerned(shifts: Iterable[Shift], location_id: bytes, since: datetime, until: datetime) -> list[Span]:
    """Return the spans of the shifts of which a fact about a place says something, or has said something before."""
    return [
        shift.span
        for shift in shifts
        if (shift.location_id == location_id or any(each.location_id == location_id for each in shift.plans))
        and (shift.touched or _near(shift.span, since, until))
    ]


def _near(span: Span, since: datetime, until: datetime) -> bool:
    return span[0] - FARTHEST <= until and span[1] + FARTHEST >= since
