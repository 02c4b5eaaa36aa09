"""What `status` and `watch` say of an installation that runs: the tables' own figures, and who does not answer."""

import json
import os
import pty
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from connectors import commands
from schemas.topics import WORKFORCE
from streams.cli import app
from streams.dead import DeadLetter
from streams.local.runner import Stack
from streams.overview.document import document
from streams.overview.observer import Observer
from streams.overview.seen import Burials, Overview, Reading
from streams.settings import Settings
from streams.triage import Wanted, chosen
from tests.e2e.clinic import Clinic
from tests.e2e.test_dead_letters import produce
from tests.eventually import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]
PATIENT = timedelta(seconds=60)
"""For machines that are busy: a look takes as long as it takes."""
SHORT = timedelta(seconds=12)
"""Where somebody is waited for in vain; the others have half of it."""


@pytest.fixture(scope="module")
def observer(installation: Settings) -> Observer:
    return Observer(installation, PATIENT)


def reading(overview: Overview, reader: str, topic: str = WORKFORCE.name) -> Reading:
    (found,) = (each for each in overview.readings or () if (each.reader, each.topic) == (reader, topic))
    return found


@contextmanager
def stopped(stack: Stack, role: str) -> Iterator[None]:
    stack.kill(role, signal.SIGSTOP)
    try:
        yield
    finally:
        stack.kill(role, signal.SIGCONT)


def test_what_a_reader_that_stands_still_leaves_is_behind_and_has_an_age(
    stack: Stack, clinic: Clinic, observer: Observer
) -> None:
    def waits(longer_than: timedelta) -> Reading:
        found = reading(observer.look(), "sink.attendance")
        assert found.oldest is not None
        assert found.oldest > longer_than
        return found

    def at_the_end() -> bool:
        found = reading(observer.look(), "sink.attendance")
        return found.behind == 0 and found.workers > 0

    eventually(at_the_end, within=60)
    with stopped(stack, "sinks"):
        clinic.late(clinic.hire(), clinic.now() - timedelta(hours=1), minutes=7)
        first = eventually(lambda: waits(timedelta()), within=60)
        later = eventually(lambda: waits(first.oldest or timedelta()), within=60)
        ((stored,),) = clinic.rows(
            "select sum(next_offset) from rollcall.positions where reader = 'sink.attendance' and topic = %s",
            WORKFORCE.name,
        )
        assert later.position == first.position == stored
        assert later.behind
        assert later.end == later.position + later.behind
    eventually(at_the_end, within=60)


def test_dead_letters_are_counted_until_somebody_deals_with_them(clinic: Clinic, observer: Observer) -> None:
    (placed,) = produce(clinic.settings, uuid4(), b"not a record")
    mine = Wanted(topic=WORKFORCE.name, reader="sink.attendance")

    def buried() -> list[DeadLetter]:
        letters = [known.letter for known in chosen(clinic.settings, mine)]
        return [each for each in letters if (each.partition, each.offset) == (placed.partition(), placed.offset())]

    (letter,) = eventually(buried, within=60)

    def counted() -> Burials:
        found = (each for each in observer.look().burials or () if each.topic == WORKFORCE.name)
        (whose,) = (each for each in found if each.reader == "sink.attendance")
        return whose

    before = counted()
    assert before.open == len(list(chosen(clinic.settings, mine)))
    commands.park_dead_letter(clinic.connection, letter, author="tests", note="a test's own")
    assert counted().open == before.open - 1
    ((hour,),) = clinic.rows(
        "select coalesce(sum(count), 0) from rollcall.burials where reader = 'sink.attendance' and topic = %s"
        " and hour = rollcall.burial_hour()",
        WORKFORCE.name,
    )
    assert counted().buried == hour


def test_what_is_committed_and_not_yet_in_kafka_is_the_outboxs_own_figure(clinic: Clinic, observer: Observer) -> None:
    # A blob that nobody will send: of a partition that the topic does not have.
    clinic.connection.execute(
        "insert into rollcall.outbox values ('apply', 'rollcall.decisions.v1', 99, 1, 1, '', now() - interval '1 hour')"
    )
    try:
        overview = observer.look()
        found = reading(overview, "apply", "rollcall.decisions.v1")
        assert found.blobs == 1
        assert found.oldest_blob is not None
        assert found.oldest_blob >= timedelta(hours=1)
        assert "1 in the outbox of apply" in json.dumps(document(overview)["attention"])
    finally:
        clinic.connection.execute("delete from rollcall.outbox where partition = 99")


def test_the_slot_is_as_the_catalogue_has_it(clinic: Clinic, observer: Observer) -> None:
    overview = observer.look()
    assert overview.reserve is not None
    assert overview.reserve.slot is not None
    assert overview.capture is not None
    assert overview.capture.states == {"connector": "RUNNING", "task 0": "RUNNING"}
    ((active, most),) = clinic.rows(
        "select active, (select setting::bigint << 20 from pg_settings where name = 'max_slot_wal_keep_size')"
        " from pg_replication_slots where slot_name = 'rollcall'"
    )
    assert (overview.reserve.slot.active, overview.reserve.max_kept) == (active, most)
    assert 0 <= (overview.reserve.slot.behind or 0) <= (overview.reserve.slot.retained or 0)


