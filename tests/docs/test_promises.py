"""Every promise names the tests that show it, and each of these exists; the picture draws what is declared."""

import re
from pathlib import Path

import pytest

from schemas.topics import CDC, DOMAIN
from streams.roles import roles
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "promises.md").read_text("utf-8")
ROWS = [row for row in re.findall(r"^\| (.+) \|$", PAGE, re.MULTILINE) if not row.startswith(("promise |", "---"))]
PICTURE = (ROOT / "docs" / "pictures" / "architecture.svg").read_text("utf-8")


def missing(test: str) -> bool:
    """Whether a test, named as pytest names it, is not there."""
    path, _, name = test.partition("::")
    file = ROOT / path
    return not file.is_file() or not re.search(rf"^(async )?def {name}\(", file.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split(" | ")[0])
def test_every_promise_is_shown_by_tests_that_exist(row: str) -> None:
    promise, how, shown = row.split(" | ")
    assert promise
    assert how
    tests = re.findall(r"`(tests/[^`]+)`", shown)
    assert tests
    assert [test for test in tests if missing(test)] == []


def test_a_test_that_is_not_there_is_missed() -> None:
    own = Path(__file__).relative_to(ROOT).as_posix()
    assert not missing(f"{own}::{test_a_test_that_is_not_there_is_missed.__name__}")
    assert missing(f"{own}::test_a_test_that_is_not_there")
    assert missing("tests/docs/test_nothing.py::test_nothing")


def test_the_picture_has_every_topic_and_every_role_and_no_others() -> None:
    drawn = set(re.findall(r">(rollcall\.[\w.]+)<", PICTURE))
    assert drawn == {topic.name for topic in (CDC, *DOMAIN)}
    named = set(re.findall(r'class="name"[^>]*>([^<]+)<', PICTURE))
    assert {role.name for role in roles()} <= named
    assert {name for name in named if name.startswith("agents-")} <= {role.name for role in roles()}
