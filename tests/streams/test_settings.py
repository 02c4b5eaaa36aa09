import json
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.faults import Misconfigured
from streams.settings import Settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path))
    stack = {"settings": {"bootstrap": "127.0.0.1:21000", "postgres_port": 21001}}
    (tmp_path / "stack.json").write_text(json.dumps(stack))
    secrets = {"settings": {"passwords": {"rollcall_agents": "from file", "rollcall_sinks": "s"}}}
    (tmp_path / "secrets.json").write_text(json.dumps(secrets))
    return tmp_path


def test_a_running_stack_is_found_through_its_home(home: Path) -> None:
    settings = Settings.load()

    assert settings.home == home
    assert settings.bootstrap == "127.0.0.1:21000"
    assert settings.dsn("rollcall_agents") == (
        "host=127.0.0.1 port=21001 dbname=rollcall user=rollcall_agents password='from file'"
    )


@pytest.mark.usefixtures("home")
def test_the_environment_wins_over_the_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_BOOTSTRAP", "kafka.example:9092")
    monkeypatch.setenv("ROLLCALL_PASSWORDS__ROLLCALL_AGENTS", "from environment")

    settings = Settings.load()

    assert settings.bootstrap == "kafka.example:9092"
    assert settings.passwords["rollcall_agents"].get_secret_value() == "from environment"
    assert settings.passwords["rollcall_sinks"].get_secret_value() == "s"
    assert settings.postgres_port == 21001


@pytest.mark.usefixtures("home")
def test_a_home_can_be_named_by_the_caller(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"

    assert Settings.load(elsewhere).home == elsewhere
    assert Settings.load(elsewhere).bootstrap == "127.0.0.1:9092"


def test_without_a_stack_everything_has_its_ordinary_port(tmp_path: Path) -> None:
    settings = Settings.load(tmp_path)

    assert settings.dsn("rollcall_console") == "host=127.0.0.1 port=5432 dbname=rollcall user=rollcall_console"


@pytest.mark.usefixtures("home")
def test_durations_are_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_POLL", "0.002")
    monkeypatch.setenv("ROLLCALL_HEARTBEAT", "PT5S")

    assert Settings.load().poll == timedelta(milliseconds=2)
    assert Settings.load().heartbeat == timedelta(seconds=5)


@pytest.mark.usefixtures("home")
def test_passwords_are_not_shown() -> None:
    assert "from file" not in repr(Settings.load())


def test_a_secret_can_stand_in_a_file_that_a_variable_names(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "kafka").write_text("from a file\n")
    (home / "agents").write_text("agents' own")
    monkeypatch.setenv("ROLLCALL_KAFKA_PASSWORD_FILE", str(home / "kafka"))
    monkeypatch.setenv("ROLLCALL_PASSWORDS__ROLLCALL_AGENTS_FILE", str(home / "agents"))

    settings = Settings.load()

    assert settings.kafka_password is not None
    assert settings.kafka_password.get_secret_value() == "from a file"
    assert settings.passwords["rollcall_agents"].get_secret_value() == "agents' own"
    assert settings.passwords["rollcall_sinks"].get_secret_value() == "s"


def test_secrets_can_stand_in_a_folder_as_containers_have_them(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = home / "secrets"
    folder.mkdir()
    (folder / "rollcall_passwords__rollcall_sinks").write_text("mounted")
    (folder / "ROLLCALL_REGISTRY_PASSWORD").write_text("too")
    (folder / "somebody_elses").write_text("not ours")
    monkeypatch.setenv("ROLLCALL_SECRETS", str(folder))
    monkeypatch.setenv("ROLLCALL_REGISTRY_PASSWORD", "the environment wins")

    settings = Settings.load()

    assert settings.passwords["rollcall_sinks"].get_secret_value() == "mounted"
    assert settings.registry_password is not None
    assert settings.registry_password.get_secret_value() == "the environment wins"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ROLLCALL_KAFKA_PASSWORD_FILE", "/nowhere/at-all", "ROLLCALL_KAFKA_PASSWORD_FILE"),
        ("ROLLCALL_SECRETS", "/nowhere/at-all", "/nowhere/at-all"),
        ("ROLLCALL_KAFKA_SECURITY", "TLS", "ROLLCALL_KAFKA_SECURITY"),
        ("ROLLCALL_POSTGRES_PORT", "many", "ROLLCALL_POSTGRES_PORT"),
    ],
)
def test_what_cannot_be_read_is_named(name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(Misconfigured, match=said):
        Settings.load()


@pytest.mark.usefixtures("home")
def test_what_somebody_has_decided_is_told_from_what_the_stack_has_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_CONNECT_URL", "https://connect.example")

    assert {"connect_url", "home"} <= Settings.given()
    assert "bootstrap" not in Settings.given()
