"""Draw the tables of docs/authority.md from the policies themselves: `python -m tests.docs.authority`."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from agents.kernel import World
from agents.supervisor.authority import objection
from agents.supervisor.matters import Matter
from schemas.cedar import POLICIES
from schemas.kinds import ATTENDANCE_FLAG, KINDS
from tests.agents.worlds import STAFF, world
from tests.builders import ADMIN, CLINIC, ELSEWHERE, EMPLOYEE, HR, MANAGER, SUBJECT, at, delegated, employed, role, uid
from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "authority.md"
BEGIN, END = "<!-- drawn by tests/docs/authority.py: {} -->", "<!-- end -->"
ADVICE = KINDS["break_suggestion"]


class Person(NamedTuple):
    """A row: who it is, and how the matter concerns them."""

    name: str
    person: Any
    concerned: dict[str, Any]


ROWS = (
    Person("the subject, whatever they hold", EMPLOYEE, {}),
    Person("a manager who reports to the subject", uid("below"), {}),
    Person("somebody else who works there", uid("colleague"), {}),
    Person("manager there", MANAGER, {}),
    Person("manager elsewhere", uid("far"), {}),
    Person("HR, a kind that is HR's", HR, {"kind": ATTENDANCE_FLAG}),
    Person("HR, another kind", HR, {}),
    Person("admin", ADMIN, {}),
    Person("auditor, whatever else they hold", uid("auditor"), {}),
    Person("service, whatever else it holds", uid("robot"), {}),
    Person("delegate of the manager", uid("deputy"), {}),
    Person("admin who proposed it", ADMIN, {"author": ADMIN}),
    Person("admin who edited what it rests on", ADMIN, {"editors": (ADMIN,)}),
    Person("admin who decided it before it was contested", ADMIN, {"before": (ADMIN,)}),
)
COLUMNS: dict[str, dict[str, Any]] = {
    "view": {"action": "view"},
    "comment": {"action": "comment"},
    "contest, waive": {"action": "contest"},
    "approve low, medium": {"seats": ("manager",)},
    "approve high": {"seats": ("admin",)},
    "approve critical, after a manager": {"seats": ("manager", "admin"), "given": (uid("first"),)},
    "reject low, medium": {"seats": ("manager",), "action": "reject"},
    "decide a contest": {"seats": ("manager",), "action": "resolve"},
}


def staff() -> World:
    """Return everybody of the rows."""
    return world(
        *STAFF,
        role(EMPLOYEE, "admin", None),
        employed(uid("below"), manager=EMPLOYEE),
        role(uid("below"), "manager"),
        employed(uid("colleague")),
        role(uid("far"), "manager", ELSEWHERE),
        role(uid("first"), "manager"),
        *(role(uid("auditor"), word, CLINIC) for word in ("auditor", "manager")),
        *(role(uid("robot"), word, CLINIC) for word in ("service", "manager")),
        delegated(MANAGER, uid("deputy")),
    )


def who_may_what() -> Iterator[str]:
    """Return the lines of the table of people and actions."""
    known = staff()
    yield f"| who | {' | '.join(COLUMNS)} |"
    yield "|---" * (len(COLUMNS) + 1) + "|"
    for row in ROWS:
        plain = {"subject": SUBJECT, "kind": ADVICE, "seats": ("manager",), "at": at("12:00")}
        matters = [Matter(**{**plain, **column, **row.concerned}) for column in COLUMNS.values()]
        cells = ["yes" if objection(row.person, each, known) is None else "" for each in matters]
        yield f"| {row.name} | {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")


def reasons() -> Iterator[str]:
    """Return the lines of the table of what somebody is told who may not."""
    yield "| rule | what is said |"
    yield "|---|---|"
    for name, reason in re.findall(r'@id\("([a-z-]+)"\)\n@reason\("([^"]+)"\)', POLICIES):
        yield f"| `{name}` | {reason} |"


DRAWN = {"who may what": who_may_what, "reasons": reasons}


def drawn(text: str) -> str:
    """Return the page with its tables as the policies are now."""
    for name, lines in DRAWN.items():
        begin = BEGIN.format(name)
        before, _, after = text.partition(begin)
        text = f"{before}{begin}\n{chr(10).join(lines())}\n{END}{after.partition(END)[2]}"
    return text


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text("utf-8")), "utf-8")
