"""A database of its own with all migrations, whose captured tables take rows without a connector."""

from collections.abc import Iterator

import psycopg
import pytest

from streams.migrate import migrate
from streams.settings import Settings
from tests.fresh import fresh_database


@pytest.fixture(scope="module")
def migrated(settings: Settings) -> Iterator[Settings]:
    with fresh_database(settings) as fresh:
        migrate(fresh)
        with psycopg.connect(fresh.dsn("postgres")) as connection:
            connection.execute("update rollcall.captures set confirmed_at = now()")
        yield fresh
