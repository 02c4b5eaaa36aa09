"""Kafka Connect: bring the connector to its declaration, see that it runs, and only then let tables take rows."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from psycopg import sql

from connectors.capture import Capture
from connectors.debezium import PUBLICATION, SIGNALS, Door, Server, configuration
from schemas.faults import SchemaBehind
from schemas.topics import CDC
from streams import topics
from streams.connect_rest import GRACE, Connect, await_that
from streams.database import Connection
from streams.login import login
from streams.migrate import OWNER
from streams.preflight import tells
from streams.rest import before_anything_runs
from streams.settings import Settings


def apply(settings: Settings, door: Door | None = None) -> list[str]:
    """Bring the connector to its declaration, wait until it runs, confirm its captures; return what was done, in words.

    Raises:
        SchemaBehind: topics or tables are not there yet.
        ConnectorFailed: it does not run.
        Misconfigured: PostgreSQL does not write a log that can be read.
        Unavailable: Connect, Kafka or PostgreSQL does not answer.

    """
    door = door or Door()
    log = replace(CDC, name=door.topic)
    topics.compare([log], topics.describe(topics.admin(settings), [log.name]))
    connect = Connect.of(settings, door.name)
    with before_anything_runs(), login(settings, OWNER) as connection:
        prepared(connection, door)
        done = _bring(connect, declared(settings, connection, door))
        await_that("the connector to run and to stream", lambda: connect.runs() and connect.streams(), patient=GRACE)
        return done + _confirm(connection, door.captures)


def status(settings: Settings, door: Door | None = None) -> dict[str, str]:
    """Return the states of connector and tasks, by part; empty when there is no connector.

    Raises:
        Unavailable: Connect does not answer.

    """
    with before_anything_runs():
        found = Connect.of(settings, (door or Door()).name).status()
    if found is None:
        return {}
    tasks = {f"task {task['id']}": task["state"] for task in found["tasks"]}
    return {"connector": found["connector"]["state"], **tasks}


def declared(settings: Settings, connection: Connection, door: Door) -> dict[str, str]:
    """Return what Connect is to be told of a database in its present epoch."""
    return configuration(_server(settings, connection), door)


def prepared(connection: Connection, door: Door) -> None:
    """Refuse a database of which a connector could not tell.

    Raises:
        SchemaBehind: captured tables are not published.
        Misconfigured: PostgreSQL does not write a log that can be read.

    """
    tells(connection)
    _published(connection, door.captures)


def unconfirmed(connection: Connection, captures: Iterable[Capture[Any]]) -> tuple[list[str], list[str]]:
    """Return the tables that do not take rows yet, and those of them whose rows a running connector is asked for."""
    rows = connection.execute("select table_name, confirmed_at is not null from rollcall.captures for update")
    known = {table: bool(confirmed) for table, confirmed in rows}
    new = [each.table for each in captures if known.get(each.table) is False]
    return new, [table for table in new if any(known.values()) and _has_rows(connection, table)]


def differences(actual: Mapping[str, str] | None, wanted: Mapping[str, str]) -> list[str]:
    """Return the settings in which two configurations differ, by name."""
    known = actual or {}
    return sorted(name for name in {*known, *wanted} if known.get(name) != wanted.get(name))


def _bring(connect: Connect, wanted: Mapping[str, str]) -> list[str]:
    actual = connect.configured()
    changed = differences(actual, wanted)
    if actual is None:
        connect.configure(wanted)
        return ["created the connector"]
    if changed:
        connect.stop()
        connect.configure(wanted)
    else:
        connect.restart()
    connect.resume()
    return [f"changed {name} of the connector" for name in changed]


def _server(settings: Settings, connection: Connection) -> Server:
    row = connection.execute("select epoch from rollcall.epoch").fetchone()
    return Server(
        host=settings.connector_database_host or settings.postgres_host,
        port=settings.connector_database_port or settings.postgres_port,
        database=settings.postgres_database,
        password=settings.connector_database_password,
        heartbeat=settings.heartbeat,
        poll=settings.poll,
        epoch=row[0] if row else 1,
        sslmode=settings.postgres_sslmode,
        ca=settings.connector_database_ca,
    )


def _published(connection: Connection, captures: tuple[Capture[Any], ...]) -> None:
    rows = connection.execute(
        "select tablename from pg_publication_tables where pubname = %s and schemaname = 'public'", (PUBLICATION,)
    )
    if missing := {each.table for each in captures} - {table for (table,) in rows}:
        raise SchemaBehind(f"not published: {', '.join(sorted(missing))}; mend: rollcall db migrate")


def _confirm(connection: Connection, captures: tuple[Capture[Any], ...]) -> list[str]:
    """Let tables take rows; ask for the rows that one captured later has already."""
    with connection.transaction():
        new, late = unconfirmed(connection, captures)
        connection.execute(
            "update rollcall.captures set confirmed_at = clock_timestamp() where table_name = any(%s)", (new,)
        )
        for table in late:
            asked = json.dumps({"data-collections": [f"public.{table}"], "type": "incremental"})
            connection.execute(
                sql.SQL("insert into {} values (gen_random_uuid()::text, 'execute-snapshot', %s)").format(
                    sql.Identifier(*SIGNALS.split("."))
                ),
                (asked,),
            )
    return [f"confirmed the capture of {table}" for table in new] + [f"asked for the rows of {table}" for table in late]


def _has_rows(connection: Connection, table: str) -> bool:
    found = connection.execute(sql.SQL("select from {} limit 1").format(sql.Identifier("public", table)))
    return found.fetchone() is not None
