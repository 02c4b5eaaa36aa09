"""Migrations run once, in order, and notice when history was rewritten."""

import threading
from collections.abc import Iterator

import psycopg
import pytest

from schemas.faults import SchemaBehind, Unavailable
from streams.migrate import Migration, MigrationChanged, MigrationFailed, bring, check, migrate, migrations, pending
from streams.settings import Settings
from tests.fresh import fresh_database

ONE = Migration(1, "0001_one.sql", "create table public.one (id int)")
TWO = Migration(2, "0002_two.sql", "create table public.two (id int)")
THREE = Migration(3, "0003_three.sql", "create table public.three (id int)")


def as_applied(*applied: Migration) -> dict[int, tuple[str, str]]:
    return {each.number: (each.name, each.checksum) for each in applied}


def test_what_is_missing_is_pending_in_order() -> None:
    assert pending([THREE, ONE, TWO], as_applied(ONE)) == [TWO, THREE]
    assert pending([ONE, TWO], as_applied(ONE, TWO)) == []


def test_a_changed_file_is_refused_by_name() -> None:
    with pytest.raises(MigrationChanged, match=r"0001_one\.sql was applied with another content"):
        pending([Migration(1, "0001_one.sql", "create table public.other (id int)")], as_applied(ONE))


def test_a_database_that_is_ahead_is_refused() -> None:
    with pytest.raises(MigrationChanged, match=r"0002_two\.sql was applied by another version"):
        pending([ONE], as_applied(ONE, TWO))


def test_a_file_that_comes_too_late_is_refused() -> None:
    with pytest.raises(MigrationChanged, match=r"0002_two\.sql would be applied after a higher number"):
        pending([ONE, TWO, THREE], as_applied(ONE, THREE))


def test_numbers_of_the_declared_migrations_are_unique_and_without_gaps() -> None:
    assert [migration.number for migration in migrations()] == list(range(1, len(migrations()) + 1))


def test_no_answer_is_unavailable() -> None:
    with pytest.raises(Unavailable, match=r"PostgreSQL at 127\.0\.0\.1:1"):
        migrate(Settings(postgres_port=1))


@pytest.fixture
def empty(settings: Settings) -> Iterator[Settings]:
    with fresh_database(settings) as fresh:
        yield fresh


@pytest.mark.stack
def test_a_second_run_does_nothing(empty: Settings) -> None:
    declared = [migration.name for migration in migrations()]
    assert migrate(empty, dry_run=True) == declared
    with pytest.raises(SchemaBehind, match="rollcall db migrate"):
        check(empty)
    assert migrate(empty) == declared
    assert migrate(empty) == []
    check(empty)


@pytest.mark.stack
def test_two_runs_at_once_apply_each_file_once(empty: Settings) -> None:
    applied: list[list[str]] = []
    runs = [threading.Thread(target=lambda: applied.append(migrate(empty))) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert sorted(map(len, applied)) == [0, len(migrations())]


@pytest.mark.stack
def test_of_a_migration_that_fails_nothing_remains(empty: Settings) -> None:
    broken = Migration(2, "0002_two.sql", "create table public.two (id int);\nselect nonsense;")
    with psycopg.connect(empty.dsn("rollcall_migrator"), autocommit=True) as connection:
        with pytest.raises(MigrationFailed, match=r"0002_two\.sql: line 2: column \"nonsense\" does not exist"):
            bring(connection, [ONE, broken])
        assert bring(connection, [ONE, TWO]) == ["0002_two.sql"]
