"""Numbered, forward-only SQL: each file of ``schemas/sql`` is applied once, in order, in a transaction of its own.

What was applied is remembered with its checksum: a file that changed afterwards is an error, not a second run.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from re import fullmatch

import psycopg

from schemas.faults import SchemaBehind, Stop
from streams.database import Connection
from streams.login import login
from streams.settings import Settings

OWNER = "rollcall_migrator"
LOCK = 0x526F6C6C
"""Advisory lock: two migrations of one database wait for each other."""

BOOKS = """
create schema if not exists rollcall;
create table if not exists rollcall.migrations (
    number integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default clock_timestamp()
);
grant select on rollcall.migrations to public"""


class MigrationChanged(Stop):
    """A migration was applied with another content than it has now."""

    runbook = "migrations"


class MigrationFailed(Stop):
    """PostgreSQL refuses a migration; nothing of it remains."""

    runbook = "migrations"


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: ``NNNN_name.sql``."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text."""
        return sha256(self.text.encode()).hexdigest()


def migrations() -> tuple[Migration, ...]:
    """Return the migrations of this version, in order."""
    named = ((fullmatch(r"(\d{4})_(\w+)\.sql", file.name), file) for file in files("schemas").joinpath("sql").iterdir())
    found = [Migration(int(name[1]), name[0], file.read_text("utf-8")) for name, file in named if name]
    return tuple(sorted(found, key=lambda migration: migration.number))


def migrate(settings: Settings, *, dry_run: bool = False) -> list[str]:
    """Apply what is missing and return its names; with `dry_run` only return them.

    Raises:
        MigrationChanged: an applied file has another content now, or this version does not have it.
        MigrationFailed: PostgreSQL refuses one.
        Misconfigured: PostgreSQL refuses the role.
        Unavailable: PostgreSQL does not answer.

    """
    with login(settings, OWNER) as connection:
        return bring(connection, migrations(), dry_run=dry_run)


def bring(connection: Connection, declared: Iterable[Migration], *, dry_run: bool = False) -> list[str]:
    """`migrate` on a connection in autocommit mode, with given migrations."""
    connection.execute("select pg_advisory_lock(%s)", (LOCK,))
    try:
        if not dry_run:
            connection.execute(BOOKS)
        missing = pending(declared, _applied(connection))
        for migration in missing if not dry_run else ():
            _apply(connection, migration)
        return [migration.name for migration in missing]
    finally:
        connection.execute("select pg_advisory_unlock(%s)", (LOCK,))


def check(settings: Settings, role: str = OWNER) -> None:
    """Refuse a database that does not have all migrations of this version; any role may look.

    Raises:
        SchemaBehind: migrations are missing.
        MigrationChanged, Misconfigured, Unavailable: as `migrate`.

    """
    with login(settings, role) as connection:
        missing = [migration.name for migration in pending(migrations(), _applied(connection))]
    if missing:
        raise SchemaBehind(f"the database lacks {', '.join(missing)}; mend: rollcall db migrate")


def pending(declared: Iterable[Migration], applied: dict[int, tuple[str, str]]) -> list[Migration]:
    """Return the migrations that are not applied (name and checksum by number)."""
    known = {migration.number: migration for migration in declared}
    for number, (name, checksum) in applied.items():
        if number not in known:
            raise MigrationChanged(
                f"{name} was applied by another version of this program: use that version or a newer one"
            )
        if known[number].checksum != checksum:
            raise MigrationChanged(
                f"{known[number].name} was applied with another content: put the file back and write a new migration"
            )
    newest = max(applied, default=0)
    late = [
        migration.name for migration in known.values() if migration.number < newest and migration.number not in applied
    ]
    if late:
        raise MigrationChanged(f"{', '.join(late)} would be applied after a higher number: give it the next free one")
    return [migration for number, migration in sorted(known.items()) if number not in applied]


def _applied(connection: Connection) -> dict[int, tuple[str, str]]:
    there = connection.execute("select to_regclass('rollcall.migrations') is not null").fetchone()
    if there is None or not there[0]:
        return {}
    rows = connection.execute("select number, name, checksum from rollcall.migrations order by number")
    return {number: (name, checksum) for number, name, checksum in rows}


def _apply(connection: Connection, migration: Migration) -> None:
    try:
        with connection.transaction():
            connection.execute(migration.text.encode())
            connection.execute(
                "insert into rollcall.migrations (number, name, checksum) values (%s, %s, %s)",
                (migration.number, migration.name, migration.checksum),
            )
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        raise MigrationFailed(f"{migration.name}: {_place(migration, error)}{error}") from error


def _place(migration: Migration, error: psycopg.Error) -> str:
    position = error.diag.statement_position
    return f"line {migration.text[: int(position)].count(chr(10)) + 1}: " if position else ""
