"""What runs on a home, as seen from any process; and how to ask the runner of a home to stop."""

import os
import signal
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from streams.local.child import Child, Pid, State
from streams.local.home import Home, read, write
from streams.local.part import PartFailed


@dataclass(frozen=True, slots=True)
class PartStatus:
    """One child process of the runner."""

    name: str
    state: State
    since: datetime
    pid: int | None
    port: int | None
    restarts: int
    exit_code: int | None
    log: Path


def of(child: Child, home: Home) -> PartStatus:
    """The status of one child, in the runner itself."""
    pid = child.pid.pid if child.pid is not None and child.state in RUNNING else None
    log = home.logs / f"{child.part.name}.log"
    return PartStatus(
        child.part.name, child.state, child.since, pid, child.part.port, child.restarts, child.exit_code, log
    )


RUNNING = frozenset({State.STARTING, State.READY, State.SILENT})


def publish(home: Home, runner: Pid | None, children: list[Child]) -> None:
    """Write down what runs, with what a later start needs to clean up after a crash of the runner."""
    parts = [
        {
            **asdict(of(child, home)),
            "since": child.since.isoformat(),
            "log": str(home.logs / f"{child.part.name}.log"),
            "processes": [asdict(pid) for pid in (child.leash_pid, child.pid) if pid is not None],
        }
        for child in children
    ]
    write(home.status, {"runner": asdict(runner) if runner else None, "parts": parts})


def runner(path: Path) -> Pid | None:
    """The process that runs this home's stack, if one does."""
    entry = read(Home(path).status).get("runner")
    found = Pid(**entry) if entry else None
    return found if found is not None and found.alive() else None


def read_status(path: Path) -> list[PartStatus]:
    """The children of this home's runner; all stopped when there is none."""
    running = runner(path) is not None
    return [_status(entry, running=running) for entry in read(Home(path).status).get("parts", ())]


def _status(entry: dict[str, Any], *, running: bool) -> PartStatus:
    known = {name: entry[name] for name in ("name", "port", "restarts", "exit_code")}
    state = State(entry["state"]) if running else State.STOPPED
    pid = entry["pid"] if running else None
    return PartStatus(
        **known, pid=pid, state=state, since=datetime.fromisoformat(entry["since"]), log=Path(entry["log"])
    )


def request_stop(path: Path, deadline: timedelta = timedelta(seconds=60)) -> bool:
    """Ask the runner of this home to stop and wait until it has; False when none runs."""
    found = runner(path)
    if found is None:
        return False
    os.kill(found.pid, signal.SIGTERM)
    end = time.monotonic() + deadline.total_seconds()
    while found.alive() or leftovers(Home(path)):
        if time.monotonic() > end:
            raise PartFailed(
                f"the runner (process {found.pid}) has not stopped within {deadline}; see {Home(path).logs}"
            )
        time.sleep(0.05)
    return True


def leftovers(home: Home) -> list[Pid]:
    """Processes that a crashed runner left behind; never anybody else's."""
    recorded = [Pid(**entry) for part in read(home.status).get("parts", ()) for entry in part["processes"]]
    return [pid for pid in recorded if pid.alive()]


def end_leftovers(home: Home, grace: timedelta = timedelta(seconds=20)) -> None:
    """Wait for the leashes to finish their work, then end what is still there."""
    end = time.monotonic() + grace.total_seconds()
    while left := leftovers(home):
        if time.monotonic() > end:
            for pid in left:
                os.kill(pid.pid, signal.SIGKILL)
            end = time.monotonic() + 1
        time.sleep(0.05)
