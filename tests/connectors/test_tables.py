"""What the business tables promise by themselves, on the real PostgreSQL: meaning, time, capture, least privilege."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors, sql

from streams.settings import Settings
from tests.eventually import eventually

pytestmark = pytest.mark.stack

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
ANY = uuid4()
Connection = psycopg.Connection[Any]


def insert(connection: Connection, table: str, **values: Any) -> UUID:
    names, holes = sql.SQL(", ").join(map(sql.Identifier, values)), sql.SQL(", ").join(map(sql.Placeholder, values))
    statement = sql.SQL("insert into {} ({}) values ({}) returning id").format(sql.Identifier(table), names, holes)
    row = connection.execute(statement, values).fetchone()
    assert row is not None
    found: UUID = row[0]
    return found


def employee(connection: Connection) -> tuple[UUID, UUID]:
    place = insert(connection, "locations", name="North", zone="America/New_York")
    return insert(connection, "employees", name="Ann", location_id=place, hired_on=date(2026, 1, 1)), place


def business_now(connection: Connection) -> datetime:
    row = connection.execute("select rollcall.now()").fetchone()
    assert row is not None
    now: datetime = row[0]
    return now


def policy(connection: Connection, **values: Any) -> Any:
    given = {"name": "attendance", "document": "{}", "author": "ann", "reason": "because", **values}
    insert(connection, "policies", **given)
    return connection.execute(
        "select version, effective_at, published_at from policies order by version desc"
    ).fetchone()


def test_a_zone_is_an_iana_zone(connection: Connection) -> None:
    insert(connection, "locations", name="here", zone="America/Argentina/Buenos_Aires")
    insert(connection, "locations", name="there", zone="UTC")
    for zone in ("Mars/Olympus", "EST5", "posix/America/New_York", "-05:00"):
        with pytest.raises(errors.CheckViolation, match="is not an IANA time zone"), connection.transaction():
            insert(connection, "locations", name="nowhere", zone=zone)


def test_a_shift_ends_after_it_starts(connection: Connection) -> None:
    who, place = employee(connection)
    with pytest.raises(errors.CheckViolation):
        insert(connection, "shifts", employee_id=who, location_id=place, starts_at=AT, ends_at=AT)


def test_a_shift_is_for_something_and_stands_until_it_is_cancelled(connection: Connection) -> None:
    who, place = employee(connection)
    planned = {"employee_id": who, "location_id": place, "starts_at": AT, "ends_at": AT + timedelta(hours=8)}
    identity = insert(connection, "shifts", **planned)
    row = connection.execute("select kind, cancelled from shifts where id = %s", (identity,)).fetchone()
    assert row == ("work", False)
    insert(connection, "shifts", **planned, kind="on_call", cancelled=True)
    with pytest.raises(errors.CheckViolation):
        insert(connection, "shifts", **planned, kind="party")


def test_a_punch_is_in_or_out_or_of_a_device_that_does_not_ask(connection: Connection) -> None:
    who, _ = employee(connection)
    for direction in ("in", "out", "unknown"):
        insert(connection, "time_punches", employee_id=who, direction=direction, at=AT)
    with pytest.raises(errors.CheckViolation):
        insert(connection, "time_punches", employee_id=who, direction="sideways", at=AT)


@pytest.mark.parametrize("instant", ["infinity", "-infinity"])
def test_an_instant_is_an_instant(connection: Connection, instant: str) -> None:
    who, _ = employee(connection)
    with pytest.raises(errors.CheckViolation):
        insert(connection, "time_punches", employee_id=who, direction="in", at=instant)


def test_a_role_everywhere_is_held_once(connection: Connection) -> None:
    who, _ = employee(connection)
    insert(connection, "person_roles", employee_id=who, role="hr")
    with pytest.raises(errors.UniqueViolation):
        insert(connection, "person_roles", employee_id=who, role="hr")


def test_policy_versions_count_up_and_take_effect_now_by_default(connection: Connection) -> None:
    version, effective_at, published_at = policy(connection)
    assert (version, effective_at) == (1, published_at)
    assert policy(connection)[0] == 2
    assert policy(connection, name="supervision", version=1)
    with pytest.raises(errors.CheckViolation, match="the next is 3, not 5"):
        policy(connection, version=5)


def test_a_policy_is_never_effective_in_the_past(connection: Connection) -> None:
    now = business_now(connection)
    assert policy(connection, effective_at=now + timedelta(days=1))[1] == now + timedelta(days=1)
    with pytest.raises(errors.CheckViolation, match="that is past"):
        policy(connection, effective_at=now)


def test_what_was_said_stays_said(connection: Connection) -> None:
    policy(connection)
    with pytest.raises(errors.RestrictViolation, match="another one is added"):
        connection.execute("update policies set author = 'bob'")


def test_the_business_clock_runs_at_its_rate_from_where_it_was_set(connection: Connection) -> None:
    connection.execute("update rollcall.captures set confirmed_at = null")
    connection.execute("update business_clock set anchor_business = %s, rate = 0", (AT,))
    assert business_now(connection) == AT
    connection.execute("update business_clock set rate = 3600000")  # an hour a millisecond
    eventually(lambda: business_now(connection) > AT + timedelta(hours=1))
    connection.execute("update business_clock set rate = 0")
    assert business_now(connection) == business_now(connection) > AT + timedelta(hours=1)


def test_once_something_is_captured_time_does_not_go_back(connection: Connection) -> None:
    connection.execute("update business_clock set anchor_business = anchor_business + interval '1 h'")
    connection.execute("update business_clock set rate = 60")
    connection.execute("update business_clock set rate = 1")
    with pytest.raises(errors.CheckViolation, match="does not go back to"):
        connection.execute("update business_clock set anchor_business = anchor_business - interval '1 h'")


def test_a_captured_table_refuses_rows_until_its_capture_is_confirmed(connection: Connection) -> None:
    connection.execute("update rollcall.captures set confirmed_at = null where table_name = 'job_positions'")
    insert(connection, "locations", name="North", zone="UTC")
    with pytest.raises(errors.ObjectNotInPrerequisiteState, match="rollcall connectors apply"):
        insert(connection, "job_positions", code="vet")


def test_clock_and_heartbeat_have_their_row_from_the_beginning(connection: Connection) -> None:
    rows = connection.execute(
        "select (select count(*) from business_clock), (select count(*) from heartbeat)"
    ).fetchone()
    assert rows == (1, 1)
    connection.execute("update rollcall.captures set confirmed_at = null")
    connection.execute("update heartbeat set beat_at = rollcall.now()")


CAPTURED = (
    "business_clock", "policies", "agent_modes", "locations", "job_positions", "employees", "person_roles",
    "delegations",
    "closures", "clock_outages", "shifts", "time_punches", "leave_requests", "absence_calls", "attendance_exceptions",
    "clock_heartbeats", "attendance", "attendance_flags",
    "review_commands", "dlq_commands", "applications", "notices", "heartbeat",
)  # fmt: skip


@pytest.mark.parametrize("table", CAPTURED)
def test_captured_tables_are_published_whole_and_never_truncated(connection: Connection, table: str) -> None:
    published = connection.execute(
        "select relreplident::text from pg_publication_tables join pg_class on relname = tablename "
        "where pubname = 'rollcall' and schemaname = 'public' and tablename = %s",
        (table,),
    ).fetchone()
    assert published == ("f",)
    with pytest.raises(errors.RestrictViolation, match="TRUNCATE would leave no trace"):
        connection.execute(sql.SQL("truncate {} cascade").format(sql.Identifier(table)))


ALLOWED = [
    ("rollcall_ingest", "select id, zone from locations"),
    ("rollcall_ingest", "update heartbeat set beat_at = rollcall.now() where id = 1"),
    ("rollcall_console", "select name, contact from employees"),
    ("rollcall_console", "insert into agent_modes (agent, author) values ('a', 'ann')"),
    ("rollcall_applier", "delete from attendance"),
    ("rollcall_analyst", "select id, hired_on from employees"),
    ("rollcall_analyst", "select document from policies"),
    ("rollcall_analyst", "select clocking, suspended_from, suspended_until from employees"),
    ("rollcall_analyst", "select kind, minutes, given_by from attendance_exceptions"),
    ("rollcall_analyst", "select starts_at, declared_by from closures"),
    ("rollcall_applier", "select given_by from attendance_exceptions"),
    ("rollcall_ingest", "select edited_by, handed_over_at from shifts"),
    ("rollcall_ingest", "select edited_by, voided from time_punches"),
    ("rollcall_ingest", "select edited_by from leave_requests"),
    ("rollcall_ingest", "select at from clock_heartbeats"),
    ("rollcall_console", "select reason from attendance_exceptions"),
]
DENIED = [
    ("rollcall_ingest", "select name from employees"),
    ("rollcall_ingest", "select kind from leave_requests"),
    ("rollcall_ingest", "select note from review_commands"),
    ("rollcall_ingest", "select reason from attendance_exceptions"),
    ("rollcall_ingest", "select reason from closures"),
    ("rollcall_ingest", "delete from heartbeat"),
    ("rollcall_agents", "select 1 from employees"),
    ("rollcall_agents", "insert into shifts default values"),
    ("rollcall_translator", "select 1 from employees"),
    ("rollcall_sinks", "select 1 from attendance"),
    ("rollcall_console", "insert into shifts default values"),
    ("rollcall_console", "insert into clock_heartbeats default values"),
    ("rollcall_console", "delete from attendance_exceptions"),
    ("rollcall_console", "update policies set author = ''"),
    ("rollcall_console", "update business_clock set rate = 2"),
    ("rollcall_applier", "update employees set name = ''"),
    ("rollcall_applier", "delete from applications"),
    ("rollcall_analyst", "select name from employees"),
    ("rollcall_analyst", "select kind from leave_requests"),
    ("rollcall_analyst", "select note from review_commands"),
    ("rollcall_analyst", "select value from dlq_commands"),
    ("rollcall_analyst", "select reason from policies"),
    ("rollcall_analyst", "select reason from attendance_exceptions"),
    ("rollcall_analyst", "select reason from closures"),
]


def as_role(business: Settings, role: str, statement: str) -> None:
    with psycopg.connect(business.dsn("rollcall_migrator")) as owner:
        owner.execute("update rollcall.captures set confirmed_at = clock_timestamp()")
    with psycopg.connect(business.dsn(role)) as connection:
        connection.execute(statement.encode())
        connection.rollback()


@pytest.mark.parametrize(("role", "statement"), ALLOWED)
def test_a_role_may_do_its_own_work(business: Settings, role: str, statement: str) -> None:
    as_role(business, role, statement)


@pytest.mark.parametrize(("role", "statement"), DENIED)
def test_a_role_may_not_do_more(business: Settings, role: str, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        as_role(business, role, statement)
