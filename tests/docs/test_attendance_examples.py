"""The examples of docs/attendance.md are judged as the page says."""

import re
from collections.abc import Iterator

import pytest

from agents.attendance import AGENT
from schemas.events import Event, ShiftJudged
from tests.agents.worlds import fold
from tests.builders import at, leave, punch, shift, tick
from tests.docs.pages import ROOT

WAYS = {"in": "in", "out": "out", "?": "unknown"}
PAGE = (ROOT / "docs" / "attendance.md").read_text("utf-8")
ROWS = re.findall(r"^\| (.*)\| (.*)\| `(\w+)` \| (\d+) \| (\d+) \| (\d+|—) \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}{row[1]}")
def test_an_example_is_judged_as_the_page_says(row: tuple[str, ...]) -> None:
    punches, free, verdict, late, early, counts = row
    said = [each for each in fold(AGENT, *told(punches, free), tick(at("20:00", 1))) if isinstance(each, ShiftJudged)]
    last = said[-1]
    assert (last.verdict, last.minutes, last.minutes_early) == (verdict, int(late), int(early))
    assert last.credit == (None if counts == "—" else int(counts))
    assert last.inferred == ("?" in punches)


def told(punches: str, free: str) -> Iterator[Event]:
    yield shift(at("9:00"))
    for since, until in re.findall(r"from ([\d:]+) to ([\d:]+)", free):
        yield leave(at(since), at(until))
    for way, clock in re.findall(r"(in|out|\?) ([\d:]+)", punches):
        yield punch(at(clock), WAYS[way])


def test_every_verdict_on_work_and_each_way_of_punching_has_an_example() -> None:
    assert len(ROWS) == len(set(ROWS)) >= 20
    assert {row[2] for row in ROWS} >= {
        "on_time", "late", "very_late", "early_leave", "late_and_early", "missing_in", "missing_out",
        "absent_excused", "absent_provisional", "worked_other_hours",
    }  # fmt: skip
