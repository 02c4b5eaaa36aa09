"""What is known of one employee's shifts, punches and leave; the newest revision of each holds, whatever came first."""

from bisect import insort
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from agents.kernel.standing import Raised
from schemas.events import (
    LeaveRecorded,
    LeaveRemoved,
    PunchRecorded,
    PunchVoided,
    ShiftCancelled,
    ShiftScheduled,
)

Verdict = Literal["pending", "on_time", "late", "missing", "excused", "cancelled"]
Family = Literal["shifts", "punches", "leaves"]
Span = tuple[datetime, datetime]
NEVER = datetime.min.replace(tzinfo=UTC)
MOVED = -1
"""In place of the minutes of a judged shift: it was moved since, so it must be said again whatever it comes to."""


class Shift(Struct, frozen=True, array_like=True, gc=False):
    """A shift as it stands now, and what was last said of it. `due` is when it is missing unless somebody comes."""

    id: bytes
    revision: int
    recorded_at: datetime
    event_id: bytes
    starts_at: datetime
    ends_at: datetime
    location_id: bytes
    version: int = 0
    verdict: Verdict = "pending"
    minutes: int = 0
    policy: int = 0
    due: datetime | None = None

    @property
    def order(self) -> tuple[datetime, bytes]:
        return self.starts_at, self.id

    @property
    def span(self) -> Span:
        return self.starts_at, self.ends_at


class Punch(Struct, frozen=True, array_like=True, gc=False):
    """A punch as it stands now. At the same instant an out comes before an in: that is a handover."""

    id: bytes
    revision: int
    recorded_at: datetime
    event_id: bytes
    at: datetime
    inward: bool

    @property
    def order(self) -> tuple[datetime, bool, bytes]:
        return self.at, self.inward, self.id

    @property
    def span(self) -> Span:
        return self.at, self.at


class Leave(Struct, frozen=True, array_like=True, gc=False):
    """A request for leave as it stands now."""

    id: bytes
    revision: int
    recorded_at: datetime
    starts_at: datetime
    ends_at: datetime
    approved: bool

    @property
    def order(self) -> tuple[datetime, bytes]:
        return self.starts_at, self.id

    @property
    def span(self) -> Span:
        return self.starts_at, self.ends_at


class Gone(Struct, frozen=True, array_like=True, gc=False):
    """A fact that was taken back; remembered so that an older revision, arriving late, does not bring it back."""

    id: bytes
    revision: int
    recorded_at: datetime
    family: Family
    version: int = 0

    @property
    def order(self) -> tuple[datetime, str, bytes]:
        return self.recorded_at, self.family, self.id


class Timesheet(Struct, frozen=True, array_like=True):
    """One employee's facts in their natural order, the judgements on them, and the proposals."""

    employee_id: bytes
    shifts: tuple[Shift, ...] = ()
    punches: tuple[Punch, ...] = ()
    leaves: tuple[Leave, ...] = ()
    gone: tuple[Gone, ...] = ()
    raised: tuple[Raised, ...] = ()
    woken: datetime = NEVER
    """Newest wake-up: what was found missing stays missing without being waited for again."""
    horizon: datetime = NEVER
    """What is older is forgotten; it never goes back."""

    @property
    def due(self) -> datetime | None:
        """When the next shift is missing unless somebody comes."""
        return min((shift.due for shift in self.shifts if shift.due), default=None)


Fact = Shift | Punch | Leave
Stated = ShiftScheduled | ShiftCancelled | PunchRecorded | PunchVoided | LeaveRecorded | LeaveRemoved
Row = TypeVar("Row", Shift, Punch, Leave, Gone)


def fact(event: Stated) -> tuple[Family, Fact | Gone]:
    """Return what a row's event states, and of which family it is."""
    stated = event.revision, event.recorded_at
    match event:
        case ShiftScheduled():
            shift = Shift(
                event.shift_id.bytes,
                *stated,
                event.event_id.bytes,
                event.starts_at,
                event.ends_at,
                event.location_id.bytes,
            )
            return "shifts", shift
        case PunchRecorded():
            punch = Punch(
                event.punch_id.bytes, *stated, event.event_id.bytes, event.occurred_at, event.direction == "in"
            )
            return "punches", punch
        case LeaveRecorded():
            approved = event.status == "approved"
            return "leaves", Leave(event.leave_id.bytes, *stated, event.starts_at, event.ends_at, approved)
        case ShiftCancelled():
            return "shifts", Gone(event.shift_id.bytes, *stated, "shifts")
        case PunchVoided():
            return "punches", Gone(event.punch_id.bytes, *stated, "punches")
    return "leaves", Gone(event.leave_id.bytes, *stated, "leaves")


def merged(sheet: Timesheet, family: Family, stated: Fact | Gone) -> tuple[Timesheet, list[Span]]:
    """Return what is known with this fact too, and when the fact was and is; for an old or known fact, nothing."""
    rows: tuple[Any, ...] = getattr(sheet, family)
    live = next((row for row in reversed(rows) if row.id == stated.id), None)
    dead = next((row for row in sheet.gone if row.id == stated.id and row.family == family), None)
    known = live or dead
    if known is not None and known.revision >= stated.revision:
        return sheet, []
    if known is not None and family == "shifts":
        stated = _continued(stated, known)
    rows, gone = _without(rows, live), _without(sheet.gone, dead)
    if isinstance(stated, Gone):
        gone = _with(gone, stated)
    else:
        rows = _with(rows, stated)
    changed = replace(sheet, gone=gone, **{family: rows})
    return changed, [row.span for row in (live, stated) if row is not None and not isinstance(row, Gone)]


def _continued(stated: Any, known: Shift | Gone) -> Any:
    """Return the new revision of a shift with what was said of the old one, so that versions go on."""
    if isinstance(stated, Gone):
        judged = known.version + (known.version > 0 and isinstance(known, Shift))
        return replace(stated, version=judged)
    if isinstance(known, Gone):
        return replace(stated, version=known.version, verdict="cancelled" if known.version else "pending")
    moved = known.version > 0 and (known.starts_at, known.location_id) != (stated.starts_at, stated.location_id)
    minutes = MOVED if moved else known.minutes
    return replace(stated, version=known.version, verdict=known.verdict, minutes=minutes, policy=known.policy)


def _without(rows: tuple[Row, ...], row: Row | None) -> tuple[Row, ...]:
    return rows if row is None else tuple(each for each in rows if each is not row)


def _with(rows: tuple[Row, ...], row: Row) -> tuple[Row, ...]:
    longer = list(rows)
    insort(longer, row, key=lambda each: each.order)
    return tuple(longer)
