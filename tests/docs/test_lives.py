"""docs/supervisor.md has the tables that the code has."""

from schemas.kinds import KINDS
from schemas.lifecycle import STATUSES
from tests.docs.lives import DOCUMENT, TABLES, drawn


def test_the_tables_are_those_of_the_code() -> None:
    assert drawn(DOCUMENT.read_text()) == DOCUMENT.read_text(), "mend: python -m tests.docs.lives"


def test_they_name_everything_that_there_is() -> None:
    text = DOCUMENT.read_text()
    assert all(f"<!-- {name}:" in text for name in TABLES)
    assert all(f"| {status} |" in TABLES["life"]() for status in STATUSES)
    assert all(f"| {kind} |" in TABLES["kinds"]() for kind in KINDS)
