"""A slow and obvious oracle agrees on random histories, also in nights in which the clocks change."""

from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.attendance import AGENT
from agents.attendance.chapters import opened
from agents.attendance.timesheet import Verdict as Verdicts
from schemas.events import Event, ShiftScheduled
from tests.agents.attendance.oracle import Oracle, Verdict
from tests.agents.attendance.weeks import arrival, history
from tests.agents.worlds import fold, live, state_of
from tests.builders import CLINIC, EMPLOYEE, location, punch, shift, tick
from tests.facts import closure, delivered, notice, outage_confirmed

CANCELLED = Verdict("cancelled", 0, 0, None, settled=True)
NIGHTS = (
    ("America/New_York", "2026-03-07"),
    ("America/New_York", "2026-10-31"),
    ("Europe/Berlin", "2026-03-28"),
    ("Europe/Berlin", "2026-10-24"),
    ("Australia/Lord_Howe", "2026-04-04"),
    ("Australia/Lord_Howe", "2026-10-03"),
    ("America/St_Johns", "2026-03-07"),
    ("America/St_Johns", "2026-10-31"),
    ("Pacific/Chatham", "2026-04-04"),
    ("Pacific/Chatham", "2026-09-26"),
)


def agrees(told: list[Event], order: list[Event]) -> None:
    """Compare what is said when all has come and all is over."""
    partition = live(AGENT)
    fold(AGENT, *order, partition=partition)
    rows = {UUID(bytes=each.id): each for each in opened(state_of(partition)).shifts}
    said = {
        shift_id: Verdict(row.verdict, row.minutes, row.early, row.credit, row.settled)
        for shift_id, row in rows.items()
    }
    for shift_id, expected in Oracle(told, EMPLOYEE).verdicts().items():
        assert said.get(shift_id, CANCELLED) == expected, shift_id


def test_the_oracle_agrees_on_random_histories() -> None:
    for seed in range(300):
        agrees(told := history(seed), arrival(seed, told))


@pytest.mark.slow
@pytest.mark.parametrize("thousand", range(10))
def test_the_oracle_agrees_on_many_random_histories(thousand: int) -> None:
    for seed in range(1_000 * thousand, 1_000 * (thousand + 1)):
        agrees(told := history(seed), arrival(seed, told))


def test_random_histories_hold_every_verdict() -> None:
    seen = {each.verdict for seed in range(300) for each in Oracle(history(seed), EMPLOYEE).verdicts().values()}
    assert seen == set(get_args(Verdicts)) - {"pending"}


OFFSETS = st.sampled_from([-300, -90, -7, -6, -5, -1, 0, 1, 5, 6, 7, 59, 60, 61, 240]).map(
    lambda minutes: timedelta(minutes=minutes)
)


@st.composite
def nights(draw: st.DrawFn) -> list[Event]:
    """Draw three nights from 23:00 to 7:30 around the one in which the clocks change, and what happens in them."""
    zone, changing = draw(st.sampled_from(NIGHTS))
    local, told = ZoneInfo(zone), list[Event]()
    for day in (-1, 0, 1):
        evening = datetime.fromisoformat(changing) + timedelta(days=day)
        start = evening.replace(hour=23, tzinfo=local).astimezone(UTC)
        end = (evening + timedelta(days=1)).replace(hour=7, minute=30, tzinfo=local).astimezone(UTC)
        assert end - start == len(wall(local, start, evening)) * timedelta(minutes=1)
        planned = shift(start, (end - start) / timedelta(hours=1))
        told.append(planned)
        for way, side in (("in", start), ("out", end)):
            told += [punch(side + draw(OFFSETS), way)] if draw(st.booleans()) or draw(st.booleans()) else []
        told += [delivered(notice("absence_question", end, planned))] if draw(st.booleans()) else []
        since = start + draw(OFFSETS)
        told += draw(
            st.sampled_from(
                [[], [], [closure(since, end, name=f"c{day}")], [outage_confirmed(since, end, name=f"o{day}")]]
            )
        )
    return [location(CLINIC, zone, 2), *told]


def wall(local: ZoneInfo, start: datetime, evening: datetime) -> list[datetime]:
    """Return the minutes that a clock on the wall shows from 23:00 to 7:29, those that it shows twice twice."""
    first, last = evening.replace(hour=23), (evening + timedelta(days=1)).replace(hour=7, minute=30)
    minutes = (start + number * timedelta(minutes=1) for number in range(-60, 12 * 60))
    return [each for each in minutes if first <= each.astimezone(local).replace(tzinfo=None) < last]


def of_nights(told: list[Event]) -> None:
    newest = max(each.ends_at for each in told if isinstance(each, ShiftScheduled))
    agrees(told, [*told, tick(newest + timedelta(days=9))])


@given(nights())
def test_the_oracle_agrees_on_nights_in_which_the_clocks_change(told: list[Event]) -> None:
    of_nights(told)


@pytest.mark.slow
@given(nights())
@settings(max_examples=1_000)
def test_the_oracle_agrees_on_many_such_nights(told: list[Event]) -> None:
    of_nights(told)
