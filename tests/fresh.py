"""A database of its own on the running stack, for tests that must not meet what others have written."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from os import getpid

import psycopg
from psycopg import sql

from streams.settings import Settings

NUMBERS = count(1)


@contextmanager
def fresh_database(settings: Settings) -> Iterator[Settings]:
    """Settings that name an empty database, owned by the migrator; it goes away at the end."""
    name = f"fresh_{getpid()}_{next(NUMBERS)}"
    with psycopg.connect(settings.dsn("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {} owner rollcall_migrator").format(sql.Identifier(name)))
        try:
            yield settings.model_copy(update={"postgres_database": name})
        finally:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
