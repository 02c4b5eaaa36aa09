"""A database of its own with all tables, for tests of what they promise."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from streams.migrate import migrate
from streams.settings import Settings
from tests.fresh import fresh_database

Connection = psycopg.Connection[Any]
PROPOSAL, PERSON, PLACE, SUBJECT = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=6)


@pytest.fixture(scope="module")
def business(settings: Settings) -> Iterator[Settings]:
    with fresh_database(settings) as fresh:
        migrate(fresh)
        yield fresh


@pytest.fixture
def connection(business: Settings) -> Iterator[Connection]:
    """The owner's, with all captures confirmed; whatever the test does is rolled back."""
    with psycopg.connect(business.dsn("rollcall_migrator")) as owner:
        owner.execute("update rollcall.captures set confirmed_at = clock_timestamp()")
        yield owner
        owner.rollback()


@pytest.fixture(scope="module")
def database(settings: Settings) -> Iterator[Settings]:
    with fresh_database(settings) as fresh:
        migrate(fresh)
        with psycopg.connect(fresh.dsn("rollcall_migrator")) as owner:
            owner.execute("update rollcall.captures set confirmed_at = clock_timestamp()")
            owner.execute("insert into locations (id, name, zone) values (%s, 'North', 'UTC')", (PLACE,))
            owner.execute(
                "insert into employees (id, name, location_id, hired_on)"
                " select id, 'Somebody', %s, '2026-01-01' from unnest(%s::uuid[]) id",
                (PLACE, [PERSON, SUBJECT]),
            )
            owner.execute("insert into person_roles (employee_id, role) values (%s, 'manager')", (PERSON,))
            owner.execute(
                "insert into mart.proposals (proposal_id, subject, agent, kind, shadow, tenant_id, topic, partition)"
                " values (%s, %s, 'attendance', 'attendance_flag', false, 'default', 't', 0)",
                (PROPOSAL, f"employee:{SUBJECT}"),
            )
        yield fresh


@pytest.fixture
def console(database: Settings) -> Iterator[Connection]:
    with psycopg.connect(database.dsn("rollcall_console")) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def owner(database: Settings) -> Iterator[Connection]:
    with psycopg.connect(database.dsn("rollcall_migrator")) as connection:
        yield connection
        connection.rollback()
