"""A database of its own with all tables, for tests of what they promise."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from streams.migrate import migrate
from streams.settings import Settings
from tests.fresh import fresh_database

Connection = psycopg.Connection[Any]


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
