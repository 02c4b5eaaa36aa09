"""What is known of one employee's last days: punches and shifts, the newest revision of each, and suggestions."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from agents.kernel import Wake
from agents.kernel.facts import newest
from agents.kernel.standing import Raised
from schemas.events import Event, PunchRecorded, PunchVoided, ShiftCancelled, ShiftScheduled

NEVER = datetime.min.replace(tzinfo=UTC)
MEMORY = timedelta(days=2)
"""Older facts are forgotten. The policy's windows are a day at most: no suggestion that is still of use needs them."""


class Punch(Struct, frozen=True, array_like=True, gc=False):
    """A punch as it stands now, or that it never was."""

    id: bytes
    revision: int
    recorded_at: datetime
    event_id: bytes
    at: datetime
    way: Literal["in", "out", "void"]

    @property
    def order(self) -> tuple[datetime, bool, bytes]:
        """At the same instant an out comes before an in: that is a handover."""
        return self.at, self.way == "in", self.id


class Shift(Struct, frozen=True, array_like=True, gc=False):
    """A shift as it stands now, or that it is not this person's any more."""

    id: bytes
    revision: int
    starts_at: datetime
    ends_at: datetime
    planned: bool


class Work(Struct, frozen=True, array_like=True):
    """What is known of one employee's last days. `seen`: the newest record time; `woken`: the newest wake-up."""

    employee_id: bytes
    punches: tuple[Punch, ...] = ()
    shifts: tuple[Shift, ...] = ()
    raised: tuple[Raised, ...] = ()
    seen: datetime = NEVER
    woken: datetime = NEVER

    def knows(self, punch: bytes) -> bool:
        return any(each.id == punch for each in self.punches)


def learned(work: Work, event: Event | Wake) -> Work:
    """Return what is known now, without what is too old."""
    match event:
        case Wake():
            return replace(work, woken=max(work.woken, event.at))
        case PunchRecorded() | PunchVoided():
            work = replace(work, punches=newest(work.punches, punch(event)))
        case ShiftScheduled() | ShiftCancelled():
            work = replace(work, shifts=newest(work.shifts, shift(event)))
        case _:
            return work
    seen = max(work.seen, event.recorded_at)
    return replace(
        work,
        seen=seen,
        punches=tuple(each for each in work.punches if each.at >= seen - MEMORY),
        shifts=tuple(each for each in work.shifts if each.ends_at >= seen - MEMORY),
    )


def punch(event: PunchRecorded | PunchVoided) -> Punch:
    """Return what the event says of a punch."""
    stated = event.punch_id.bytes, event.revision, event.recorded_at, event.event_id.bytes
    if isinstance(event, PunchVoided):
        return Punch(*stated, event.recorded_at, "void")
    return Punch(*stated, event.occurred_at, "in" if event.direction == "in" else "out")


def shift(event: ShiftScheduled | ShiftCancelled) -> Shift:
    """Return what the event says of a shift."""
    if isinstance(event, ShiftCancelled):
        return Shift(event.shift_id.bytes, event.revision, event.recorded_at, event.recorded_at, planned=False)
    return Shift(event.shift_id.bytes, event.revision, event.starts_at, event.ends_at, planned=True)


def facts(work: Work) -> dict[str, Any]:
    """Return what must not depend on the order of arrival."""
    return {
        "punches": [(each.id, each.revision, each.at, each.way) for each in work.punches],
        "shifts": work.shifts,
        "standing": [(each.kind, each.cause, each.payload) for each in work.raised if each.payload],
    }
