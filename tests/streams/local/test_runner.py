"""The runner with small roles and no parts: no server is started here."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest

from streams.local import child as module
from streams.local.child import Pid, State
from streams.local.home import Home, StackBusy, free, read, write
from streams.local.part import Role
from streams.local.runner import Stack
from streams.local.status import PartStatus, end_leftovers, read_status, request_stop
from streams.settings import Settings
from tests.eventually import eventually

FOREVER = "import time; time.sleep(600)"


def role(script: str, env: dict[str, str] | None = None, once: dict[str, str] | None = None) -> Role:
    return Role("worker", (sys.executable, "-I", "-S", "-c", script), env or {}, once or {})


def stack(home: Path, *roles: Role, prepare: Callable[[Settings], None] | None = None) -> Stack:
    return Stack(home, roles, prepare, parts_wanted=False)


def only(running: Stack) -> PartStatus:
    (status,) = running.status()
    return status


def test_a_role_runs_sees_its_home_and_is_gone_after_stop(tmp_path: Path) -> None:
    running = stack(tmp_path, role("import os, time; print(os.environ['ROLLCALL_HOME'], flush=True); time.sleep(600)"))
    with running:
        eventually(lambda: only(running).state is State.READY)
        eventually(lambda: only(running).log.read_text() == f"{tmp_path}\n")
        processes = [Pid(**entry) for entry in read(Home(tmp_path).status)["parts"][0]["processes"]]
        assert len(processes) == 2
        assert all(pid.alive() for pid in processes)

    assert not any(pid.alive() for pid in processes)
    assert only(running).state is State.STOPPED
    assert read_status(tmp_path)[0].state is State.STOPPED
    assert not request_stop(tmp_path)


def test_a_killed_role_is_started_again(tmp_path: Path) -> None:
    running = stack(tmp_path, role(FOREVER))
    with running:
        eventually(lambda: only(running).state is State.READY)
        first = only(running).pid

        running.kill("worker", signal.SIGKILL)

        eventually(lambda: only(running).restarts == 1 and only(running).state is State.READY)
        assert only(running).pid != first
        assert only(running).exit_code == 128 + signal.SIGKILL


def test_a_role_that_ends_with_a_stop_code_again_and_again_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(module, "QUICK_ENDS", 4)
    running = stack(tmp_path, role("raise SystemExit(3)"))
    with running:
        eventually(lambda: only(running).state is State.FAILED)
        assert only(running).exit_code == 3
        assert only(running).restarts == 3


def test_a_role_that_is_done_is_left_alone(tmp_path: Path) -> None:
    running = stack(tmp_path, role("print('done')"))
    with running:
        eventually(lambda: only(running).state is State.ENDED)
        assert only(running).restarts == 0


def test_a_crash_can_be_asked_for_once(tmp_path: Path) -> None:
    script = """
import os, time
os.environ.get('ROLLCALL_CRASH') and os._exit(9)
print('lives', flush=True)
time.sleep(600)
"""
    running = stack(tmp_path, role(script, once={"ROLLCALL_CRASH": "after-poll:1"}))
    with running:
        eventually(lambda: only(running).log.read_text() == "lives\n")
        assert only(running).restarts == 1
        assert only(running).exit_code == 9


def test_a_role_can_be_started_anew_with_another_environment(tmp_path: Path) -> None:
    script = "import os, time; print(os.environ['COLOUR'], flush=True); time.sleep(600)"
    running = stack(tmp_path, role(script, env={"COLOUR": "red"}))
    with running:
        log = only(running).log
        eventually(lambda: log.read_text() == "red\n")

        running.start_role(role(script, env={"COLOUR": "green"}))

        eventually(lambda: log.read_text() == "red\ngreen\n")
        assert only(running).restarts == 0


ANSWERING = """
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.path == '/readyz' and os.path.exists(os.environ['ROLLCALL_HOME'] + '/ready')
        self.send_response(200 if found else 503)
        self.end_headers()
