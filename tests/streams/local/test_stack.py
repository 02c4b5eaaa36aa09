"""The real parts, in a stack of their own: started, healthy, killed in every way, and nothing left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import psutil
import psycopg
import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from streams.local.child import Pid, State
from streams.local.home import DATABASE_ROLES, Home, read
from streams.local.runner import Stack
from streams.local.status import read_status, request_stop
from streams.settings import Settings
from tests.eventually import eventually

pytestmark = pytest.mark.stack

PARTS = {"postgres", "kafka", "connect", "registry"}

# The runner in a process of its own, so that it can be killed.
PROGRAM = """
import sys
from pathlib import Path
from streams.local.runner import Stack
running = Stack(Path(sys.argv[1]))
try:
    with running:
        print("up", flush=True)
        running.wait()
except KeyboardInterrupt:
    pass
"""


@contextmanager
def runner(home: Path) -> Iterator[subprocess.Popen[str]]:
    # A session of its own, as of a terminal: Ctrl-C of the tests is not meant for it.
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(home)], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "up\n"
            yield process
        finally:
            process.kill()


def processes(home: Path) -> list[Pid]:
    """Leash and child of each part, and all that they started."""
    recorded = [Pid(**entry) for part in read(Home(home).status)["parts"] for entry in part["processes"]]
    started = [child.pid for pid in recorded for child in psutil.Process(pid.pid).children(recursive=True)]
    return [*recorded, *(found for found in map(Pid.of, started) if found is not None)]


def write_everywhere(settings: Settings) -> None:
    with psycopg.connect(settings.dsn("rollcall_migrator"), autocommit=True) as connection:
        connection.execute("create table kept (id int)")
        connection.execute("insert into kept values (7)")
    admin = AdminClient({"bootstrap.servers": settings.bootstrap})
    admin.create_topics([NewTopic("kept", 3, 1)])["kept"].result()


def read_back(settings: Settings) -> tuple[int, int]:
    with psycopg.connect(settings.dsn("rollcall_migrator")) as connection:
        row = connection.execute("select id from kept").fetchone()
    assert row is not None
    topics = AdminClient({"bootstrap.servers": settings.bootstrap}).list_topics(timeout=10).topics
    return row[0], len(topics["kept"].partitions)


def test_all_parts_are_healthy_and_the_settings_point_at_them(stack: Stack, settings: Settings) -> None:
    assert {part.name: part.state for part in stack.status()} == dict.fromkeys(PARTS, State.READY)
    for role in DATABASE_ROLES:
        with psycopg.connect(settings.dsn(role)) as connection:
            assert connection.execute("select current_user").fetchone() == (role,)
    for url in (f"{settings.connect_url}/connector-plugins", f"{settings.registry_url}/subjects"):
        with urlopen(url, timeout=10) as answer:
            assert answer.status == 200
    with urlopen(f"{settings.connect_url}/connector-plugins", timeout=10) as answer:
        assert b"io.debezium.connector.postgresql.PostgresConnector" in answer.read()


def test_postgres_decodes_logically_and_bounds_what_a_slot_keeps(settings: Settings) -> None:
    with psycopg.connect(settings.dsn("rollcall_ingest")) as connection:
        shown = {name: connection.execute(f"show {name}").fetchone() for name in ("wal_level", "fsync")}
        assert shown == {"wal_level": ("logical",), "fsync": ("on",)}
        assert connection.execute("show max_slot_wal_keep_size").fetchone() == ("4GB",)
        slot = "select pg_create_logical_replication_slot('probe', 'pgoutput', true)"
        connection.execute(slot)


def test_classes_are_kept_for_the_next_start(stack: Stack, settings: Settings) -> None:
    kept = settings.cache / "jvm"

    eventually(lambda: {path.name.split("-")[0] for path in kept.glob("*.jsa")} == PARTS - {"postgres"}, within=120)

    assert {part.state for part in stack.status()} == {State.READY}


@pytest.mark.timeout(240)
def test_a_stack_survives_the_kill_of_its_runner_and_leaves_no_process(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with runner(home) as first:
        settings = Settings.load(home)
        write_everywhere(settings)
        started = processes(home)
        assert len(started) > 2 * len(PARTS)

        first.send_signal(signal.SIGKILL)
        first.wait()

        eventually(lambda: not any(pid.alive() for pid in started), within=30)

    with runner(home) as second:
        again = Settings.load(home)
        assert again == settings, "ports and passwords are those of the first start"
        assert read_back(again) == (7, 3)
        started = processes(home)

        kafka = next(part for part in read_status(home) if part.name == "kafka")
        assert kafka.pid is not None
        os.kill(kafka.pid, signal.SIGKILL)
        eventually(lambda: {part.restarts for part in read_status(home) if part.name == "kafka"} == {1})
        eventually(lambda: {part.state for part in read_status(home)} == {State.READY}, within=30)
        assert read_back(again) == (7, 3)
        started += processes(home)

        refused = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(home)], capture_output=True, text=True, check=False
        )
        assert refused.returncode != 0
        assert f"in use by process {second.pid}" in refused.stderr
        assert {part.state for part in read_status(home)} == {State.READY}

        assert request_stop(home)
        assert second.wait() == 0
    assert not any(pid.alive() for pid in started)
    assert {part.state for part in read_status(home)} == {State.STOPPED}
