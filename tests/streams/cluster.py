"""A PostgreSQL server as somebody else runs it: as `initdb` leaves it, nothing of ours on it yet."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from pydantic import SecretStr

from streams.local import postgres
from streams.local.home import Home
from streams.settings import Settings
from tests.eventually import eventually

OURS = ("wal_level", "max_slot_wal_keep_size")
"""What a server of somebody else's does not have set."""


@dataclass
class Cluster:
    home: Home
    port: int
    settings: Settings
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = {name: value for name, value in postgres.CONFIGURATION.items() if name not in OURS}
        user = postgres._user() if os.geteuid() == 0 else None
        data = self.home.part("postgres") / "data"
        postgres._create(self.home, data, user)
        uid, gid = user or (None, None)
        self.process = subprocess.Popen(
            [str(postgres._binary("postgres")), "-D", str(data), f"--port={self.port}",
             *(f"--{name}={value}" for name, value in options.items())],
            cwd="/", env={**os.environ, "LC_ALL": "C"}, user=uid, group=gid, extra_groups=[] if user else None,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        eventually(lambda: postgres._answers(self.home, self.port), 60)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)

    def superuser(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        asked = self.settings.model_copy(update={"postgres_database": database})
        return psycopg.connect(asked.dsn("postgres"), autocommit=True)


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A running server; its settings have the passwords that its roles would have."""
    home = Home(folder)
    home.logs.mkdir(parents=True)
    (port,) = home.ports(("postgres",)).values()
    passwords = {role: SecretStr(secret) for role, secret in home.passwords().items()}
    running = Cluster(home, port, Settings(home=folder, postgres_port=port, passwords=passwords))
    try:
        running.start()
        yield running
    finally:
        running.stop()