HTTPServer(('127.0.0.1', int(os.environ['ROLLCALL_HTTP_PORT'])), Handler).serve_forever()
"""


def test_a_role_that_answers_is_ready_when_it_says_so_at_a_port_that_is_remembered(tmp_path: Path) -> None:
    answering = replace(role(ANSWERING), answers=True)
    ports = []
    for _ in range(2):
        running = stack(tmp_path, answering)
        with running:
            port = only(running).port
            assert port is not None
            eventually(lambda: not free(port))  # noqa: B023
            assert only(running).state is State.STARTING
            (tmp_path / "ready").touch()
            eventually(lambda: only(running).state is State.READY)  # noqa: B023
            (tmp_path / "ready").unlink()
        ports.append(port)
    assert ports[0] == ports[1] == read(Home(tmp_path).state)["ports"]["worker"]


def test_roles_start_after_the_preparation_and_not_at_all_when_it_fails(tmp_path: Path) -> None:
    def prepare(settings: Settings) -> None:
        raise ValueError(settings.home)

    running = stack(tmp_path, role(FOREVER), prepare=prepare)
    with pytest.raises(ValueError, match=str(tmp_path)):
        running.start()

    assert running.status() == []
    with stack(tmp_path):
        """The home is free again."""


def test_a_second_runner_on_the_same_home_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    running = stack(tmp_path, role(FOREVER))
    with running:
        eventually(lambda: only(running).state is State.READY)
        with pytest.raises(StackBusy, match=f"process {os.getpid()}"):
            stack(tmp_path, role(FOREVER)).start()
        assert only(running).state is State.READY
        assert read_status(tmp_path)[0].state is State.READY


# A runner in a process of its own.
PROGRAM = """
import sys
from pathlib import Path
from streams.local.part import Role
from streams.local.runner import Stack
worker = Role("worker", (sys.executable, "-c", "import time; time.sleep(600)"))
running = Stack(Path(sys.argv[1]), [worker], parts_wanted=False)
try:
    with running:
        print("up", flush=True)
        running.wait()
except KeyboardInterrupt:
    pass
"""


@contextmanager
def runner(home: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", PROGRAM, str(home)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "up\n"
            yield process
        finally:
            process.kill()


def processes(home: Path) -> list[Pid]:
    return [Pid(**entry) for part in read(Home(home).status)["parts"] for entry in part["processes"]]


def test_a_runner_can_be_watched_and_stopped_from_another_process(tmp_path: Path) -> None:
    with runner(tmp_path) as other:
        eventually(lambda: read_status(tmp_path)[0].state is State.READY)
        started = processes(tmp_path)

        assert request_stop(tmp_path)

        assert other.wait() == 0
        assert not any(pid.alive() for pid in started)
    assert not request_stop(tmp_path)


def test_nothing_survives_a_killed_runner_and_the_home_can_be_used_again(tmp_path: Path) -> None:
    with runner(tmp_path) as other:
        started = processes(tmp_path)
        assert len(started) == 2

        other.kill()
        other.wait()

        assert read_status(tmp_path)[0].state is State.STOPPED
        eventually(lambda: not any(pid.alive() for pid in started))
    with stack(tmp_path, role(FOREVER)) as settings:
        assert settings.home == tmp_path


def test_leftovers_of_a_crash_are_ended_and_a_process_that_got_their_number_is_not(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "600"]) as leftover, subprocess.Popen(["sleep", "600"]) as stranger:
        mine, other = Pid.of(leftover.pid), Pid.of(stranger.pid)
        assert mine is not None
        assert other is not None
        recorded = [asdict(mine), asdict(Pid(other.pid, other.created - 3600))]
        write(Home(tmp_path).status, {"parts": [{"processes": recorded}]})

        end_leftovers(Home(tmp_path), grace=timedelta(0))

        assert not mine.alive()
        assert other.alive()
        stranger.kill()
