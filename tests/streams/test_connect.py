"""Connect is brought to the declaration, and tables take rows only when their changes are captured."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from connectors.capture import Capture
from connectors.debezium import Door, Server, configuration
from connectors.translate import CAPTURES
from schemas import cdc
from schemas.faults import SchemaBehind, Unavailable
from schemas.rows import JobPosition
from streams.connect import differences, status
from streams.connect_rest import Connect, ConnectorFailed
from streams.settings import Settings
from tests.streams.capturing import Captured, captured

SERVER = Server("db", 5432, "rollcall", "${file:/secrets:p}", timedelta(seconds=30), timedelta(milliseconds=10))


def test_what_must_not_travel_is_excluded_by_name() -> None:
    told = configuration(SERVER, Door())
    assert told["table.include.list"].split(",")[0] == "public.business_clock"
    assert set(told["column.exclude.list"].split(",")) >= {
        "public.employees.name",
        "public.employees.contact",
        "public.leave_requests.kind",
        "public.attendance_exceptions.reason",
        "public.closures.reason",
        "public.review_commands.note",
    }
    assert told["database.password"] == "${file:/secrets:p}"


def test_a_database_that_wants_tls_is_told_of_as_connect_finds_it() -> None:
    plain, safe = (
        configuration(server, Door()) for server in (SERVER, replace(SERVER, sslmode="verify-full", ca="/ca"))
    )
    assert differences(plain, safe) == ["database.sslmode", "database.sslrootcert"]
    assert (safe["database.sslmode"], safe["database.sslrootcert"]) == ("verify-full", "/ca")


def test_a_new_epoch_is_a_history_of_its_own() -> None:
    old, new = (configuration(replace(SERVER, epoch=epoch), Door()) for epoch in (1, 2))
    assert differences(old, new) == ["topic.prefix", "transforms.one_log.regex"]


def test_differences_are_named() -> None:
    assert differences(None, {"a": "1"}) == ["a"]
    assert differences({"a": "1", "b": "1", "c": "1"}, {"a": "1", "b": "2"}) == ["b", "c"]


# -- what Connect may answer


def speaking(answer: Callable[[httpx.Request], httpx.Response]) -> Connect:
    return Connect("http://connect", "door", httpx.MockTransport(answer))


def saying(status: int, document: Any = None) -> Connect:
    return speaking(lambda _: httpx.Response(status, json=document))


def test_what_is_not_there_is_nothing() -> None:
    connect = saying(404, {"message": "not found"})
    assert connect.configured() is None
    assert connect.status() is None
    assert not connect.runs()
    assert not connect.streams()
    connect.delete()


def test_a_refused_configuration_says_why() -> None:
    with pytest.raises(ConnectorFailed, match="password"):
        saying(400, {"message": "wrong password"}).configure({})


def test_no_answer_and_a_strange_one_are_unavailable() -> None:
    def silent(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    for connect in (speaking(silent), saying(500, {"message": "rebalance"})):
        with pytest.raises(Unavailable, match="http://connect"):
            connect.status()


TASK = {"id": 0, "state": "RUNNING"}


@pytest.mark.parametrize(
    ("document", "runs"),
    [
        ({"connector": {"state": "RUNNING"}, "tasks": []}, False),
        ({"connector": {"state": "RUNNING"}, "tasks": [{"id": 0, "state": "UNASSIGNED"}]}, False),
        ({"connector": {"state": "RUNNING"}, "tasks": [TASK]}, True),
    ],
)
def test_a_connector_runs_when_its_task_does(document: Any, runs: object) -> None:
    assert saying(200, document).runs() is runs


def test_a_failed_task_says_why() -> None:
    failed = {"connector": {"state": "RUNNING"}, "tasks": [{"id": 0, "state": "FAILED", "trace": "no slot"}]}
    with pytest.raises(ConnectorFailed, match="no slot"):
        saying(200, failed).runs()


@pytest.mark.parametrize(
    ("offsets", "streams"),
    [
        ([], False),
        ([{"offset": None}], False),
        ([{"offset": {"snapshot": "INITIAL"}}], False),
        ([{"offset": {"lsn": 1}}], True),
    ],
)
def test_a_connector_streams_when_its_stored_position_is_behind_the_snapshot(offsets: Any, streams: object) -> None:
    assert saying(200, {"offsets": offsets}).streams() is streams


# -- on the real parts


@pytest.fixture(scope="module")
def door(settings: Settings) -> Iterator[Captured]:
    with captured(settings) as opened:
        yield opened


@pytest.mark.stack
def test_the_life_of_a_connector(settings: Settings) -> None:
    with captured(settings) as door:
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="rollcall connectors apply"):
            door.write("job_positions", code="vet")
        done = door.apply()
        assert done[0] == "created the connector"
        assert done[1:] == [f"confirmed the capture of {capture.table}" for capture in CAPTURES]
        assert door.apply() == []
        assert status(door.settings, door.door) == {"connector": "RUNNING", "task 0": "RUNNING"}
        door.settings = door.settings.model_copy(update={"poll": timedelta(milliseconds=7)})
        assert door.apply() == ["changed poll.interval.ms of the connector"]
        door.write("job_positions", id=UUID(int=1), code="vet")
        door.until("job_positions", UUID(int=1))
    assert status(settings, door.door) == {}


@pytest.mark.stack
def test_names_and_notes_stay_in_the_database(settings: Settings) -> None:
    with captured(settings) as door:
        door.apply()
        person = door.employee(1)
        door.connection.execute(
            "update employees set name = 'Secret Name', contact = 'secret@mail' where id = %s", (person,)
        )
        door.write(
            "leave_requests", employee_id=person, kind="secret kind", starts_at="2026-01-01Z", ends_at="2026-01-02Z"
        )
        place, span = UUID(int=900), {"starts_at": "2026-01-01Z", "ends_at": "2026-01-02Z"}
        door.write("closures", location_id=place, reason="secret storm", **span)
        contacted = {"employee_id": person, "given_by": person, "reason": "secret reason"}
        door.write("attendance_exceptions", kind="contacted", **contacted)
        door.write("job_positions", id=UUID(int=7), code="last")
        assert not [value for _, value in door.until("job_positions", UUID(int=7)) if b"ecret" in value]


@pytest.mark.stack
def test_a_connector_that_cannot_log_in_is_refused(settings: Settings) -> None:
    with captured(settings) as door:
        door.settings = door.settings.model_copy(update={"connector_database_password": "wrong"})
        with pytest.raises(ConnectorFailed, match=r"(?i)password"):
            door.apply()


@pytest.mark.stack
def test_a_table_that_is_captured_later_brings_its_rows_along(settings: Settings) -> None:
    empty, full = Capture("empty_later", JobPosition), Capture("full_later", JobPosition, excluded=("note",))
    with captured(settings) as door:
        with pytest.raises(SchemaBehind, match=r"not published: empty_later; mend: rollcall db migrate"):
            door.apply([*CAPTURES, empty])
        door.apply()
        for table in (empty.table, full.table):
            door.connection.execute(
                f"create table public.{table} (id uuid primary key, tenant_id text default 'default', code text,"
                " note text default 'secret');"
                f"insert into {table} select lpad(i::text, 32, '0')::uuid, 'default', i from generate_series(1, 2000) i"
                f" where '{table}' = 'full_later'; select rollcall.capture('public.{table}', '{{note}}')".encode()
            )
        done = door.apply([*CAPTURES, empty, full])
        assert done[-3:] == [
            "confirmed the capture of empty_later",
            "confirmed the capture of full_later",
            "asked for the rows of full_later",
        ]
        newest = UUID(f"{9999:0>32}")
        door.write("empty_later", id=UUID(int=1), code="news")
        door.write("full_later", id=newest, code="news")
        records = door.until("full_later", newest, UUID(f"{2000:0>32}"))
        assert not any(b"secret" in value for _, value in records if b'"table":"full_later"' in value)
        read = [cdc.envelope(JobPosition, value).after for _, value in records if b'"table":"full_later"' in value]
        assert {row.code for row in read if row} == {"news", *(str(each) for each in range(1, 2001))}
        assert len(read) in (2001, 2002)  # the new row may be read and told of as well: one fact, twice
        assert sum(b'"table":"empty_later"' in value for _, value in records) == 1


@pytest.mark.stack
def test_a_replication_slot_that_was_made_again_stops_the_connector(settings: Settings) -> None:
    """What was committed in between is in no log: going on would lose it without a word."""
    with captured(settings) as door:
        door.apply()
        door.write("job_positions", id=UUID(int=1), code="told")
        door.until("job_positions", UUID(int=1))
        Connect(settings.connect_url, door.door.name).stop()
        with psycopg.connect(door.settings.dsn("postgres"), autocommit=True) as server:
            server.execute("select pg_drop_replication_slot(%s)", (door.door.name,))
            door.write("job_positions", id=UUID(int=2), code="lost")
            server.execute("select pg_create_logical_replication_slot(%s, 'pgoutput')", (door.door.name,))
        with pytest.raises(ConnectorFailed, match="no longer available"):
            door.apply()


@pytest.mark.stack
def test_no_topic_no_connector(settings: Settings) -> None:
    with captured(settings) as door:
        door.door = replace(door.door, topic="tests.cdc.nowhere")
        with pytest.raises(SchemaBehind, match=r"no topic tests\.cdc\.nowhere; mend: rollcall topics apply"):
            door.apply()


def test_a_database_that_does_not_answer_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        status(Settings(connect_url="http://127.0.0.1:1", passwords={"rollcall_migrator": SecretStr("x")}))
