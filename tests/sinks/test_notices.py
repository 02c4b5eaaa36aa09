"""The table of notices on the real server: a row is the delivery, it is told once, and stays."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from connectors.commands import read_notice
from sinks import notices
from sinks.merge import write
from streams.notices import told
from streams.settings import Settings
from tests.sinks.events import START, notice, recorded, uid

pytestmark = pytest.mark.stack
Connection = psycopg.Connection[Any]
QUESTION, WELFARE = notice(), notice("welfare_check", "role:hr")
EXPIRED = notice("late_check_in", expires=START)


@pytest.fixture(scope="module")
def written(migrated: Settings) -> Iterator[Settings]:
    with psycopg.connect(migrated.dsn("rollcall_sinks")) as connection:
        rows = [notices.row(recorded(event)) for event in (QUESTION, WELFARE, EXPIRED)]
        write(connection, notices.SINK, [row for row in rows if row is not None])
    yield migrated
    with psycopg.connect(migrated.dsn("postgres")) as cleaning:
        cleaning.execute("set session_replication_role = replica; delete from public.notices")


@pytest.fixture
def console(written: Settings) -> Iterator[Connection]:
    """Whatever the test does is rolled back."""
    with psycopg.connect(written.dsn("rollcall_console")) as connection:
        yield connection
        connection.rollback()


def test_a_notice_is_delivered_when_its_row_is_there_and_one_that_has_expired_is_not(console: Connection) -> None:
    rows = console.execute("select kind, delivered_at > requested_at, read_at from notices order by 1").fetchall()
    assert rows == [("absence_question", True, None), ("late_check_in", None, None), ("welfare_check", True, None)]


def test_it_is_read_once_by_whom_it_is_for_or_who_holds_the_role(console: Connection, written: Settings) -> None:
    assert not read_notice(console, QUESTION.notice_id, reader_id=uid("somebody"))
    assert not read_notice(console, WELFARE.notice_id, reader_id=uid("employee"))
    assert read_notice(console, QUESTION.notice_id, reader_id=uid("employee"))
    read_at = console.execute("select read_at from notices where id = %s", (QUESTION.notice_id,)).fetchone()
    assert read_notice(console, QUESTION.notice_id, reader_id=uid("employee"))
    assert console.execute("select read_at from notices where id = %s", (QUESTION.notice_id,)).fetchone() == read_at


def test_the_console_lists_in_words_what_is_for_somebody(written: Settings) -> None:
    (theirs,) = [row for row in told(written, uid("employee")) if row["kind"] == "absence_question"]
    assert theirs["says"].startswith("No punch for your shift of Mon 02 Mar 08:00")
    assert theirs["state"] == "delivered"
    assert {row["kind"] for row in told(written, uid("employee"))} == {"absence_question", "late_check_in"}
    assert len(told(written, None)) == 3


def test_whoever_holds_the_role_is_told_too(written: Settings) -> None:
    with psycopg.connect(written.dsn("postgres")) as owner:
        owner.execute("insert into locations (id, name, zone) values (%s, 'North', 'UTC')", (uid("clinic"),))
        owner.execute(
            "insert into employees (id, name, location_id, hired_on) values (%s, 'Ann', %s, '2026-01-01')",
            (uid("ann"), uid("clinic")),
        )
        owner.execute("insert into person_roles (employee_id, role) values (%s, 'hr')", (uid("ann"),))
    assert [row["kind"] for row in told(written, uid("ann"))] == ["welfare_check"]


@pytest.mark.parametrize(
    ("role", "statement", "refusal"),
    [
        ("rollcall_sinks", "select id from notices", errors.InsufficientPrivilege),
        ("rollcall_sinks", "update notices set read_at = now()", errors.InsufficientPrivilege),
        ("rollcall_sinks", "delete from notices", errors.InsufficientPrivilege),
        ("rollcall_ingest", "select details from notices", errors.InsufficientPrivilege),
        ("rollcall_analyst", "select details from notices", errors.InsufficientPrivilege),
        ("rollcall_console", "update notices set recipient = 'role:all'", errors.InsufficientPrivilege),
        ("rollcall_migrator", "update notices set recipient = 'role:all'", errors.RestrictViolation),
        ("rollcall_migrator", "delete from notices", errors.RestrictViolation),
    ],
)
def test_what_was_said_stays_said(written: Settings, role: str, statement: str, refusal: type[Exception]) -> None:
    with psycopg.connect(written.dsn(role)) as connection, pytest.raises(refusal):
        connection.execute(statement.encode())
