"""Settled shifts in order, most of them folded up: columns of starts and credits, and each whole when asked for."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from typing import overload

from agents.attendance.memory import EPOCH, NO_SHOW, NOTHING, TINY, Chapter, Settled, micros, unfolded

UNCOUNTED = bytes([NOTHING])
TO_SUM = bytes([*range(NOTHING), 0])


class Ledger(Sequence[Settled]):
    """Chapters, and the shifts after them."""

    __slots__ = ("_chapters", "_credits", "_ends", "_read", "_recent", "_starts", "_sums")

    def __init__(self, recent: Sequence[Settled], chapters: Sequence[Chapter] = ()) -> None:
        self._chapters, self._recent = chapters, recent
        self._starts = array("q", b"".join([each.starts for each in chapters]))
        self._starts.extend([micros(each.starts_at) for each in recent])
        newest = bytes([NOTHING if each.credit is None else each.credit for each in recent])
        self._credits = b"".join([*(each.credits for each in chapters), newest])
        self._sums = self._credits.translate(TO_SUM)
        self._ends = list(accumulate([len(each.credits) for each in chapters]))
        self._read: dict[int, list[Settled]] = {}

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, place: int) -> Settled: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Settled]: ...
    def __getitem__(self, place: int | slice) -> Settled | Sequence[Settled]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        folded = self._ends[-1] if self._ends else 0
        if not 0 <= place < len(self):
            raise IndexError(place)
        if place >= folded:
            return self._recent[place - folded]
        number = bisect_right(self._ends, place)
        if number not in self._read:
            self._read[number] = list(unfolded(self._chapters[number]))
        return self._read[number][place - self._ends[number]]

    def start(self, place: int) -> datetime:
        """Return when a shift begins."""
        return EPOCH + self._starts[place] * TINY

    def credit(self, place: int) -> int | None:
        """Return what it counts for."""
        credit = self._credits[place]
        return None if credit == NOTHING else credit

    def first(self, since: datetime) -> int:
        """Return the place of the first shift that begins at an instant or later."""
        return bisect_left(self._starts, micros(since))

    def after(self, since: datetime) -> int:
        """Return the place of the first shift that begins later than an instant."""
        return bisect_right(self._starts, micros(since))

    def counted(self, window: range) -> tuple[int, int]:
        """Return the sum of credits of a window, and how many shifts of it count."""
        missing = self._credits.count(UNCOUNTED, window.start, window.stop)
        return sum(self._sums[window.start : window.stop]), len(window) - missing

    def missed(self, window: range) -> bool:
        """Return whether there may be a no-show in a window."""
        folded = self._ends[-1] if self._ends else 0
        if any(
            each.verdict == NO_SHOW
            for each in self._recent[max(0, window.start - folded) : max(0, window.stop - folded)]
        ):
            return True
        return any(
            each.missed and end > window.start and end - len(each.credits) < window.stop
            for each, end in zip(self._chapters, self._ends, strict=True)
        )

    def kept(self, window: range) -> list[int]:
        """Return what absences excused by protected leave would count for without it, the best first."""
        if not any(each.excused for each in self._chapters) and all(
            each.without_leave is None for each in self._recent
        ):
            return []
        found = (each.without_leave for each in self[window.start : window.stop])
        return sorted((each for each in found if each is not None), reverse=True)
