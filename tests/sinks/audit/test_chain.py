"""An audit chain that somebody has meddled with is found broken, at the very row."""

from collections.abc import Callable
from random import Random

import pytest

from sinks.audit.chain import GENESIS, Fault, Head, Link, breaks, seal

Tampered = tuple[list[Link], int, Fault]
"""The links, and the row and the fault that must be found."""


def chained(length: int) -> list[Link]:
    links: list[Link] = []
    for sequence in range(1, length + 1):
        previous = links[-1].hash if links else GENESIS
        entry = f'{{"event":"{sequence * 7919}"}}'
        links.append(Link(sequence, entry, previous, seal(sequence, entry, previous)))
    return links


def head(links: list[Link]) -> Head:
    return Head(links[-1].sequence, links[-1].hash)


def anew(link: Link, previous: bytes) -> Link:
    """Another text under a hash of its own."""
    entry = link.entry.replace("event", "Event")
    return Link(link.sequence, entry, previous, seal(link.sequence, entry, previous))


def edit(links: list[Link], at: int, draw: Random) -> Tampered:
    field, link = draw.choice(["entry", "previous", "hash"]), links[at]
    if field == "entry":
        place = draw.randrange(len(link.entry))
        links[at] = link._replace(entry=link.entry[:place] + "x" + link.entry[place + 1 :])
    else:
        spoilt = bytearray(link.hash if field == "hash" else link.previous)
        spoilt[draw.randrange(32)] ^= 1 << draw.randrange(8)
        links[at] = link._replace(hash=bytes(spoilt)) if field == "hash" else link._replace(previous=bytes(spoilt))
    return links, at + 1, "edited"


def delete(links: list[Link], at: int, draw: Random) -> Tampered:
    if at == len(links) - 1:
        return links[:at], at + 1, "cut"
    return [*links[:at], *links[at + 1 :]], at + 1, "missing"


def close_the_gap(links: list[Link], at: int, draw: Random) -> Tampered:
    """Delete a row and number what follows anew: the first that follows says a number that was not sealed."""
    if at == len(links) - 1:
        return links[:at], at + 1, "cut"
    return [*links[:at], *(each._replace(sequence=each.sequence - 1) for each in links[at + 1 :])], at + 1, "edited"


def swap(links: list[Link], at: int, draw: Random) -> Tampered:
    other = draw.choice([each for each in range(len(links)) if each != at])
    one, two = sorted((at, other))
    links[one], links[two] = (
        links[two]._replace(sequence=links[one].sequence),
        links[one]._replace(sequence=links[two].sequence),
    )
    return links, one + 1, "edited"


def cut(links: list[Link], at: int, draw: Random) -> Tampered:
    return links[:at], at + 1, "cut"


def rewrite(links: list[Link], at: int, draw: Random) -> Tampered:
    links[at] = anew(links[at], draw.choice([links[at].previous, draw.randbytes(32)]))
    return links, at + 1, "rewritten"


WAYS: list[Callable[[list[Link], int, Random], Tampered]] = [edit, delete, close_the_gap, swap, cut, rewrite]


def found(times: int, length: int, seed: int) -> None:
    """One chain, so many times meddled with in a random way at a random row."""
    draw, whole = Random(seed), chained(length)
    for _ in range(times):
        links, row, fault = draw.choice(WAYS)(list(whole), draw.randrange(length), draw)
        first = next(breaks(links, [head(whole)]), None)
        assert first is not None
        assert (first.sequence, first.fault) == (row, fault), first


def test_a_chain_that_nobody_has_touched_holds() -> None:
    whole = chained(50)
    assert list(breaks(whole, [Head(each.sequence, each.hash) for each in whole[::7]])) == []
    assert list(breaks([], [])) == []


def test_edits_are_found_at_their_row() -> None:
    found(times=600, length=12, seed=1)


@pytest.mark.slow
def test_ten_thousand_edits_of_one_chain_are_found_at_their_rows() -> None:
    found(times=10_000, length=200, seed=2)


@pytest.mark.slow
def test_ten_thousand_edits_at_once_are_all_found() -> None:
    draw, links = Random(3), chained(60_000)
    whole, rows = head(links), sorted(draw.sample(range(len(links)), 10_000))
    for at in rows:
        links, _, _ = edit(links, at, draw)
    assert [(each.sequence, each.fault) for each in breaks(links, [whole])] == [(at + 1, "edited") for at in rows]


def test_a_chain_written_anew_from_a_row_on_is_found_by_a_head_that_remembers() -> None:
    whole = chained(30)
    links = whole[:19]
    for link in whole[19:]:
        links.append(anew(link, links[-1].hash))
    heads = [Head(each.sequence, each.hash, f"head {each.sequence}") for each in (whole[9], whole[24], whole[29])]
    (only,) = breaks(links, heads)
    assert (only.sequence, only.fault) == (25, "rewritten")
    assert "rows 11 to 25" in only.said
    assert "head 25" in only.said


def test_without_a_head_nobody_knows_that_the_end_was_cut_off() -> None:
    assert list(breaks(chained(30)[:20])) == []
