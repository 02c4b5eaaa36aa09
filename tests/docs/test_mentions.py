"""What pages mention is there: files of the project, commands, and the options of these commands."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import ROOT
from tests.docs.test_docs import COMMANDS

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TOPS = "agents|benchmarks|connectors|containers|docs|requirements|schemas|sinks|streams|tests"
MADE = re.compile(r"(agents|schemas/kinds|schemas/policies|tests/agents)/(test_)?short_break\.py")
"""What the tutorial's reader makes."""
GROUPS = {path[0] for path in COMMANDS if len(path) > 1}


def code(page: str) -> Iterator[str]:
    """Yield what is set as code: each line of a block, each span of a line."""
    for number, part in enumerate(re.split(r"^```.*$", page, flags=re.MULTILINE)):
        yield from part.splitlines() if number % 2 else re.findall(r"`([^`\n]+)`", part)


def gone(text: str) -> Iterator[str]:
    """Yield the files that a piece of code names and that are not there."""
    for path in re.findall(rf"^(?:{TOPS})/[\w./-]*", text):
        if not (ROOT / path).exists() and not MADE.fullmatch(path):
            yield path


def unheard(text: str) -> Iterator[str]:
    """Yield commands and options of ours that a piece of code uses and that there are not."""
    for said in re.findall(r"\brollcall ([a-z][^#`]*)", text):
        words = re.findall(r"[a-z]+", re.match(r"[a-z ]*", said)[0])  # type: ignore[index]
        path = tuple(words[: 2 if words[0] in GROUPS else 1])
        if len(path) == 1 and path[0] in GROUPS:
            continue
        if path not in COMMANDS:
            yield f"rollcall {' '.join(path)}"
        else:
            known = {
                option for parameter in COMMANDS[path].params for option in parameter.opts + parameter.secondary_opts
            }
            yield from (
                f"{' '.join(path)} {each}" for each in re.findall(r"(?<!\S)--[a-z-]+", said) if each not in known
            )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_mentions_only_what_is_there(page: Path) -> None:
    spans = list(code(page.read_text("utf-8")))
    assert [each for text in spans for each in (*gone(text), *unheard(text))] == []


def test_what_is_not_there_is_missed() -> None:
    page = (
        "See `agents/nobody.py`, `rollcall dlq list --nothing`.\n```sh\nrollcall frobnicate   # --not an option\n```\n"
    )
    spans = list(code(page))
    assert [each for text in spans for each in (*gone(text), *unheard(text))] == [
        "agents/nobody.py",
        "dlq list --nothing",
        "rollcall frobnicate",
    ]
