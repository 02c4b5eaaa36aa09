"""The table of statuses in docs/supervision.md is the one that is built."""

from pathlib import Path
from typing import get_args

from schemas.lifecycle import CLOSED, EFFECT, INVERSE, NEXT, Status

DOCUMENT = Path(__file__).parents[3] / "docs" / "supervision.md"


def test_documented_statuses_are_the_ones_that_are_built() -> None:
    rows = [
        f"| {status or '(new)'} | {', '.join(sorted(after))} |".replace("|  |", "| |") for status, after in NEXT.items()
    ]
    assert "\n".join(["| status | can be followed by |", "|---|---|", *rows, ""]) in DOCUMENT.read_text()


def test_every_status_is_in_the_table_and_the_closed_ones_are_its_ends() -> None:
    assert set(NEXT) == {None, *get_args(Status)}
    assert {status for status, after in NEXT.items() if not after} == CLOSED
    assert {status for status, after in NEXT.items() if "applied" in after} == EFFECT
    assert {status for status, after in NEXT.items() if "reverted" in after} == INVERSE
