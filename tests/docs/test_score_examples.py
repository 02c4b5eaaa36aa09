"""The examples of docs/attendance.md on score and flags come out as the page says, through the fold."""

import re

import pytest

from agents.attendance import AGENT
from schemas.events import Event, ProposalMade, ReliabilityScored
from schemas.kinds import AttendanceFlag, DisciplinaryReview
from tests.agents.attendance.telling import came, late, no_show
from tests.agents.worlds import fold
from tests.builders import at, punch, shift
from tests.docs.pages import ROOT
from tests.facts import exception

PAGE = (ROOT / "docs" / "attendance.md").read_text("utf-8")
ROWS = re.findall(r"^\| (\d+ `.+`) \| ([\d.]+|—) \| (.*?) ?\|$", PAGE, re.MULTILINE)


def very_late(day: int) -> list[Event]:
    return [shift(at("9:00", day)), punch(at("10:30", day)), punch(at("17:00", day), "out")]


def excused(day: int) -> list[Event]:
    planned = shift(at("9:00", day))
    return [planned, exception(planned, when=at("8:00", day))]


DAYS = {"on_time": came, "late": late, "very_late": very_late, "no_call_no_show": no_show, "absent_excused": excused}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_an_example_is_scored_and_flagged_as_the_page_says(row: tuple[str, str, str]) -> None:
    shifts, score, raised = row
    verdicts = [verdict for count, verdict in re.findall(r"(\d+) `(\w+)`", shifts) for _ in range(int(count))]
    said = fold(AGENT, *(event for day, verdict in enumerate(verdicts) for event in DAYS[verdict](day)))
    scores = [each.tenths for each in said if isinstance(each, ReliabilityScored)]
    assert (f"{scores[-1] / 10:.1f}" if scores and scores[-1] is not None else "—") == score
    made = [each for each in said if isinstance(each, ProposalMade) and each.kind != "lateness_entry"]
    assert ", ".join(map(told, made)) == raised


def told(made: ProposalMade) -> str:
    assert made.cause_at is not None
    number = (made.cause_at - at("9:00")).days + 1
    if made.kind == "disciplinary_review":
        assert DisciplinaryReview.model_validate_json(made.payload).episodes == 3
        return f"review by {number}"
    return f"{AttendanceFlag.model_validate_json(made.payload).level} by {number}"


def test_there_are_examples_of_all_that_can_be_raised() -> None:
    assert len(ROWS) == len(set(ROWS)) >= 12
    assert {word for row in ROWS for word in re.findall(r"(\w+) by", row[2])} == {"manager", "hr", "review"}
