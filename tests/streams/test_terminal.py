"""What people see: tables that can be read and copied from, words that are known."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from streams.cli.terminal import show
from streams.console import Story
from tests.typed import typed

AT = datetime(2026, 3, 16, 13, 2, 0, 574200, UTC)
ONE = UUID(int=2**128 - 1)


def test_a_table_has_times_to_the_second_and_ids_in_one_piece(capsys: pytest.CaptureFixture[str]) -> None:
    show([{"proposal_id": ONE, "why": "so " * 99, "at": AT, "by": None}], as_json=False, empty="")
    first, *_ = capsys.readouterr().out.splitlines()[1:]
    assert str(ONE) in first
    assert "2026-03-16 13:02:00+00:00" in first
    assert "None" not in first


@pytest.mark.parametrize(("option", "known"), [("--status", "unroutable"), ("--kind", "attendance_flag")])
def test_a_word_that_there_is_not_is_refused_with_those_that_there_are(
    capsys: pytest.CaptureFixture[str], option: str, known: str
) -> None:
    told = typed(capsys, "proposals", "list", option, "rooted")
    assert (told.code, told.out) == (2, "")
    assert "'rooted'" in told.err
    assert known in told.err


def test_a_story_is_told_without_lists_and_with_what_people_have_said() -> None:
    made = {
        "kind": "attendance_flag", "about": "Ann", "subject": "x", "risk": "medium", "agent": "attendance",
        "payload": {"score": 773, "shifts": [{"credit": 50}]}, "rules": ["late"], "expires_at": AT,
    }  # fmt: skip
    words = [{"verdict": "request changes", "by": "Boss", "note": "the clock was fast", "given_at": AT}]
    told = Story(made, [], words).text()
    assert '{"score": 773} and shifts: see --json' in told
    assert "2026-03-16T13:02:00+00:00  Boss said to request changes: the clock was fast" in told
    assert Story(made, [], words).document()["words"] == words
