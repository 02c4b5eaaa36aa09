"""What `agents new` writes is green as it is, in the house's format, and all of it or nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from schemas.faults import Misconfigured
from streams.scaffold import LONGEST, checkout, scaffold
from tests.scaffolding import folders, importable, its_tests


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return folders(tmp_path)


def there(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_an_agent_is_four_files_and_its_test_is_green(root: Path) -> None:
    scaffold(root, "long_lunch", "workforce")
    assert there(root) == [
        "agents/long_lunch.py", "schemas/kinds/long_lunch.py", "schemas/policies/long_lunch.py",
        "tests/agents/test_long_lunch.py",
    ]  # fmt: skip
    with importable(root):
        told = its_tests("long_lunch")
        assert len(told) == 6
        for test in told.values():
            test()


def test_control_a_rule_that_is_broken_is_red(root: Path) -> None:
    made, *_ = scaffold(root, "long_lunch", "workforce")
    made.write_text(made.read_text().replace("away < policy.shortest", "away <= policy.shortest"))
    with importable(root), pytest.raises(AssertionError):
        its_tests("long_lunch")["test_policy_says_what_is_short"]()


@pytest.mark.parametrize("name", ["abc", "a_bc_1", "e" * LONGEST])
def test_short_and_long_names_are_in_the_house_format(root: Path, name: str) -> None:
    scaffold(root, name, "workforce")
    (root / "pyproject.toml").write_text((checkout() / "pyproject.toml").read_text())
    own = ["--config", f'src = ["{root}", "{checkout()}"]', "--no-cache", "."]
    for rule in (["format", "--check"], ["check"]):
        checked = subprocess.run(
            [sys.executable, "-m", "ruff", *rule, *own], cwd=root, capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    "name",
    ["", "ShortBreak", "short-break", "1st", "_short", "short__break", "ünder", "a", "x_1", "../up", "e" * 33, "a b"],
)
def test_name_that_is_none_is_refused_with_an_example(root: Path, name: str) -> None:
    with pytest.raises(Misconfigured, match=r"cannot name an agent; mend: .* for example short_break"):
        scaffold(root, name, "workforce")
    assert there(root) == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("supervisor", "there is an agent called 'supervisor' already"),
        ("break_suggestion", "there is a kind of proposal called 'break_suggestion' already"),
        ("breaks", "there is a policy called 'breaks' already"),
        ("kernel", "'kernel' means something else already"),
        ("class", "'class' means something else already"),
    ],
)
def test_name_that_is_taken_is_refused(root: Path, name: str, why: str) -> None:
    with pytest.raises(Misconfigured, match=why):
        scaffold(root, name, "workforce")
    assert there(root) == []


def test_topic_without_a_template_is_refused(root: Path) -> None:
    with pytest.raises(Misconfigured, match="no template for agents of the topic 'proposals'; choose"):
        scaffold(root, "long_lunch", "proposals")


@pytest.mark.parametrize("path", ["tests/agents/test_long_lunch.py", "agents/long_lunch/__init__.py"])
def test_nothing_is_overwritten_and_nothing_half_done(root: Path, path: str) -> None:
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text("mine")
    with pytest.raises(Misconfigured, match="is there already, and nothing was written"):
        scaffold(root, "long_lunch", "workforce")
    assert (there(root), (root / path).read_text()) == ([path], "mine")


def test_what_cannot_be_written_leaves_nothing_behind(root: Path) -> None:
    (root / "tests" / "agents").rmdir()
    with pytest.raises(Misconfigured, match="nothing was written"):
        scaffold(root, "long_lunch", "workforce")
    assert there(root) == []


def test_command_that_is_refused_exits_2_and_prints_no_data() -> None:
    command = [sys.executable, "-m", "streams", "agents", "new", "supervisor", "--topic", "workforce"]
    refused = subprocess.run(command, cwd=checkout(), capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "there is an agent called 'supervisor' already; mend: choose another name" in refused.stderr


def test_this_is_a_checkout() -> None:
    assert (checkout() / "agents" / "kernel").is_dir()
