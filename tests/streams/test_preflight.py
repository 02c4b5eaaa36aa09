"""What is wrong at start is said before anything is consumed: what, where, how to mend it, and exit code 2."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from schemas.faults import Misconfigured, SchemaBehind, Unavailable
from streams import topics
from streams.local import disk
from streams.local.runner import Stack
from streams.migrate import migrate
from streams.preflight import check
from streams.settings import Settings
from tests.fresh import fresh_database
from tests.streams.cluster import cluster
from tests.streams.test_source import run
from tests.typed import typed

ROLE = "rollcall_sinks"


@pytest.fixture
def nowhere() -> Iterator[int]:
    """A port that is taken and where nobody answers."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        yield silent.getsockname()[1]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for deadline in ("WITHIN", "ASKED"):
        monkeypatch.setattr(f"streams.reaching.{deadline}", 0.1)


@pytest.fixture(scope="module")
def sound(settings: Settings) -> Iterator[Settings]:
    """An installation in which nothing is wrong."""
    topics.apply(settings)
    with fresh_database(settings) as fresh:
        migrate(fresh)
        check(fresh, ROLE)
        yield fresh


@pytest.mark.stack
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("broken", "fault", "said"),
    [
        ("postgres_port", Unavailable, r"PostgreSQL at 127\.0\.0\.1:{port} does not answer.*ROLLCALL_POSTGRES_PORT"),
        ("bootstrap", Unavailable, r"127\.0\.0\.1:{port}.*ROLLCALL_BOOTSTRAP"),
        ("registry_url", Unavailable, r"registry at http://127\.0\.0\.1:{port}.*ROLLCALL_REGISTRY_URL"),
    ],
)
def test_a_part_that_is_down_or_elsewhere(
    broken: str, fault: type[Exception], said: str, sound: Settings, nowhere: int
) -> None:
    place: Any = {"postgres_port": nowhere, "bootstrap": f"127.0.0.1:{nowhere}"}.get(broken)
    elsewhere = sound.model_copy(update={broken: place or f"http://127.0.0.1:{nowhere}"})
    with pytest.raises(fault, match=said.format(port=nowhere)):
        check(elsewhere, ROLE)


@pytest.mark.stack
@pytest.mark.parametrize("secret", [None, "wrong"])
def test_a_secret_that_is_missing_or_wrong(secret: str | None, sound: Settings) -> None:
    others = {role: each for role, each in sound.passwords.items() if role != ROLE}
    passwords = {**others, ROLE: SecretStr(secret)} if secret else others
    with pytest.raises(
        Misconfigured, match=r"refuses rollcall_sinks.*mend: (check|set) ROLLCALL_PASSWORDS__ROLLCALL_SINKS"
    ):
        check(sound.model_copy(update={"passwords": passwords}), ROLE)


@pytest.mark.stack
def test_a_host_that_has_no_address(sound: Settings) -> None:
    with pytest.raises(Unavailable, match=r"nowhere\.invalid:.*ROLLCALL_POSTGRES_HOST"):
        check(sound.model_copy(update={"postgres_host": "nowhere.invalid"}), ROLE)


@pytest.mark.stack
def test_a_schema_that_is_behind(settings: Settings) -> None:
    with fresh_database(settings) as empty, pytest.raises(SchemaBehind, match="mend: rollcall db migrate"):
        check(empty, ROLE)


@pytest.mark.stack
def test_a_server_without_logical_wal(sound: Settings, tmp_path: Path) -> None:
    from streams.plans import superuser_statements

    with cluster(tmp_path / "home") as theirs:
        run(theirs, [line for line in superuser_statements(theirs.settings)[0] if "alter system" not in line])
        migrate(theirs.settings)
        with pytest.raises(Misconfigured, match=r"wal_level = replica.*mend: rollcall connectors plan --sql"):
            check(theirs.settings, ROLE)


@pytest.mark.stack
def test_a_role_exits_with_2_and_says_why(settings: Settings, nowhere: int) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "streams", "run", "sinks"],
        env={**os.environ, "ROLLCALL_HOME": str(settings.home), "ROLLCALL_POSTGRES_PORT": str(nowhere)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (told.returncode, told.stdout) == (2, "")
    assert "not started" in told.stderr
    assert f"PostgreSQL at 127.0.0.1:{nowhere} does not answer" in told.stderr


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("topics", "apply"), "ROLLCALL_BOOTSTRAP"),
        (("topics", "plan"), "ROLLCALL_BOOTSTRAP"),
        (("db", "migrate"), "ROLLCALL_POSTGRES_PORT"),
        (("connectors", "plan"), "ROLLCALL_POSTGRES_PORT"),
        (("connectors", "status"), "ROLLCALL_CONNECT_URL"),
        (("proposals", "list"), "ROLLCALL_POSTGRES_PORT"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
@pytest.mark.usefixtures("impatient")
def test_a_command_without_its_parts_exits_with_2_and_names_the_setting(
    command: tuple[str, ...],
    said: str,
    nowhere: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = f"127.0.0.1:{nowhere}"
    given = {"HOME": str(tmp_path), "POSTGRES_PORT": str(nowhere), "BOOTSTRAP": place, "CONNECT_URL": f"http://{place}"}
    for name, value in given.items():
        monkeypatch.setenv(f"ROLLCALL_{name}", value)
    told = typed(capsys, *command)
    assert (told.code, told.out) == (2, "")
    assert place in told.err
    assert "mend: " in told.err
    assert said in told.err


def test_a_disk_that_is_full_at_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk.check, "__defaults__", (1 << 62,))
    with pytest.raises(disk.NoRoom, match=r"home has \d+ MB left.*mend: make room.*ROLLCALL_HOME"):
        Stack(tmp_path / "home").start()
    assert not (tmp_path / "home" / "postgres").exists()
