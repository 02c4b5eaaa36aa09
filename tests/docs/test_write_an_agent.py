"""The tutorial says what is: its code is what is generated, its changes fit, and what comes of them is green.

Its commands are run in a fresh clone by ``tests/e2e/test_stranger.py``.
"""

import tomllib
from pathlib import Path

import agents
import schemas.kinds
import schemas.policies
import sinks.apply.applier
from streams.scaffold import scaffold
from tests.docs.pages import blocks, change
from tests.scaffolding import folders, importable, its_tests

PAGE = "write-an-agent.md"


def test_the_code_shown_is_the_code_made(tmp_path: Path) -> None:
    made, *_ = scaffold(folders(tmp_path), "short_break", "workforce")
    (shown,) = blocks(PAGE, "python")
    assert shown.text in made.read_text(encoding="utf-8")


def test_the_changes_fit_and_are_green_and_without_the_new_rule_red(tmp_path: Path) -> None:
    made, *_ = scaffold(folders(tmp_path), "short_break", "workforce")
    first = made.read_text(encoding="utf-8")
    diffs = blocks(PAGE, "diff")
    assert {diff.about for diff in diffs} >= {"agents/short_break.py", "tests/agents/test_short_break.py"}
    for diff in diffs:
        change(tmp_path, diff)
    with importable(tmp_path):
        for test in its_tests("short_break").values():
            test()
    made.write_text(first, encoding="utf-8")
    with importable(tmp_path):
        red = []
        for name, test in its_tests("short_break").items():
            try:
                test()
            except AssertionError:
                red.append(name)
    assert red == ["test_policy_says_what_is_short"]


def test_the_entry_points_named_are_the_ones_looked_for() -> None:
    (shown,) = blocks(PAGE, "toml")
    groups = tomllib.loads(shown.text)["project"]["entry-points"]
    looking = (agents, schemas.kinds, schemas.policies, sinks.apply.applier)
    for group, module in zip(groups, looking, strict=True):
        assert f'"{group}"' in Path(str(module.__file__)).read_text(encoding="utf-8")
