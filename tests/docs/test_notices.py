"""What the page about notices says of each kind is what the code declares."""

import re
from datetime import timedelta

from schemas.notices import NOTICES, Notice
from schemas.policies.notices import NoticePolicy
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "notices.md").read_text(encoding="utf-8")
PARTIES = {"employee": "the employee", "manager": "the manager", "hr": "HR", "admin": "an admin"}
TABLE = "| notice | who is told |"


def drawn(notice: Notice) -> str:
    days, hours = notice.lifetime.days, notice.lifetime // timedelta(hours=1)
    of_use = f"{days} day{'s' * (days > 1)}" if days else f"{hours} hours"
    to = ", ".join(PARTIES[each] for each in notice.to)
    return f"| `{notice.name}` | {to} | {notice.when} | {of_use} | {notice.words} |"


def test_its_table_is_the_one_in_code() -> None:
    rows = PAGE[PAGE.index(TABLE) :].split("\n\n", 1)[0].splitlines()[2:]
    assert rows == [drawn(each) for each in NOTICES.values()]


def test_its_hours_are_those_of_the_policy() -> None:
    hours = re.findall(r"(\d+:\d\d) \(`(opens|closes)`\)", PAGE)
    assert hours == [(f"{getattr(NoticePolicy(), name):%-H:%M}", name) for name in ("opens", "closes")]
