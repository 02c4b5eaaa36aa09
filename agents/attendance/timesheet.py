"""What is known of one employee: shifts, punches, leave, calls, what people said, terms; and what was said of it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from msgspec import Struct

from agents.attendance.memory import Armed, Past, Shown
from agents.attendance.told import Notices
from agents.kernel.standing import Raised

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
    "absent_called_out",
    "absent_unexcused",
    "absent_unexplained",
    "no_call_no_show",
    "worked_other_hours",
    "present_unscheduled",
    "exempt",
    "not_employed",
    "cancelled",
]
Way = Literal["in", "out", "unknown"]
Family = Literal["shifts", "punches", "leaves", "calls", "remarks", "asked", "terms"]
Span = tuple[datetime, datetime]
VERSION = 4
"""Of the rules and of the state: docs/attendance.md says what is judged."""
NEVER = datetime.min.replace(tzinfo=UTC)
EVER = datetime.max.replace(tzinfo=UTC)
RANK: Mapping[Way, int] = {"out": 0, "unknown": 1, "in": 2}


class Plan(Struct, frozen=True, array_like=True, gc=False):
    """A shift as it was planned by an earlier revision; `void`: not at all, for this employee."""

    revision: int
    recorded_at: datetime
    starts_at: datetime
    ends_at: datetime
    location_id: bytes
    kind: str
    planned_at: datetime | None = None
    void: bool = False

    @property
    def terms(self) -> tuple[object, ...]:
        """What an edit can change."""
        return (None,) if self.void else (self.starts_at, self.ends_at, self.location_id, self.kind)


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
    credit: int | None = None
    """What it counts for, in hundredths; none: it does not count."""
    protected: bool = False
    """Whether approved protected leave excuses the absence..."""
    without_leave: int | None = None
    """...and what it would count for in the end without that leave."""
    editors: tuple[bytes, ...] = ()
    """Who has edited what it rests on, when it counts less than it could."""
    touched: bool = False
    """Whether a closure or a clock outage of its place has a part in it."""
    planned_at: datetime | None = None
    """When it was first planned; none: early enough, or not known."""
    void: bool = False
    """Cancelled or given away, but not early enough for nobody to have come."""
    plans: tuple[Plan, ...] = ()
    """What was planned before, in order of revisions, as far as it differs."""
    chosen: int = 0
    """The revision of the plan by which it was judged; 0: as it stands now."""

    @property
    def order(self) -> tuple[datetime, bytes]:
        return self.starts_at, self.id

    @property
    def span(self) -> Span:
        """From when to when it is or ever was planned."""
        if not self.plans:
            return self.starts_at, self.ends_at
        begins, ends = zip(*((each.starts_at, each.ends_at) for each in self.plans), strict=True)
        return min(self.starts_at, *begins), max(self.ends_at, *ends)

    @property
    def plan(self) -> "Plan | Shift":
        """What it was judged by."""
        return next((each for each in self.plans if each.revision == self.chosen), self) if self.chosen else self


class Punch(Struct, frozen=True, array_like=True, gc=False):
    """A punch as it stands now. At the same instant an out comes before an in: that is a handover.

    Of these there are the most, so they are short: an out is cited by nothing, so neither its event nor its `lag`, how
    many microseconds after `at` it was recorded, is kept.
    """

    id: bytes
    revision: int
    lag: int
    event_id: bytes
    at: datetime
    way: Way
    edited_by: bytes | None = None

    @property
    def recorded_at(self) -> datetime:
        return self.at + timedelta(microseconds=self.lag)

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
    edited_by: bytes | None = None

    @property
    def order(self) -> tuple[datetime, bytes]:
        return self.starts_at, self.id

    @property
    def span(self) -> Span:
        return self.starts_at, self.ends_at


class Call(Struct, frozen=True, array_like=True, gc=False):
    """The employee has told, at `at`, that they do not come to a shift."""

    id: bytes
    revision: int
    recorded_at: datetime
    shift_id: bytes
    at: datetime

    @property
    def order(self) -> tuple[datetime, bytes]:
        return self.at, self.id


class Remark(Struct, frozen=True, array_like=True, gc=False):
    """What a person has said of a shift that the clock cannot know, an exception; `kind` as in its event."""

    id: bytes
    revision: int
    recorded_at: datetime
    shift_id: bytes | None
    at: datetime
    kind: str
    minutes: int | None
    by: bytes

    @property
    def order(self) -> tuple[datetime, bytes]:
        return self.at, self.id


class Asked(Struct, frozen=True, array_like=True, gc=False):
    """The employee was asked, at `at`, why they were not there: the question has reached them."""

    id: bytes
    revision: int
    recorded_at: datetime
    shift_id: bytes
    at: datetime

    @property
    def order(self) -> tuple[datetime, bytes]:
        return self.at, self.id


class Term(Struct, frozen=True, array_like=True, gc=False):
    """On what terms somebody works here, from one revision on."""

    revision: int
    recorded_at: datetime
    hired_on: date
    ended_on: date | None
    suspended_from: date | None
    suspended_until: date | None
    exempt: bool
    position_id: bytes | None

    @property
    def terms(self) -> tuple[object, ...]:
        """What judges a shift for ever as it was at its start."""
        return self.exempt, self.position_id


class Gone(Struct, frozen=True, array_like=True, gc=False):
    """A fact that was taken back; remembered so that an older revision, arriving late, does not bring it back.

    Of a punch also when it was (`at`), by its newest revision before that (`told`), and who has voided it; of a shift
    when it was cancelled first, and by which revision.
    """

    id: bytes
    revision: int
    recorded_at: datetime
    family: Family
    version: int = 0
    at: datetime | None = None
    told: int = 0
    edited_by: bytes | None = None

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
    calls: tuple[Call, ...] = ()
    remarks: tuple[Remark, ...] = ()
    asked: tuple[Asked, ...] = ()
    terms: tuple[Term, ...] = ()
    notices: Notices = Notices()
    """What people were told of it."""
    turns: bool = False
    """Whether there was a punch that does not say what it is: then one can say something about another far away."""
    armed: Armed = Armed()
    shown: Shown = Shown()
    past: Past = Past()
    """What is over; none of it is among the facts above."""

    @property
    def checked(self) -> Armed:
        """What the shifts above can raise."""
        return self.armed if self.past.safe is None else self.past.armed

    @property
    def started(self) -> bool:
        """Whether the employee has ever punched."""
        return self.armed.started or bool(self.punches)

    @property
    def due(self) -> datetime | None:
        """When passing time says more of the next shift."""
        return min((shift.due for shift in self.shifts if shift.due), default=None)
