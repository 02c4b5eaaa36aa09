"""The owner's connection to a world with one shift, and the applier's."""

from collections.abc import Iterator

import psycopg
import pytest

from streams.settings import Settings
from tests.sinks.apply.bench import OWNERS, WORLD, Connection


@pytest.fixture
def server(migrated: Settings) -> Iterator[Connection]:
    """The owner's connection, on a world with one shift; all of it goes away at the end."""
    tables = ("locations", "employees", "shifts", "agent_modes", "attendance", "attendance_flags", "applications",
              "person_roles", "review_commands", "time_punches", "policies")  # fmt: skip
    with psycopg.connect(migrated.dsn("postgres"), autocommit=True) as opened:
        opened.execute(WORLD)
        OWNERS.append(opened)
        yield opened
        OWNERS.pop()
        opened.execute("set session_replication_role = replica")  # past the triggers that protect the captured tables
        for table in (*(f"public.{table}" for table in tables), "rollcall.held", "rollcall.ledger"):
            opened.execute(f"delete from {table}")


@pytest.fixture
def applier(migrated: Settings, server: Connection) -> Iterator[Connection]:
    with psycopg.connect(migrated.dsn("rollcall_applier"), autocommit=True) as opened:
        yield opened
