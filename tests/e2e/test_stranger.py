"""A stranger's path: a fresh clone, the tutorial's own commands in it, and one's own agent's proposal in the demo.

The virtual environment is lent: a new install takes longer than a minute here. It is linked into the clone, and the
clone's code comes before it on the path; `make` is told that it is installed. Everything else is as a stranger does it.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks, change

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
PAGE = "write-an-agent.md"
UP = "It stays up"


class Stranger:
    """Somebody at a terminal in a clone of the project."""

    def __init__(self, clone: Path) -> None:
        self.clone = clone
        home = {"PYTHONPATH": str(clone), "ROLLCALL_HOME": str(clone / "home"), "PYTHONDONTWRITEBYTECODE": "1"}
        self.environment = {**os.environ, **home}
        self.demo: subprocess.Popen[str] | None = None

    def types(self, command: str) -> str:
        """Run a line of the tutorial and return what it prints; the demo is left running once it stays up."""
        command = command.replace("make ", "make -o .venv/.installed ")
        if "demo" in command:
            return self._watches(command)
        done = subprocess.run(
            command.split(), cwd=self.clone, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _watches(self, command: str) -> str:
        self.demo = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {command}"], cwd=self.clone, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        assert self.demo.stdout is not None
        told = ""
        for line in self.demo.stdout:
            told += line
            if UP in line:
                return told
        raise AssertionError(f"the demo ended:\n{told}")

    def leaves(self) -> None:
        """Press Ctrl-C."""
        if self.demo is not None:
            os.killpg(self.demo.pid, signal.SIGINT)
            self.demo.communicate(timeout=60)


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Stranger]:
    """Clone what is here: what is committed and what is not yet."""
    clone = tmp_path / "rollcall"
    subprocess.run(["git", "clone", "--quiet", "--no-local", str(ROOT), str(clone)], check=True)
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            (clone / name).write_bytes((ROOT / name).read_bytes())
    (clone / ".venv").symlink_to(Path(sys.prefix))
    somebody = Stranger(clone)
    yield somebody
    somebody.leaves()


def test_the_tutorial_is_followed_to_a_proposal_of_ones_own(stranger: Stranger) -> None:
    told = {}
    for block in blocks(PAGE, "sh", "diff"):
        if block.language == "diff":
            change(stranger.clone, block)
            continue
        for command in block.text.splitlines():
            told[command] = stranger.types(command)

    made = told[".venv/bin/rollcall agents new short_break --topic workforce"].split()
    stranger.types(f".venv/bin/ruff check {' '.join(made)}")
    stranger.types(f".venv/bin/ruff format --check {' '.join(made)}")
    stranger.types(f".venv/bin/mypy {' '.join(made)}")
    stranger.types(".venv/bin/lint-imports")
    watched = next(said for command, said in told.items() if "demo" in command)
    assert "1 break_suggestion, 1 short_break" in watched
    assert "Sofia Marchetti" in told[".venv/bin/rollcall proposals list --kind short_break"]
    (mine,) = json.loads(stranger.types(".venv/bin/rollcall proposals list --kind short_break --json"))
    assert (mine["about"], mine["status"]) == ("Sofia Marchetti", "shadow")
    story = stranger.types(f".venv/bin/rollcall proposals show {mine['proposal_id']}")
    assert "back after 26 minutes, 30 minutes are a break" in story
    modes = {
        each["agent"]: each["mode"] for each in json.loads(stranger.types(".venv/bin/rollcall agents list --json"))
    }
    assert modes["short_break"] == "live"
