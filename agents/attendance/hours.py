"""Where and when somebody works, for what they are told: when that may be says ``agents/kernel/hours.py``."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from agents.attendance.terms import identity
from agents.attendance.timesheet import Shift, Span
from agents.kernel import World
from agents.kernel.hours import zone_of

FREE = frozenset({"absent_excused", "exempt", "cancelled", "not_employed"})
"""Nobody is at work on a shift that is judged so."""


def zone(shift: Shift, world: World) -> ZoneInfo | None:
    """Return the zone of the place of a shift; none: not known, or not any more."""
    return zone_of(identity(shift.location_id), world)


def at_work(shifts: Iterable[Shift]) -> tuple[Span, ...]:
    """Return when somebody is at work, as far as it is planned; on call they may sleep."""
    return tuple(
        (each.starts_at, each.ends_at)
        for each in shifts
        if each.kind != "on_call" and not each.void and each.verdict not in FREE
    )
