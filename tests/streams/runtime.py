"""A database of its own for each test module, with the runtime's tables, on the server of the stack."""

from collections.abc import Iterator
from importlib.resources import files
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from streams.settings import Settings


@pytest.fixture(scope="module")
def database_of(settings: Settings) -> Iterator[Settings]:
    """Settings whose database is new and empty but for the runtime's tables."""
    own = settings.model_copy(update={"postgres_database": f"runtime_{uuid4().hex[:12]}"})
    with psycopg.connect(settings.dsn("postgres"), autocommit=True) as server:
        server.execute(sql.SQL("create database {}").format(sql.Identifier(own.postgres_database)))
    try:
        with psycopg.connect(own.dsn("postgres")) as fresh:
            fresh.execute(files("schemas").joinpath("sql/0001_runtime.sql").read_bytes())
        yield own
    finally:
        with psycopg.connect(settings.dsn("postgres"), autocommit=True) as server:
            server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(own.postgres_database)))
