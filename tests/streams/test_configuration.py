"""Where each setting came from; what must not be shown is not; and what is wrong is named."""

import json
from pathlib import Path

import pytest

from streams.configuration import Shown, shown
from streams.settings import Settings
from tests.typed import typed

SECRET = "hunter2"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path))
    (tmp_path / "stack.json").write_text(json.dumps({"settings": {"postgres_port": 21001, "bootstrap": "file:1"}}))
    secrets = {"settings": {"passwords": {"rollcall_agents": SECRET, "rollcall_sinks": SECRET}, "bootstrap": "file:2"}}
    (tmp_path / "secrets.json").write_text(json.dumps(secrets))
    return tmp_path


def settings() -> dict[str, Shown]:
    return {each.setting: each for each in shown(Settings.load())}


def test_each_setting_says_who_has_set_it(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "user").write_text("somebody\n")
    monkeypatch.setenv("ROLLCALL_KAFKA_USER_FILE", str(tmp_path / "user"))
    monkeypatch.setenv("ROLLCALL_PASSWORDS__ROLLCALL_SINKS", SECRET)
    assert (Settings().bootstrap, settings()["bootstrap"].source) == ("file:2", str(home / "secrets.json"))
    monkeypatch.setenv("ROLLCALL_BOOTSTRAP", "kafka:9092")
    found = settings()
    assert found["bootstrap"] == ("bootstrap", "kafka:9092", "ROLLCALL_BOOTSTRAP")
    assert found["kafka_user"] == ("kafka_user", "somebody", str(tmp_path / "user"))
    assert found["postgres_port"] == ("postgres_port", "21001", str(home / "stack.json"))
    assert found["heartbeat"] == ("heartbeat", "30 s", "default")
    assert found["passwords.rollcall_agents"].source == str(home / "secrets.json")
    assert found["passwords.rollcall_sinks"].source == "ROLLCALL_PASSWORDS__ROLLCALL_SINKS"


@pytest.mark.usefixtures("home")
def test_no_secret_is_shown_wherever_it_stands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("KAFKA_PASSWORD", "CONNECT_PASSWORD", "REGISTRY_PASSWORD", "CONNECTOR_DATABASE_PASSWORD"):
        monkeypatch.setenv(f"ROLLCALL_{name}", SECRET)
    for name in ("REGISTRY_URL", "CONNECT_URL"):
        monkeypatch.setenv(f"ROLLCALL_{name}", f"http://me:{SECRET}@place/path")
    told = typed(capsys, "config", "show", "--json")
    assert (told.code, SECRET in told.out + told.err) == (0, False)
    rows = {row["setting"]: row["value"] for row in json.loads(told.out)}
    assert rows["registry_url"] == "http://me:********@place/path"
    assert rows["kafka_password"] == rows["passwords.rollcall_agents"] == "********"
    assert set(Settings.model_fields) <= {name.partition(".")[0] for name in rows}


def test_a_reference_to_a_secret_is_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path))
    monkeypatch.setenv("ROLLCALL_CONNECTOR_DATABASE_PASSWORD", "${file:/run/secrets:p}")
    assert settings()["connector_database_password"].value == "${file:/run/secrets:p}"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"ports": {}}', '{"settings": null}'])
def test_a_damaged_file_is_named(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path))
    (tmp_path / "stack.json").write_text(content)
    told = typed(capsys, "config", "show")
    assert told.code == 2
    assert str(tmp_path / "stack.json") in told.err
    assert "ROLLCALL_HOME" in told.err


@pytest.mark.parametrize(
    ("name", "value"), [("POSTGRES_PORT", "many"), ("KAFKA_SECURITY", "TELNET"), ("POLL", "soon"), ("PASSWORDS", "[")]
)
def test_a_wrong_value_names_its_variable_and_exits_with_2(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path))
    monkeypatch.setenv(f"ROLLCALL_{name}", value)
    told = typed(capsys, "config", "show")
    assert (told.code, told.out) == (2, "")
    assert name in told.err.upper()
