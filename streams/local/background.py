"""Start the runner of a home in the background and wait until everything it runs is ready."""

import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from schemas.faults import Misconfigured
from streams.local.home import StackBusy
from streams.local.part import PartFailed
from streams.local.status import read_status, runner
from streams.settings import Settings, environment

REFUSED = 2
"""Exit code of a runner that has not begun, because something must be mended first."""
READY_WITHIN = timedelta(seconds=180)


def start(home: Path) -> None:
    """Start ``rollcall up`` as a process of its own, and return when all its parts and roles are ready.

    Raises:
        PartFailed: it ended or is not ready in time; the message names its log.

    """
    (home / "logs").mkdir(parents=True, exist_ok=True)
    log = home / "logs" / "runner.log"
    before = runner(home)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streams", "up"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment(Settings.load(home)),
            start_new_session=True,
        )
    end = time.monotonic() + READY_WITHIN.total_seconds()
    while not _ready(home, process.pid):
        if process.poll() is not None or time.monotonic() > end:
            said = log.read_text(errors="replace").strip().splitlines()
            kind = Misconfigured if process.poll() == REFUSED else PartFailed
            raise kind(f"the stack did not start: {said[-1] if said else 'no word'}; see {log}")
        time.sleep(0.1)
    if before is not None:
        raise StackBusy(f"process {before.pid} already runs the stack of {home}; mend: rollcall down")


def _ready(home: Path, pid: int) -> bool:
    now = runner(home)
    parts = read_status(home)
    from streams.roles import roles

    expected = {role.name for role in roles()}
    ready = {part.name for part in parts if part.state == "ready"}
    return now is not None and now.pid == pid and expected <= ready
