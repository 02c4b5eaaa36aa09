"""The README's picture shows what the demo prints today: words, names, columns; how long things took is its own."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from rich.text import Text

from schemas.events import (
    DecisionMade,
    Event,
    NoticeRequested,
    ProposalMade,
    ProposalWithdrawn,
    PunchRecorded,
    ReliabilityScored,
    ReviewGiven,
    ShiftJudged,
)
from schemas.kinds import KINDS
from schemas.lifecycle import NEXT
from schemas.notices import NOTICES, employee, role
from schemas.topics import CDC, DOMAIN
from streams.demo import clinic, play, script, tell
from streams.demo.count import Count
from tests.docs.picture import LEFT_OUT, PICTURE, SHOWN, draw, excerpt
from tests.schemas.samples import sample

STATUSES = {str(status) for status in NEXT if status}
VERDICTS = {"absent_excused", "absent_unexplained", "late", "on_time"}
BOOKS = "what "


def lines(picture: str) -> list[str]:
    """The lines of a drawn terminal, as text; trailing spaces and milliseconds are not kept."""
    found: dict[float, str] = {}
    drawn = re.findall(r'<text class="demo-\w+" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>', picture)
    for x, y, text in sorted(drawn, key=lambda each: (float(each[1]), float(each[0]))):
        found[float(y)] = found.get(float(y), "").ljust(round(float(x) / 12.2)) + unescape(text).replace("\xa0", " ")
    return [re.sub(r" \[\+\d+ ms\]", "", line.rstrip()) for line in found.values()]


*SHOWS, LAST = filter(None, lines(PICTURE.read_text("utf-8")))
BEGINS = next(number for number, line in enumerate(SHOWS) if line.startswith(BOOKS))
TALK, STORY, TABLE = SHOWS[:4], SHOWS[4:BEGINS], SHOWS[BEGINS:]


def test_what_the_demo_says_while_it_starts() -> None:
    source = Path(play.__file__).read_text("utf-8")
    assert TALK[0].startswith("$ make demo ")
    for said in re.findall(r"[a-zA-Z'][a-zA-Z, ';]{4,}", "\n".join((*TALK[1:], LAST))):
        assert said.strip("s ;") in source, said


def test_every_line_of_the_story_is_one_that_the_demo_can_tell() -> None:
    assert set(STORY) - {LEFT_OUT} <= {*begun(), *steps()}


def test_the_scenes_are_those_of_the_script_and_none_that_is_shown_is_missing() -> None:
    clocks = {line[:5] for line in STORY if re.match(r"\d\d:\d\d", line)}
    assert clocks == set(SHOWN)
    played = [line for scene in script.scenes() for line in of(scene) if line[:5] in SHOWN]
    assert [line for line in STORY if line in played] == played


def test_the_books_have_the_rows_and_the_names_of_today(capsys: pytest.CaptureFixture[str]) -> None:
    some = {"late": 1}
    play.show(Count(1, some, some, some, some, some, some, 0, 0, (1.0, 2.0, 3.0), 3))
    now = capsys.readouterr().out.strip().splitlines()
    assert heads(TABLE) == heads(now)
    named = set(re.findall(r"[a-z]\w*(?:\.\w+)*", " ".join(line[cut(TABLE) :] for line in TABLE[1:])))
    topics = {topic.name for topic in (CDC, *DOMAIN)}
    assert topics <= named <= {*topics, *KINDS, *STATUSES, *VERDICTS, "p50", "p95", "p99", "ms", "entries"}


def test_what_is_left_out_is_marked_once() -> None:
    morning = ["begins", "07:22  A comes", "         judged", "07:26  B comes", "07:44  C comes", "", "what  how many"]
    assert [line.plain for line in excerpt(map(Text, morning))] == ["begins", LEFT_OUT, *morning[4:]]


def test_a_drawing_reads_as_it_was_written_and_asks_no_other_host_for_a_font() -> None:
    drawn = draw([Text("07:44  Tomás Rivera     <here>", style="bold"), Text("         judged late [+7 ms]")])
    assert lines(drawn)[1:] == ["07:44  Tomás Rivera     <here>", "         judged late"]
    assert "url(http" not in drawn + PICTURE.read_text("utf-8")


def heads(table: list[str]) -> list[str]:
    """The first column, and what stands above the second."""
    return [table[0].strip(), *filter(None, (line[: cut(table)].strip() for line in table[1:]))]


def cut(table: list[str]) -> int:
    return table[0].index("how many")


def begun() -> Iterator[str]:
    yield from (line for scene in script.scenes() for line in of(scene))
    for person in clinic.PEOPLE:
        at = script.at("09:30")
        absent = {"verdict": "absent_unexplained", "minutes": 0}
        yield begins(ShiftJudged, employee_id=person.employee_id, occurred_at=at, recorded_at=at, **absent)
        yield from (begins(NoticeRequested, recipient=employee(person.employee_id), kind=kind) for kind in NOTICES)


def of(scene: script.Scene) -> Iterator[str]:
    """The lines with which the demo tells that a scene was played."""
    whom = scene.whom or scene.person
    punch = {"employee_id": whom.employee_id, "recorded_at": scene.at}
    match scene.action.split():
        case ["punches", way]:
            yield begins(PunchRecorded, direction=way, occurred_at=scene.at, **punch)
        case ["corrects", *_]:
            yield tell.correction(scene)
            yield begins(PunchRecorded, direction="in", occurred_at=scene.to, **punch)
        case [verb, *_]:
            about = {"subject": f"employee:{whom.employee_id}", "reviewer_id": scene.person.employee_id}
            yield begins(ReviewGiven, verdict="opened", recorded_at=scene.at, **about)
            yield begins(ReviewGiven, verdict=verb.removesuffix("s"), recorded_at=scene.at, **about)


def begins(model: type[Event], **said: object) -> str:
    return tell.begins(sample(model, **said))


def steps() -> set[str]:
    """Every step that the demo has words for."""
    judged = [sample(ShiftJudged, verdict=verdict, minutes=each) for verdict in VERDICTS for each in range(60)]
    raised = [sample(ProposalMade, kind=kind, shadow=shadow) for kind in KINDS for shadow in (True, False)]
    taken = [sample(ProposalWithdrawn, kind=kind) for kind in KINDS]
    decided = [sample(DecisionMade, kind=kind, status=each, role="manager") for kind in KINDS for each in STATUSES]
    recipients = [role("hr"), *(employee(person.employee_id) for person in clinic.PEOPLE)]
    asked = [sample(NoticeRequested, kind=kind, recipient=each) for kind in NOTICES for each in recipients]
    scored = [sample(ReliabilityScored, tenths=each) for each in range(1001)]
    told = tell.steps([(0.0, event) for event in (*judged, *scored, *raised, *taken, *decided, *asked)], 0.0)
    return {line.removesuffix(" [+0 ms]") for line in told}