def test_agents_and_proposals_are_those_of_the_other_commands(clinic: Clinic, observer: Observer) -> None:
    overview = observer.look()
    assert {(each.name, each.mode) for each in overview.agents or ()} >= {("attendance", "live")}
    assert set(overview.proposals or {}) == {
        status for (status,) in clinic.rows("select distinct status from mart.proposal_status")
    }


@pytest.fixture
def nobody() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield silent.getsockname()[1]


def test_a_connect_that_is_dead_or_dumb_is_a_line_and_no_traceback(installation: Settings, nobody: int) -> None:
    for port, within in ((1, PATIENT), (nobody, SHORT)):
        place = f"http://127.0.0.1:{port}"
        found = Observer(installation.model_copy(update={"connect_url": place}), within).look()
        assert [each.part for each in found.away] == ["connect"]
        assert place in found.away[0].what
        assert ("has not answered within" in found.away[0].what) == (port == nobody)
        assert found.capture is None
        assert found.readings


@pytest.mark.parametrize("setting", ["postgres_port", "bootstrap", "registry_url"])
def test_whoever_else_is_away_costs_only_what_it_knows(setting: str, installation: Settings) -> None:
    gone: Any = {"postgres_port": 1, "bootstrap": "127.0.0.1:1", "registry_url": "http://127.0.0.1:1"}[setting]
    within = SHORT if setting == "bootstrap" else PATIENT
    found = Observer(installation.model_copy(update={setting: gone}), within).look()
    assert {each.part for each in found.away} == {setting.partition("_")[0].replace("bootstrap", "kafka")}
    assert all(each.what and each.fix for each in found.away)
    assert (found.readings is None) == (setting == "postgres_port")
    assert found.capture is not None


def test_a_database_that_is_behind_is_told_with_what_brings_it_up(installation: Settings) -> None:
    found = Observer(installation.model_copy(update={"postgres_database": "postgres"}), PATIENT).look()
    ((part, what, fix),) = ((each.part, each.what, each.fix) for each in found.away)
    assert (part, fix) == ("postgres", "rollcall db migrate")
    assert "does not exist" in what


def typed(settings: Settings, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--within", "60"], env={"ROLLCALL_HOME": str(settings.home)})


def test_the_commands_say_the_same_to_machines(installation: Settings) -> None:
    said = typed(installation, "status", "--json")
    told = json.loads(said.stdout)
    assert said.exit_code == (0 if told["ok"] else 1)
    assert told["away"] == []
    assert {each["reader"] for each in told["readers"]} >= {"apply", "agents.workforce", "sink.attendance"}
    looks = typed(installation, "watch", "--count", "2", "--every", "0.2")
    assert looks.exit_code == 0, looks.output
    first, second = map(json.loads, looks.stdout.splitlines())
    assert {each["per_second"] for each in first["readers"]} == {None}
    assert all(each["per_second"] >= 0 for each in second["readers"])


def test_watching_ends_when_it_is_interrupted_and_that_is_no_failure(installation: Settings) -> None:
    watching = subprocess.Popen(
        [sys.executable, "-m", "streams", "watch", "--every", "0.2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={"ROLLCALL_HOME": str(installation.home), "PATH": ""},
    )  # fmt: skip
    assert watching.stdout is not None
    assert json.loads(watching.stdout.readline())["parts"]
    watching.send_signal(signal.SIGINT)
    rest, talk = watching.communicate(timeout=60)
    assert (watching.returncode, talk) == (0, "")
    assert all(json.loads(line) for line in rest.splitlines())


def test_on_a_terminal_it_leaves_the_screen_as_it_was(installation: Settings) -> None:
    ours, theirs = pty.openpty()
    watching = subprocess.Popen(
        [sys.executable, "-m", "streams", "watch", "--every", "0.2"],
        stdin=theirs, stdout=theirs, stderr=theirs,
        env={"ROLLCALL_HOME": str(installation.home), "PATH": "", "TERM": "xterm", "COLUMNS": "100", "LINES": "30"},
    )  # fmt: skip
    os.close(theirs)
    said = b""
    while b"Ctrl-C ends it" not in said:
        said += os.read(ours, 65_536)
    watching.send_signal(signal.SIGINT)
    with suppress(OSError):  # the other end is closed: an error here, nothing more to read there
        while more := os.read(ours, 65_536):
            said += more
    os.close(ours)
    assert watching.wait(60) == 0
    assert said.startswith(b"\x1b[?1049h")
    assert said.endswith(b"\x1b[?25h\x1b[?1049l")
    assert b"Traceback" not in said
