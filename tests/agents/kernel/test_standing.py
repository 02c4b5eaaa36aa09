"""What agents build on: the newest revision of a fact, and the difference between what stands and what should."""

from typing import NamedTuple

from agents.kernel.facts import newest
from agents.kernel.standing import Raised, difference


class Row(NamedTuple):
    id: bytes
    revision: int
    said: str = ""


def test_newer_revision_takes_the_place_of_the_older() -> None:
    rows = newest(newest((), Row(b"b", 1)), Row(b"a", 1))
    assert rows == (Row(b"a", 1), Row(b"b", 1))
    assert newest(rows, Row(b"b", 2, "corrected")) == (Row(b"a", 1), Row(b"b", 2, "corrected"))


def test_old_news_changes_nothing_at_all() -> None:
    rows = newest((), Row(b"a", 2))
    assert newest(rows, Row(b"a", 2, "again")) is rows
    assert newest(rows, Row(b"a", 1)) is rows


def test_what_stands_and_should_is_left_alone() -> None:
    stands = (Raised("k", b"1", 1, "{}"), Raised("k", b"2", 3))
    assert difference(stands, {("k", b"1"): "{}"}) == (stands, [], [])


def test_what_should_not_stand_is_withdrawn_and_its_count_kept() -> None:
    stands = Raised("k", b"1", 2, "{}")
    assert difference([stands], {}) == ((Raised("k", b"1", 2),), [stands], [])


def test_what_should_stand_is_raised_and_another_payload_is_another_proposal() -> None:
    stands, another = Raised("k", b"2", 1, "old"), Raised("k", b"2", 2, "new")
    after, gone, new = difference([stands], {("k", b"2"): "new", ("k", b"1"): "first"})
    assert after == (Raised("k", b"1", 1, "first"), another)
    assert (gone, new) == ([stands], [another, Raised("k", b"1", 1, "first")])
