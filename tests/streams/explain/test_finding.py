"""A proposal is asked for by its id, or by how that begins, as one asks git for a commit."""

import re
from collections.abc import Iterator, Sequence
from itertools import count
from uuid import UUID

import pytest

from schemas.faults import Misconfigured
from streams.explain.finding import NoSuchProposal, bounds
from streams.explain.inquiry import patiently
from streams.log import Position, Span
from streams.record import Record

WHOLE = UUID("b7cefc35-51ce-5eac-a0ab-5797fd3b68fd")


@pytest.mark.parametrize("wanted", [str(WHOLE), WHOLE.hex, str(WHOLE).upper()])
def test_a_whole_id_is_meant_alone(wanted: str) -> None:
    assert bounds(wanted) == (WHOLE, WHOLE)


@pytest.mark.parametrize("wanted", ["b7cefc35", "B7CEFC35-51", "b7cefc35-51ce-5eac-a0ab-5797fd3b68f"])
def test_the_first_digits_stand_for_all_that_begin_so(wanted: str) -> None:
    lowest, highest = bounds(wanted)
    assert lowest <= WHOLE <= highest
    digits = wanted.replace("-", "").lower()
    assert (lowest.hex[: len(digits)], highest.hex[: len(digits)]) == (digits, digits)
    assert UUID(int=lowest.int - 1).hex[: len(digits)] != digits
    assert UUID(int=highest.int + 1).hex[: len(digits)] != digits


@pytest.mark.parametrize("wanted", ["", "b7cefc3", "b7cefc3-", "the last one", f"{WHOLE}0", "b7cefc3%"])
def test_what_is_no_id_is_refused_with_what_to_do(wanted: str) -> None:
    with pytest.raises(NoSuchProposal, match=re.escape(repr(wanted)) + ".*rollcall proposals list") as refused:
        bounds(wanted)
    assert isinstance(refused.value, Misconfigured)


def test_a_position_is_read_as_the_header_has_it_and_said_as_people_do() -> None:
    position = Position.parse(b"rollcall.workforce.v1/3/412")
    assert position == ("rollcall.workforce.v1", 3, 412)
    assert str(position) == "rollcall.workforce.v1-3-412"


def test_who_waits_is_told_every_other_second_how_far_it_is() -> None:
    clock, said = count(0.0, 0.9), list[str]()

    def fetched() -> Iterator[Sequence[Record]]:
        for offset in range(0, 6000, 1000):
            yield [Record("topic", 3, offset + 999, None, None, [], 0)]

    passed = list(patiently(fetched(), Span("topic", 3, 0, 6000), said.append, lambda: next(clock)))
    assert len(passed) == 6
    assert said[0] == "folding topic-3 again: 2,999 of 6,000 records"
    assert 1 < len(said) < 6


def test_who_does_not_wait_is_told_nothing() -> None:
    said: list[str] = []
    list(patiently([[Record("topic", 3, 1, None, None, [], 0)]], Span("topic", 3, 0, 2), said.append))
    assert said == []
