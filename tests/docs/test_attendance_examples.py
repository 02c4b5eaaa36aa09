"""The examples of docs/attendance.md are judged as the page says."""

import re
from collections.abc import Iterator

import pytest

from agents.attendance import AGENT
from schemas.events import Event, ShiftJudged
from tests.agents.worlds import fold
from tests.builders import EMPLOYEE, MANAGER, at, cancelled, leave, punch, shift, tick
from tests.docs.pages import ROOT
from tests.facts import called, closure, delivered, employment, exception, notice, outage_confirmed

WAYS = {"in": "in", "out": "out", "?": "unknown"}
PAGE = (ROOT / "docs" / "attendance.md").read_text("utf-8")
TOMORROW, LATER = (
    re.findall(r"^\| (.*)\| (.*)\| `(\w+)` \| (\d+) \| (\d+) \| (\d+|—) \|$", part, re.MULTILINE)
    for part in PAGE.split("### Four days later")
)
ROWS = [*TOMORROW, *LATER]


@pytest.mark.parametrize("row", TOMORROW, ids=lambda row: f"{row[0]}{row[1]}")
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


@pytest.mark.parametrize("row", LATER, ids=lambda row: f"{row[0]}{row[1]}")
def test_an_example_of_what_else_is_known_is_judged_as_the_page_says(row: tuple[str, ...]) -> None:
    punches, known, verdict, late, early, counts = row
    planned, *rest = told(punches, "")
    if "the evening before" in known:
        planned = planned.model_copy(update={"planned_at": at("20:00", -1)})
    events = [*beside(known), planned, *rest, tick(at("19:00")), *since(known), tick(at("20:00", 4))]
    last = [each for each in fold(AGENT, *events) if isinstance(each, ShiftJudged)][-1:]
    said = [(each.verdict, each.minutes, each.minutes_early, each.credit) for each in last]
    assert said == [(verdict, int(late), int(early), None if counts == "—" else int(counts))]


def beside(known: str) -> Iterator[Event]:
    """Yield what is known besides the shift and its punches."""
    spans = re.findall(r"(closed|clocks out) from ([\d:]+) to ([\d:]+)", known)
    for what, begin, end in spans:
        yield (closure if what == "closed" else outage_confirmed)(at(begin), at(end))
    for kind, way, minutes in re.findall(r"may (come|leave) (\d+) minutes (late|early)", known):
        yield exception(NINE, f"{kind}_{minutes}", int(way))
    for words, kind, by in SAID:
        if words in known:
            yield exception(NINE, kind, by=by)
    if "never asked" not in known:
        yield delivered(notice("absence_question", NINE.ends_at, NINE))
    for words, event in OTHERS.items():
        if words in known:
            yield event


def since(known: str) -> Iterator[Event]:
    if "given away" in known:
        yield cancelled(NINE).model_copy(update={"recorded_at": at("20:00")})


NINE = shift(at("9:00"))
SAID = (
    ("excused", "excused", MANAGER),
    ("unprotected", "unprotected", MANAGER),
    ("absence confirmed", "absence_confirmed", MANAGER),
    ("manager says it was worked", "worked", MANAGER),
    ("employee says it was worked", "worked", EMPLOYEE),
)
OTHERS: dict[str, Event] = {
    "called": called(NINE, at("8:00")),
    "refused before": leave(at("9:00"), at("17:00"), "refused", recorded=at("8:00", -1)),
    "refused afterwards": leave(at("9:00"), at("17:00"), "refused", recorded=at("18:00")),
    "still open": leave(at("9:00"), at("17:00"), "requested", recorded=at("8:00", -1)),
    "need not clock": employment(when=at("0:00", -9), clocking="exempt"),
    "suspended": employment(when=at("0:00", -9), suspended_from=at("0:00").date()),
}


def test_every_verdict_on_work_and_each_way_of_punching_has_an_example() -> None:
    assert len(ROWS) == len(set(ROWS)) >= 20
    assert {row[2] for row in ROWS} >= {
        "on_time", "late", "very_late", "early_leave", "late_and_early", "missing_in", "missing_out",
        "absent_excused", "absent_provisional", "worked_other_hours", "absent_called_out", "absent_unexcused",
        "absent_unexplained", "no_call_no_show", "exempt", "not_employed", "cancelled",
        "present_unscheduled",
    }  # fmt: skip
