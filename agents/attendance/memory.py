"""What is remembered beyond the facts: settled shifts, what can still be raised, the score as it was last said.

And what is long over, folded up into chapters: bytes that a step neither reads nor writes anew.
"""

import zlib
from array import array
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from agents.kernel.standing import Raised

NO_SHOW = "no_call_no_show"
FULL = 100
"""What a shift counts for at most, in hundredths."""
NOTHING = 255
"""In a column of credits: the shift does not count."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TINY = timedelta(microseconds=1)


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


class Chapter(Struct, frozen=True, array_like=True, gc=False):
    """A stretch of time that is over: what its settled shifts count for, and all facts of it, as long as they are kept.

    Of a shift that was simply worked there is no more than start and credit, but for the facts.
    """

    until: datetime
    """Nothing in it lasts as long as this."""
    starts: bytes = b""
    """Of settled shifts, in order: microseconds since 1970, eight bytes each..."""
    credits: bytes = b""
    """...and what each counts for, a byte."""
    usual: tuple[bytes, bytes | None] = (b"", None)
    """Place and position of those that were simply worked..."""
    others: bytes = b""
    """...and all others in full."""
    missed: bool = False
    """Whether there is a no-show among them..."""
    excused: bool = False
    """...or an absence that protected leave excuses."""
    ids: bytes = b""
    """Of the facts, and of the shifts that they name."""
    facts: bytes = b""
    """None: they are forgotten."""


class Past(Struct, frozen=True, array_like=True):
    """What is over, in order. While there is no `safe`, the facts that are kept are not folded up."""

    chapters: tuple[Chapter, ...] = ()
    safe: datetime | None = None
    """A fact from here on says nothing of what is folded up, nor that of it."""
    armed: Armed = Armed()
    """What shifts after it can raise."""
    raised: tuple[Raised, ...] = ()
    """What shifts in it have raised and what is checked still, but for what their facts alone raise."""
    places: tuple[bytes, ...] = ()
    """Where the shifts are that are folded up."""
    touched: bool = False
    """Whether what was amiss at a place has a part in one of them."""
    heard: datetime | None = None
    """When the employee was last heard of in it."""

    def has(self, identity: bytes) -> bool:
        """Return whether a fact or a shift is known here, or may be."""
        return identity in b"".join([chapter.ids for chapter in self.chapters])

    def has_forgotten(self, until: datetime) -> bool:
        """Return whether the facts of that time are forgotten."""
        if not self.chapters or until >= self.chapters[-1].until:
            return False
        return next(not chapter.facts for chapter in self.chapters if until < chapter.until)


def packed(rows: Any) -> bytes:
    """Return rows as few bytes: what they have in common, in time and in what they say, is most of them."""
    return zlib.compress(msgspec.msgpack.encode(rows))


def micros(at: datetime) -> int:
    """Return an instant as a number."""
    return (at - EPOCH) // TINY


def chapter(until: datetime, settled: Sequence[Settled], ids: bytes = b"", facts: bytes = b"") -> Chapter:
    """Fold up what is over before an instant: settled shifts, in order, and facts."""
    usual = next(((each.location_id, each.position_id) for each in settled if each.verdict == "on_time"), (b"", None))
    starts = [each.starts_at for each in settled]
    others = [each for each in settled if not _is_usual(each, usual) or starts.count(each.starts_at) > 1]
    return Chapter(
        until,
        array("q", map(micros, starts)).tobytes(),
        bytes(NOTHING if each.credit is None else each.credit for each in settled),
        usual,
        packed(others) if others else b"",
        any(each.verdict == NO_SHOW for each in others),
        any(each.without_leave is not None for each in others),
        ids,
        facts,
    )


def _is_usual(each: Settled, usual: tuple[bytes, bytes | None]) -> bool:
    simply = each.verdict == "on_time" and each.credit == FULL and not each.editors and not each.protected
    return simply and (each.location_id, each.position_id) == usual


def others(folded: Chapter) -> tuple[Settled, ...]:
    """Return the settled shifts of a chapter that were not simply worked."""
    return _read(zlib.decompress(folded.others)) if folded.others else ()


_read = msgspec.msgpack.Decoder(tuple[Settled, ...]).decode


def unfolded(folded: Chapter) -> Iterator[Settled]:
    """Yield the settled shifts of a chapter, in order; of the usual ones nothing but what they count for is known."""
    told = iter(others(folded))
    other = next(told, None)
    for number in array("q", folded.starts):
        start = EPOCH + number * TINY
        if other is not None and other.starts_at == start:
            yield other
            other = next(told, None)
        else:
            place, position = folded.usual
            yield Settled(b"", start, start, b"", place, "on_time", FULL, position_id=position)
