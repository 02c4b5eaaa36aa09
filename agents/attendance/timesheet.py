"""What is known of one employee's shifts, punches and leave; the newest revision of each holds, whatever came first."""

from bisect import insort
from collections.abc import Mapping
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

Verdict = Literal[
    "pending",
    "on_time",
    "late",
    "very_late",
    "early_leave",
    "late_and_early",
    "missing_in",
    "missing_out",
    "absent_provisional",
    "absent_excused",
    "absent_unexcused",
    "worked_other_hours",
    "exempt",
    "cancelled",
]
Way = Literal["in", "out", "unknown"]
Family = Literal["shifts", "punches", "leaves"]
Span = tuple[datetime, datetime]
VERSION = 2
"""Of the rules and of the state: docs/attendance.md says what is judged."""
NEVER = datetime.min.replace(tzinfo=UTC)
RANK: Mapping[Way, int] = {"out": 0, "unknown": 1, "in": 2}
MOVED = -1
"""In place of the minutes of a judged shift: it was moved since, so it must be said again whatever it comes to."""


class Shift(Struct, frozen=True, array_like=True, gc=False):
    """A shift as it stands now, and what was last said of it.

    `due` is when passing time alone will say more; `waited`, up to when that has been waited for.
    """

    id: bytes
    revision: int
    recorded_at: datetime
    event_id: bytes
    starts_at: datetime
    ends_at: datetime
    location_id: bytes
    kind: str = "work"
    version: int = 0
    verdict: Verdict = "pending"
    minutes: int = 0
    early: int = 0
    settled: bool = False
    inferred: bool = False
    policy: int = 0
    due: datetime | None = None
    waited: datetime | None = None

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
    way: Way

    @property
    def order(self) -> tuple[datetime, int, bytes]:
        return self.at, RANK[self.way], self.id

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
    status: str
    protected: bool

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
    horizon: datetime = NEVER
    """What is older is forgotten; it never goes back."""
    rules: int = 0
    """The version of the rules that judged all of this; another one judges all of it again."""

    @property
    def due(self) -> datetime | None:
        """When passing time says more of the next shift."""
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
                event.kind,
            )
            return "shifts", shift
        case PunchRecorded():
            way: Way = next((each for each in RANK if each == event.direction), "unknown")
            return "punches", Punch(event.punch_id.bytes, *stated, event.event_id.bytes, event.occurred_at, way)
        case LeaveRecorded():
            span = event.starts_at, event.ends_at
            return "leaves", Leave(event.leave_id.bytes, *stated, *span, event.status, event.protected)
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
    return replace(
        stated,
        version=known.version,
        verdict=known.verdict,
        minutes=MOVED if moved else known.minutes,
        early=known.early,
        settled=known.settled,
        inferred=known.inferred,
        policy=known.policy,
        waited=known.waited,
    )


def _without(rows: tuple[Row, ...], row: Row | None) -> tuple[Row, ...]:
    return rows if row is None else tuple(each for each in rows if each is not row)


def _with(rows: tuple[Row, ...], row: Row) -> tuple[Row, ...]:
    longer = list(rows)
    insort(longer, row, key=lambda each: each.order)
    return tuple(longer)
