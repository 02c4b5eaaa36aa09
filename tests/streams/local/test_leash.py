"""What hangs on a leash goes with the one who holds it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from streams.local.child import LEASH, Pid
from tests.eventually import eventually

# A runner in small: holds the pipe's write end, starts one child on a leash, says who that is, and waits.
RUNNER = """
import os, subprocess, sys, time
leash, held = os.pipe()
report, reported = os.pipe()
script, signal, grace, *command = sys.argv[1:]
command = [sys.executable, "-I", "-S", script, str(leash), str(reported), signal, grace, "-", *command]
process = subprocess.Popen(command, pass_fds=(leash, reported), start_new_session=True)
print(process.pid, os.read(report, 100).decode().strip(), flush=True)
time.sleep(600)
"""
# A child that starts a child of its own, in the background.
TREE = ("sh", "-c", "sleep 600 & sleep 600")
# A child that does not want to go.
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)",
)


@contextmanager
def run(*command: str, grace: float = 5) -> Iterator[subprocess.Popen[str]]:
    options = (str(LEASH), str(int(signal.SIGTERM)), str(grace))
    with subprocess.Popen(
        [sys.executable, "-c", RUNNER, *options, *command], stdout=subprocess.PIPE, text=True
    ) as runner:
        try:
            yield runner
        finally:
            runner.kill()


def started(runner: subprocess.Popen[str]) -> list[Pid]:
    """The leash and the child, when the child runs what it was told to."""
    assert runner.stdout is not None
    pids = [Pid.of(int(word)) for word in runner.stdout.readline().split()]
    assert len(pids) == 2
    return [pid for pid in pids if pid is not None]


def tree(pid: Pid) -> list[Pid]:
    found = [Pid.of(process.pid) for process in psutil.Process(pid.pid).children(recursive=True)]
    return [pid for pid in found if pid is not None]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_runner_that_dies_takes_the_whole_tree_with_it(how: signal.Signals) -> None:
    with run(*TREE) as runner:
        leash, child = started(runner)
        grandchildren = eventually(lambda: tree(child) if len(tree(child)) == 2 else [])

        runner.send_signal(how)
        runner.wait()

        everyone = [leash, child, *grandchildren]
        eventually(lambda: not any(pid.alive() for pid in everyone))


def test_a_child_that_does_not_want_to_go_is_killed_after_its_grace() -> None:
    with run(*STUBBORN, grace=0.3) as runner:
        leash, child = started(runner)
        assert runner.stdout is not None
        assert runner.stdout.readline() == "deaf\n"

        runner.kill()
        runner.wait()

        eventually(lambda: not (leash.alive() or child.alive()))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells a child of its parent's death on Linux only")
def test_a_leash_that_is_killed_takes_its_child_with_it() -> None:
    with run("sleep", "600") as runner:
        leash, child = started(runner)

        os.kill(leash.pid, signal.SIGKILL)

        eventually(lambda: not child.alive())


def outcome(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command on a leash that nobody drops."""
    leash, held = os.pipe()
    report, reported = os.pipe()
    options = (str(leash), str(reported), str(int(signal.SIGTERM)), "1", "-")
    try:
        return subprocess.run(
            [sys.executable, "-I", "-S", str(LEASH), *options, *command],
            pass_fds=(leash, reported),
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        for descriptor in (leash, held, report, reported):
            os.close(descriptor)


@pytest.mark.parametrize(("script", "code"), [("exit 3", 3), ("kill -9 $$", 128 + 9), ("exit 0", 0)])
def test_the_leash_ends_as_its_child_did(script: str, code: int) -> None:
    assert outcome("sh", "-c", script).returncode == code


def test_a_command_that_does_not_exist_says_so(tmp_path: Path) -> None:
    done = outcome(str(tmp_path / "no"))

    assert done.returncode == 127
    assert str(tmp_path / "no") in done.stderr
