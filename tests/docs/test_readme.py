"""The README's first command, run as a new user would: it ends by itself, and every count adds up."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.stack
@pytest.mark.timeout(600)
def test_the_demo_plays_and_its_books_add_up(tmp_path: Path) -> None:
    command = "make demo ARGS=--check"
    assert command in (ROOT / "README.md").read_text(encoding="utf-8")
    environment = {**os.environ, "ROLLCALL_HOME": str(tmp_path / "home")}
    played = subprocess.run(
        command.split(), cwd=ROOT, env=environment, capture_output=True, text=True, timeout=560, check=False
    )
    assert played.returncode == 0, played.stdout + played.stderr
    said = dict(re.findall(r"^(lost|doubled|effects|proposals|in shadow) +(.+?) *$", played.stdout, re.MULTILINE))
    assert (said["lost"], said["doubled"]) == ("0", "0")
    assert said["effects"] == "5 applied, 1 reverted"
    assert said["proposals"] == "2 attendance_flag, 4 lateness_entry"
    assert said["in shadow"] == "1 break_suggestion"
    for told in (
        "Tomás Rivera     absent",
        "takes lateness_entry back",
        "takes break_suggestion back",
        "score 77.3",
        "attendance_flag: applied",
        "attendance_flag: rejected",
    ):
        assert told in played.stdout
