"""The documents say what is: every stop has its runbook page, every command its example, the README fits."""

import importlib
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

import streams
from schemas.faults import Stop
from streams.cli import app

ROOT = Path(__file__).parents[2]
PAGES = {page.stem for page in (ROOT / "docs" / "runbooks").glob("*.md")} - {"index"}
PACKAGES = ("agents", "connectors", "schemas", "sinks", "streams")


def stops() -> set[type[Stop]]:
    """Every fault that ends a process, wherever it is defined."""
    for module in pkgutil.walk_packages(streams.__path__, "streams."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, left = set(), [Stop]
    while left:
        each = left.pop()
        found.add(each)
        left += each.__subclasses__()
    return found - {Stop}


def test_every_stop_has_a_runbook_page_and_every_page_a_stop() -> None:
    assert {each.runbook for each in stops()} == PAGES


def test_the_index_of_runbooks_leads_from_each_stops_name_to_its_page() -> None:
    index = (ROOT / "docs" / "runbooks" / "index.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.+?`) \| \[.+?\]\((.+?)\.md\) \|", index, re.MULTILINE)
    told = {(name, page) for names, page in rows for name in re.findall(r"`(\w+)`", names)}
    assert told == {(each.__name__, each.runbook) for each in stops()}


def test_no_stop_is_without_a_name_and_no_message_names_a_page_that_is_not_there() -> None:
    for source in (file for package in PACKAGES for file in (ROOT / package).rglob("*.py")):
        text = source.read_text(encoding="utf-8")
        assert not re.search(r"\b(raise|return|=|else) Stop\b", text), f"{source}: a stop of no name has no page"
        assert set(re.findall(r"docs/runbooks/([\w-]+)\.md", text)) <= PAGES, source
        assert all((ROOT / page).exists() for page in re.findall(r"\bdocs/[\w/-]+\.md", text)), source


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_shows_an_example_of_itself(path: tuple[str, ...]) -> None:
    assert f"Example: rollcall {' '.join(path)}" in COMMANDS[path].help


def test_help_imports_no_driver() -> None:
    listed = subprocess.run(
        [sys.executable, "-c", "import sys, streams.cli; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"psycopg", "confluent_kafka", "faust", "pydantic", "httpx", "rich"} & set(listed)


def test_the_readme_fits_and_its_links_lead_somewhere() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 150
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / link).exists(), link


def test_the_readme_names_targets_and_commands_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"^make ([a-z]+)", text, re.MULTILINE)) <= targets
    known = {path[0] for path in COMMANDS}
    assert set(re.findall(r"bin/rollcall ([a-z]+)", text)) <= known
