"""The runner: starts the parts and roles of one home, keeps them running, stops all of them.

Children hang on a pipe that only this process holds open, so none outlives it, whatever ends it.
"""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import TracebackType

from streams.local import disk, status
from streams.local.answering import answers
from streams.local.archive import Archivist
from streams.local.child import Child, Pid, State
from streams.local.home import Home
from streams.local.part import Part, PartFailed, Role
from streams.local.status import PartStatus
from streams.settings import Settings

READY_WITHIN = timedelta(seconds=90)
TRIES = 3
"""Ends of a part before it was ready once, after which the start of the stack has failed."""


class Stack:
    """The local stack of one home. A context manager, or ``start`` and ``stop``."""

    def __init__(
        self,
        home: Path,
        roles: Sequence[Role] = (),
        prepare: Callable[[Settings], None] | None = None,
        *,
        parts_wanted: bool = True,
    ) -> None:
        self.home = Home(home.absolute())
        self._roles = roles
        self._prepare = prepare
        self._parts_wanted = parts_wanted
        self._children: dict[str, Child] = {}
        self._exits = ExitStack()
        self._background = ExitStack()
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._leash = -1

    def __enter__(self) -> Settings:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Settings:
        """Start the parts, prepare them, start the roles. Raises `StackBusy`, `NoRoom`, `BadDownload`, `PartFailed`."""
        self._exits.enter_context(self.home.held())
        self._exits.enter_context(_terminated_like_interrupted())
        try:
            status.end_leftovers(self.home)
            self._leash, held_here = os.pipe()
            self._exits.callback(os.close, self._leash)
            self._exits.callback(os.close, held_here)
            self._start_parts(self._parts())
            settings = Settings.load(self.home.path)
            if self._prepare is not None:
                self._prepare(settings)
            for role in self._roles:
                self.start_role(role)
            self._keep_classes()
        except BaseException:
            self.stop()
            raise
        return settings

    def stop(self) -> None:
        """Stop everything: roles first, then the parts, those that depend on others before them."""
        self._stopping.set()
        self._background.close()
        with self._lock:
            waves = self._waves()
        for wave in waves:
            with ThreadPoolExecutor(len(wave)) as pool:
                list(pool.map(Child.stop, wave))
        self._publish(running=False)
        self._exits.close()

    def start_role(self, role: Role) -> None:
        """Start a role, or start it anew with this environment."""
        with self._lock:
            known = self._children.pop(role.name, None)
        if known is not None:
            known.stop()
        env = {**role.env, "ROLLCALL_HOME": str(self.home.path)}
        if not role.answers:
            self._launch(Part(role.name, role.argv, env, role.once, endless=False))
            return
        port = self.home.port(role.name)
        env |= {"ROLLCALL_HTTP_PORT": str(port), "ROLLCALL_HTTP_HOST": "127.0.0.1"}
        ready = partial(answers, port, "/readyz")
        self._launch(Part(role.name, role.argv, env, role.once, port=port, ready=ready, endless=False))

    def stop_role(self, name: str) -> None:
        """Stop one child for good."""
        self._children[name].stop()

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a part or a role; the runner treats what follows as an accident."""
        self._children[name].kill(number)

    def status(self) -> list[PartStatus]:
        """All children."""
        with self._lock:
            return [status.of(child, self.home) for child in self._children.values()]

    def wait(self) -> None:
        """Block until SIGINT or SIGTERM; to be called in the main thread, after ``start``."""
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()

    def _parts(self) -> Sequence[Part]:
        if not self._parts_wanted:
            return ()
        from streams.local.parts import parts  # clients of all the parts: a second that only this needs

        settings = Settings.load(self.home.path)
        disk.check((self.home.path, settings.cache))
        return parts(self.home, settings)

    def _start_parts(self, wanted: Sequence[Part]) -> None:
        """Each part as soon as the parts it needs are ready."""
        jobs: dict[str, Future[None]] = {}
        with ThreadPoolExecutor(max(len(wanted), 1)) as pool:
            try:
                for part in wanted:  # in an order in which those that are needed come first
                    jobs[part.name] = pool.submit(self._bring_up, part, [jobs[name] for name in part.after])
                for job in as_completed(jobs.values()):
                    job.result()
            except BaseException:  # one that failed, or Ctrl-C: the others need not go on
                self._stopping.set()
                raise

    def _bring_up(self, part: Part, needed: list[Future[None]]) -> None:
        part.before()
        for future in needed:
            future.result()
        child = self._launch(part)
        end = time.monotonic() + READY_WITHIN.total_seconds()
        while child.state is not State.READY:
            if child.restarts >= TRIES or time.monotonic() > end:
                raise PartFailed(f"{part.name} does not become ready; its last words are in {self._log(part.name)}")
            if self._stopping.wait(0.02):
                raise PartFailed(f"{part.name} was stopped before it was ready")
        part.once_ready()

    def _launch(self, part: Part) -> Child:
        child = Child(part, self._log(part.name), self._leash, self._publish)
        with self._lock:
            self._children[part.name] = child
        child.start()
        return child

    def _log(self, name: str) -> Path:
        return self.home.logs / f"{name}.log"

    def _keep_classes(self) -> None:
        """Make what lets the next start be quicker, where it is missing."""
        missing = {
            child.part.archive: child
            for child in self._children.values()
            if child.part.archive is not None and not child.part.archive.exists()
        }
        if missing:
            self._background.callback(Archivist(missing).stop)

    def _publish(self, *, running: bool = True) -> None:
        with self._lock:
            runner = Pid.of(os.getpid()) if running else None
            status.publish(self.home, runner, list(self._children.values()))

    def _waves(self) -> list[list[Child]]:
        """Children in the order of stopping."""
        children = list(self._children.values())
        roles = [child for child in children if not child.part.endless]
        dependent = [child for child in children if child.part.endless and child.part.after]
        others = [child for child in children if child.part.endless and not child.part.after]
        return [wave for wave in (roles, dependent, others) if wave]


@contextlib.contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM end a start or a wait as Ctrl-C does, where the program has no other idea of SIGTERM."""
    ours = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    if ours:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        if ours and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
