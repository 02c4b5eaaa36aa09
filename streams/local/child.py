"""One child process kept alive: started on a leash, started again when it ends, given up after too many quick ends."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import psutil

from streams.local.part import Part

LEASH = Path(__file__).with_name("leash.py")
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 10.0
SETTLED = 20.0
"""Seconds after which an end counts as the first again."""
QUICK_ENDS = 8
"""Quick ends in a row after which a child is given up."""
LOOK_SOON, LOOK_AGAIN = 0.05, 10.0
"""Seconds between two looks at the health of a process, before and after it was found ready."""
LOG_LIMIT = 20_000_000


class State(StrEnum):
    """Where a child is in its life."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    SILENT = "silent"
    """Alive, but it no longer answers."""
    RESTARTING = "restarting"
    FAILED = "failed"
    ENDED = "ended"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Pid:
    """A process that cannot be mistaken for another: its id and when it was created (seconds since 1970)."""

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> "Pid | None":
        """The process now running under this id."""
        try:
            return cls(pid, psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            return None

    def alive(self) -> bool:
        """Still there, still the same, and not merely waiting to be reaped."""
        try:
            process = psutil.Process(self.pid)
            # The clock can be set between two looks; ids are not used again within a second.
            return abs(process.create_time() - self.created) < 1 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


class Child:
    """Keeps one part or role running in a thread of its own."""

    def __init__(self, part: Part, log: Path, leash: int, changed: Callable[[], None]) -> None:
        self.part = part
        self.state = State.WAITING
        self.since = datetime.now(UTC)
        self.restarts = 0
        self.exit_code: int | None = None
        self.pid: Pid | None = None
        self.leash_pid: Pid | None = None
        self._log = log
        self._leash = leash
        self._changed = changed
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._keep, name=f"keep-{part.name}", daemon=True)

    def start(self) -> None:
        """Start the process and keep it running from now on."""
        self._spawn(first=True)
        self._thread.start()

    def _became(self, state: State) -> None:
        """Note a new state and tell the runner."""
        self.state = state
        self.since = datetime.now(UTC)
        self._changed()

    def kill(self, number: signal.Signals) -> None:
        """Send a signal to the process itself, not to its leash."""
        if self.pid is not None and self.pid.alive():
            os.kill(self.pid.pid, number)

    def stop(self) -> None:
        """End the process for good; returns when it is gone."""
        with self._lock:
            self._stopping.set()
            if self._process is not None and self._process.poll() is None:
                self._process.terminate()
        if self._thread.ident is not None:
            self._thread.join()
        self._became(State.STOPPED)

    def _spawn(self, *, first: bool) -> None:
        part = self.part
        environment = {**os.environ, **part.env, **(part.once if first else {})}
        user = ":".join(map(str, part.user)) if part.user else "-"
        report, reported = os.pipe()
        leash = [sys.executable, "-I", "-S", str(LEASH), str(self._leash), str(reported)]
        leash += [str(int(part.stop_signal)), str(part.grace.total_seconds()), user]
        with self._lock, self._open_log() as log, os.fdopen(report) as answer:
            try:
                if self._stopping.is_set():
                    return
                self._process = subprocess.Popen(
                    [*leash, *part.argv],
                    env=environment,
                    cwd=part.cwd,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=(self._leash, reported),
                    start_new_session=True,
                )
            finally:
                os.close(reported)
            self.leash_pid = Pid.of(self._process.pid)
            self.pid = Pid.of(int(answer.readline() or 0) or self._process.pid)
        self._became(State.STARTING)

    def _open_log(self) -> BinaryIO:
        if self._log.exists() and self._log.stat().st_size > LOG_LIMIT:
            self._log.replace(self._log.with_suffix(".log.1"))
        return self._log.open("ab")

    def _keep(self) -> None:
        """Watch the process and start it again, until told to stop or it ends too often too quickly."""
        quick = 0
        while (process := self._process) is not None and not self._stopping.is_set():
            began = time.monotonic()
            self._watch(process)
            self.exit_code = process.wait()
            if self._stopping.is_set():
                return
            if self.exit_code == 0 and not self.part.endless:
                self._became(State.ENDED)
                return
            quick = 1 if time.monotonic() - began > SETTLED else quick + 1
            if quick >= QUICK_ENDS:
                self._became(State.FAILED)
                return
            self._became(State.RESTARTING)
            if self._stopping.wait(min(FIRST_PAUSE * 2 ** (quick - 1), LONGEST_PAUSE)):
                return
            self.restarts += 1
            self._spawn(first=False)

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """Follow the health of a running process; returns when it has ended or is to be stopped."""
        while not self._stopping.is_set() and process.poll() is None:
            healthy = self.part.ready()
            if healthy and self.state is not State.READY:
                self._became(State.READY)
            if not healthy and self.state is State.READY:
                self._became(State.SILENT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_AGAIN if healthy else LOOK_SOON)
