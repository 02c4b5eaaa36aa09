"""The state directory of one local stack: who holds it, which ports it uses, its passwords, its files."""

import fcntl
import json
import os
import random
import secrets
import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from schemas.faults import Misconfigured

PORTS = range(20_000, 32_000)
"""Below the ranges from which Linux and macOS draw the ports of outgoing connections."""

DATABASE_ROLES = (
    "rollcall_migrator",
    "rollcall_ingest",
    "rollcall_agents",
    "rollcall_applier",
    "rollcall_sinks",
    "rollcall_console",
    "rollcall_analyst",
    "rollcall_translator",
    "rollcall_auditor",
)


class StackBusy(Misconfigured):
    """Another process runs the stack of this home."""

    runbook = "local-stack"


@dataclass(frozen=True, slots=True)
class Home:
    """Names of the files below the state directory."""

    path: Path

    @property
    def logs(self) -> Path:
        """One ``PART.log`` per child process."""
        return self.path / "logs"

    @property
    def state(self) -> Path:
        """Ports, and the settings that follow from them."""
        return self.path / "stack.json"

    @property
    def secrets(self) -> Path:
        """Passwords; readable by the owner only."""
        return self.path / "secrets.json"

    @property
    def status(self) -> Path:
        """What runs now: written by the runner, read by everybody."""
        return self.path / "status.json"

    def part(self, name: str) -> Path:
        """A part's own folder."""
        folder = self.path / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold this home; only one runner can."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise StackBusy(
                    f"{self.path} is in use by {_holder(file)}; stop that one (rollcall down) first"
                ) from error
            file.truncate(0)
            file.write(f"process {os.getpid()}")
            file.flush()
            yield

    def ports(self, names: tuple[str, ...]) -> dict[str, int]:
        """The ports of last time; one that somebody else uses by now is chosen anew."""
        known: dict[str, int] = read(self.state).get("ports", {})
        chosen: dict[str, int] = {}
        for name in names:
            last = known.get(name)
            if last is not None and free(last):
                chosen[name] = last
            else:
                chosen[name] = self._choose({*known.values(), *chosen.values()})
        return chosen

    def port(self, name: str) -> int:
        """One port, as `ports` chooses them, remembered for next time."""
        chosen = self.ports((name,))
        state = {"ports": {}, "settings": {}} | read(self.state)
        write(self.state, state | {"ports": state["ports"] | chosen})
        return chosen[name]

    def _choose(self, taken: set[int]) -> int:
        # Each home starts elsewhere, so that two homes that start at the same moment do not choose the same.
        start = random.Random(zlib.crc32(str(self.path).encode())).randrange(len(PORTS))
        for step in range(len(PORTS)):
            port = PORTS[(start + step) % len(PORTS)]
            if port not in taken and free(port):
                return port
        raise Misconfigured(
            f"no free TCP port between {PORTS.start} and {PORTS.stop} on 127.0.0.1; mend: end what listens there"
        )

    def passwords(self) -> dict[str, str]:
        """A password per database role, drawn once."""
        known: dict[str, str] = read(self.secrets).get("settings", {}).get("passwords", {})
        wanted = ("postgres", "registry", *DATABASE_ROLES)
        passwords = known | {role: secrets.token_urlsafe(24) for role in wanted if role not in known}
        if passwords != known:
            write(self.secrets, {"settings": {"passwords": passwords}}, mode=0o600)
        return passwords


def _holder(file: IO[str]) -> str:
    file.seek(0)
    return file.read() or "another process"


def free(port: int) -> bool:
    """Nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def read(path: Path) -> dict[str, Any]:
    """A JSON document; empty when there is none."""
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return document


def write(path: Path, document: object, mode: int = 0o644) -> None:
    """Replace a JSON document as a whole; it never exists with wider permissions than ``mode``."""
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
    scratch.replace(path)
