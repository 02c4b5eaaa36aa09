"""A quarter of two hundred people through a real host: states stay small, and are what the fold alone makes of it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from agents import attendance
from benchmarks import hosting
from benchmarks.steady import process, told
from benchmarks.story import Story
from schemas.events import Event, Tick
from streams.settings import Settings
from tests.agents.worlds import fold, live
from tests.eventually import eventually
from tests.hosts import site

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(400)]
EMPLOYEES, BUSINESS_DAYS = 200, 64
SOME = (0, 7, 33, 101, 199)
"""Employees whose states are compared."""


class Quarter(Story):
    """Ninety days of the calendar; the clock strikes the quarters of an hour, not the minutes."""

    def day(self, midnight: datetime) -> list[Event]:
        return [each for each in super().day(midnight) if not (isinstance(each, Tick) and each.occurred_at.minute % 15)]


def kept(story: Quarter) -> Iterator[Event]:
    """What concerns the few, in the order of the log."""
    who = {str(story.who(number)) for number in SOME}
    for midnight in story.weekdays():
        yield from (each for each in story.day(midnight) if isinstance(each, Tick) or each.key in who)


def test_states_of_a_quarter_weigh_little_and_are_what_the_fold_alone_makes_of_it(
    settings: Settings, tmp_path: Path
) -> None:
    story = Quarter(EMPLOYEES, BUSINESS_DAYS)
    with site(settings, tmp_path, "quarter") as place:
        hosting.recorded(place, story, float("inf"), lambda _: None)
        records = sum(place.ends(place.source).values())
        with process("benchmarks.hosting", told(place), tmp_path / "host.log"):
            eventually(lambda: place.position() >= records, 300)
        rows = place.rows("select key, state from rollcall.states where agent = 'attendance'")
        assert not sum(place.ends(place.source.dlq).values())

    stored = {key: bytes(state) for key, state in rows}
    assert len(stored) == EMPLOYEES
    assert max(map(len, stored.values())) <= 32 * 1024
    partition = live(attendance.AGENT)
    fold(attendance.AGENT, *kept(story), partition=partition)
    alone = {key: attendance.AGENT.encode(cell.state) for (_, key), cell in partition.cells.items()}
    assert {key: stored[key] for key in alone} == alone
    assert len(alone) == len(SOME)
