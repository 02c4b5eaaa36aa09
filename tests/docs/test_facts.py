"""docs/facts.md names each captured table, what becomes of its rows, what is kept back, the kinds of exceptions."""

import re

from connectors.translate import CAPTURES
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "facts.md").read_text("utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| .+? \| (.*?) ?\| ?(.*?) ?\|$", PAGE, re.MULTILINE)


def test_each_table_is_named_with_what_becomes_of_a_row_and_what_is_kept_back() -> None:
    said = [(table, re.findall(r"`(\w+)`", events), kept) for table, events, kept in ROWS]
    assert said == [
        (
            each.table,
            [event.__name__ for telling in each.tellings() for event in telling.emits],
            ", ".join(each.excluded),
        )
        for each in CAPTURES
    ]


def test_every_kind_of_exception_is_named() -> None:
    sql = (ROOT / "schemas" / "sql" / "0010_facts.sql").read_text("utf-8")
    (kinds,) = re.findall(r"'\{(excused,[\w,]+)\}'", sql)
    assert all(f"`{kind}`" in PAGE for kind in kinds.split(","))
