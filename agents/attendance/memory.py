"""What is remembered beyond the facts: settled shifts, what can still be raised, the score as it was last said."""

from datetime import UTC, datetime

from msgspec import Struct

NO_SHOW = "no_call_no_show"


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


class Armed(Struct, frozen=True, array_like=True, gc=False):
    """What can be raised by shifts that start at `since` or later; what was raised before is not looked at again."""

    since: datetime = datetime.min.replace(tzinfo=UTC)
    manager: bool = True
    hr: bool = True
    review: bool = True
    started: bool = False
    """Whether the employee has ever punched: whoever has not is not flagged."""


class Shown(Struct, frozen=True, array_like=True, gc=False):
    """The score as it was last said, and how often it was."""

    version: int = 0
    tenths: int | None = None
