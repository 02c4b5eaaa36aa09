"""Kafka Connect: bring the connector to its declaration, see that it runs, and only then let tables take rows."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import psycopg
from psycopg import sql

from connectors.capture import Capture
from connectors.debezium import PUBLICATION, SIGNALS, Door, Server, configuration
from schemas.faults import SchemaBehind, Stop, Unavailable
from schemas.topics import CDC
from streams import topics
from streams.database import Connection
from streams.migrate import OWNER
from streams.settings import Settings

TIMEOUT = 30.0
PATIENCE = timedelta(seconds=90)
"""How long a connector may take to run and to have its slot."""
GRACE = timedelta(seconds=5)
PAUSE = 0.1


class ConnectorFailed(Stop):
    """The connector does not run; its own words say why."""

    runbook = "connector-failed"


class Connect:
    """The worker's REST interface, for one connector."""

    def __init__(self, url: str, name: str, transport: httpx.BaseTransport | None = None) -> None:
        seldom = httpx.Limits(max_keepalive_connections=0)  # nothing to keep, nothing to close
        self._client = httpx.Client(base_url=url, timeout=TIMEOUT, limits=seldom, trust_env=False, transport=transport)
        self._url, self._path = url, f"/connectors/{name}"

    def configured(self) -> Mapping[str, str] | None:
        """Return the connector's configuration, None when there is no such connector."""
        answer = self._ask("GET", f"{self._path}/config")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        found: dict[str, str] = self._expect(answer).json()
        return {name: value for name, value in found.items() if name != "name"}

    def configure(self, document: Mapping[str, str]) -> None:
        """Create the connector or change its configuration.

        Raises:
            ConnectorFailed: Connect refuses the configuration.

        """
        self._expect(self._ask("PUT", f"{self._path}/config", document))

    def delete(self) -> None:
        """Forget the connector; its replication slot stays, and holds on to the database's log."""
        answer = self._ask("DELETE", self._path)
        if answer.status_code != httpx.codes.NOT_FOUND:
            self._expect(answer)

    def stop(self) -> None:
        """End the connector's task and wait until it has ended: what runs afterwards has the new configuration."""
        self._expect(self._ask("PUT", f"{self._path}/stop"))
        _await("the connector's task to end", lambda: not (self.status() or {}).get("tasks"))

    def resume(self) -> None:
        """Let it run again."""
        self._expect(self._ask("PUT", f"{self._path}/resume"))

    def restart(self) -> None:
        """Start what has failed anew."""
        self._expect(self._ask("POST", f"{self._path}/restart?includeTasks=true&onlyFailed=true"))

    def status(self) -> Mapping[str, Any] | None:
        """Return Connect's own account of connector and task, None when it has none (yet)."""
        answer = self._ask("GET", f"{self._path}/status")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        found: dict[str, Any] = self._expect(answer).json()
        return found

    def runs(self) -> bool:
        """Whether the task runs.

        Raises:
            ConnectorFailed: connector or task has failed.

        """
        status = self.status() or {}
        states = [status.get("connector", {}), *status.get("tasks", [])]
        for each in states:
            if each.get("state") == "FAILED":
                raise ConnectorFailed(f"the connector has failed: {each.get('trace', 'no trace')[:2000]}")
        return len(states) > 1 and all(each.get("state") == "RUNNING" for each in states)

    def streams(self) -> bool:
        """Whether its stored position is behind the snapshot: a restart from now on does not take it again."""
        answer = self._ask("GET", f"{self._path}/offsets")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return False
        stored = self._expect(answer).json().get("offsets", [])
        return bool(stored) and all("snapshot" not in (each["offset"] or {"snapshot": ""}) for each in stored)

    def _ask(self, method: str, path: str, document: Mapping[str, str] | None = None) -> httpx.Response:
        try:
            return self._client.request(method, path, json=document)
        except httpx.TransportError as error:
            raise Unavailable(f"Kafka Connect at {self._url}: {error}") from error

    def _expect(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code == httpx.codes.BAD_REQUEST:
            raise ConnectorFailed(f"Kafka Connect refuses the configuration: {answer.text[:2000]}")
        if not answer.is_success:
            raise Unavailable(f"Kafka Connect at {self._url} answers {answer.status_code}: {answer.text[:300]}")
        return answer


def apply(settings: Settings, door: Door | None = None) -> list[str]:
    """Bring the connector to its declaration, wait until it runs, confirm its captures; return what was done, in words.

    Raises:
        SchemaBehind: topics or tables are not there yet.
        ConnectorFailed: it does not run.
        Unavailable: Connect, Kafka or PostgreSQL does not answer.

    """
    door = door or Door()
    log = replace(CDC, name=door.topic)
    topics.compare([log], topics.describe(topics.admin(settings), [log.name]))
    connect = Connect(settings.connect_url, door.name)
    with _owner(settings) as connection:
        _published(connection, door.captures)
        done = _bring(connect, configuration(_server(settings, connection), door))
        _await("the connector to run and to stream", lambda: connect.runs() and connect.streams(), patient=GRACE)
        return done + _confirm(connection, door.captures)


def status(settings: Settings, door: Door | None = None) -> dict[str, str]:
    """Return the states of connector and tasks, by part; empty when there is no connector.

    Raises:
        Unavailable: Connect does not answer.

    """
    found = Connect(settings.connect_url, (door or Door()).name).status()
    if found is None:
        return {}
    tasks = {f"task {task['id']}": task["state"] for task in found["tasks"]}
    return {"connector": found["connector"]["state"], **tasks}


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
        host=settings.postgres_host,
        port=settings.postgres_port,
        database=settings.postgres_database,
        password=settings.connect_password,
        heartbeat=settings.heartbeat,
        poll=settings.poll,
        epoch=row[0] if row else 1,
    )


def _owner(settings: Settings) -> Connection:
    try:
        return psycopg.connect(settings.dsn(OWNER), autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        raise Unavailable(f"PostgreSQL at {settings.postgres_host}:{settings.postgres_port}: {error}") from error


def _published(connection: Connection, captures: tuple[Capture[Any], ...]) -> None:
    rows = connection.execute(
        "select tablename from pg_publication_tables where pubname = %s and schemaname = 'public'", (PUBLICATION,)
    )
    if missing := {each.table for each in captures} - {table for (table,) in rows}:
        raise SchemaBehind(f"not published: {', '.join(sorted(missing))}; mend: rollcall db migrate")


def _confirm(connection: Connection, captures: tuple[Capture[Any], ...]) -> list[str]:
    """Let tables take rows; ask for the rows that one captured later has already."""
    with connection.transaction():
        rows = connection.execute("select table_name, confirmed_at is not null from rollcall.captures for update")
        known = {table: bool(confirmed) for table, confirmed in rows}
        new = [each.table for each in captures if known.get(each.table) is False]
        late = [table for table in new if any(known.values()) and _has_rows(connection, table)]
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


def _await(what: str, done: Callable[[], object], patient: timedelta = timedelta()) -> None:
    """Wait; for `patient` long a failure may be one that has just been mended, and is still being told."""
    began = time.monotonic()
    while True:
        try:
            if done():
                return
        except ConnectorFailed:
            if time.monotonic() - began > patient.total_seconds():
                raise
        except Unavailable:
            if time.monotonic() - began > PATIENCE.total_seconds():
                raise
        if time.monotonic() - began > PATIENCE.total_seconds():
            raise Unavailable(f"waited {PATIENCE.total_seconds():.0f} s for {what}")
        time.sleep(PAUSE)
