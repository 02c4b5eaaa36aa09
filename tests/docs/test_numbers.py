"""The numbers that pages give for a policy are its defaults, and each number of a policy with a page is on it."""

import re
from datetime import timedelta
from typing import Any

import pytest

from schemas.policies import POLICIES
from tests.docs.pages import ROOT

ABOUT = {"attendance": "attendance.md", "breaks": "breaks.md", "notices": "notices.md", "supervision": "supervisor.md"}
UNITS: dict[str, Any] = {
    "s": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "days": timedelta(days=1),
    "": 1,
}


@pytest.mark.parametrize("name", ABOUT)
def test_a_page_gives_the_defaults_of_its_policy(name: str) -> None:
    text = (ROOT / "docs" / ABOUT[name]).read_text("utf-8")
    given = re.findall(r"`(\w+)` \((\d+) ?(s|minutes|h|days|)\b", text)
    told = {field: int(number) * UNITS[unit] for field, number, unit in given}
    fields = POLICIES[name].model_fields
    numbers = {each for each, field in fields.items() if isinstance(field.default, int | timedelta)}
    assert told == {each: fields[each].default for each in numbers}
