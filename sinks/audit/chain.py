"""The chain of audit entries, and where it is broken. Pure: links in, breaks out, however long the chain is.

Each link is sealed by SHA-256 over the hash of the link before, its own number and its text; PostgreSQL does the same
when it takes an entry (``rollcall.chain_audit``). What the chain alone cannot show, heads do: that its end was cut off,
or that all of it was written anew from some row on.
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import chain
from typing import Literal, NamedTuple

GENESIS = bytes(32)
"""What the first link follows on."""
Fault = Literal["edited", "missing", "rewritten", "cut"]


class Link(NamedTuple):
    """A row of ``rollcall.audit``."""

    sequence: int
    entry: str
    previous: bytes
    hash: bytes


class Head(NamedTuple):
    """The last link of the chain at some moment, as somebody else remembers it."""

    sequence: int
    hash: bytes
    where: str = "the table's own account"


class Break(NamedTuple):
    """Where the chain is broken: the row, how, and that in words."""

    sequence: int
    fault: Fault
    said: str


class _Seen(NamedTuple):
    """A link beside the one before: `gap` is the first row that is missing in between, 0 if none is."""

    link: Link
    gap: int
    intact: bool
    joined: bool
    """Whether it follows on the link before, as far as that can be told."""


def seal(sequence: int, entry: str, previous: bytes) -> bytes:
    """Return the hash of a link."""
    return sha256(previous + sequence.to_bytes(8, "big") + entry.encode()).digest()


def breaks(links: Iterable[Link], heads: Iterable[Head] = ()) -> Iterator[Break]:
    """Yield the breaks of a chain that is given in the order of its numbers, held against what heads remember of it.

    A row that was changed together with its hash is known by what follows on it: the next row, or a head.
    """
    remembered = {each.sequence: each for each in heads}
    agreed, anew, last = 0, False, 0
    for seen, joined, then in _with_what_follows(_beside(links), remembered):
        sequence, last = seen.link.sequence, seen.link.sequence
        if seen.gap:
            yield Break(seen.gap, "missing", f"{_rows(seen.gap, sequence - 1)} are gone, and row {sequence} is there")
        head = remembered.get(sequence)
        differs = head is not None and head.hash != seen.link.hash
        if not seen.intact:
            yield Break(sequence, "edited", f"row {sequence} is not what its hash was taken of")
        elif not joined and (then or not seen.joined):
            yield Break(sequence, "rewritten", f"row {sequence} was written anew: what follows remembers another hash")
        elif head is not None and differs and not anew:
            said = f"{_rows(agreed + 1, sequence)}, one or all, were written anew: {head.where} remembers another hash"
            yield Break(sequence, "rewritten", said)
        anew = anew or differs
        agreed = sequence if head is not None and not differs else agreed
    furthest = max(remembered.values(), default=None)
    if furthest is not None and furthest.sequence > last:
        said = f"{_rows(last + 1, furthest.sequence)} are gone: {furthest.where} goes up to there"
        yield Break(last + 1, "cut", said)


def _beside(links: Iterable[Link]) -> Iterator[_Seen]:
    """Yield each link beside the one before."""
    at, known = 0, GENESIS
    for link in links:
        gap = 0 if link.sequence == at + 1 else at + 1
        intact = seal(link.sequence, link.entry, link.previous) == link.hash
        yield _Seen(link, gap, intact, bool(gap) or not intact or not known or link.previous == known)
        at, known = link.sequence, link.hash if intact else b""


def _with_what_follows(seen: Iterable[_Seen], heads: Mapping[int, Head]) -> Iterator[tuple[_Seen, bool, bool]]:
    """Yield each link, whether the next one follows on it, and whether the one after that follows on the next.

    Of two rows that do not fit the first was written anew, unless the second does not fit its other neighbour either.
    """
    one: _Seen | None = None
    two: _Seen | None = None
    for three in chain(seen, (None, None)):
        if one is not None:
            yield one, two is None or two.joined, two is None or _follows(two, three, heads)
        one, two = two, three


def _follows(link: _Seen, following: _Seen | None, heads: Mapping[int, Head]) -> bool:
    if following is not None:
        return following.joined
    head = heads.get(link.link.sequence)
    return head is None or head.hash == link.link.hash


def _rows(first: int, last: int) -> str:
    return f"row {first}" if first == last else f"rows {first} to {last}"
