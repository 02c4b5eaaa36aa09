"""Which parts a home starts, and what they are told of those that are elsewhere; nothing is started here."""

import json
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from schemas.faults import Misconfigured
from streams.local import connect, registry
from streams.local.home import Home
from streams.local.java_client import java_client
from streams.local.parts import parts
from streams.local.site import Site, started_here
from streams.settings import Settings


def site(home: Path, *here: str, **given: object) -> Site:
    settings = Settings.model_validate({"home": home, "cache": home, **given})
    return Site(Home(home), frozenset(here), {"connect": 20_001, "registry": 20_002, "management": 20_003}, settings)


def test_what_nobody_has_placed_elsewhere_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    assert started_here() == {"postgres", "kafka", "connect", "registry"}
    monkeypatch.setenv("ROLLCALL_BOOTSTRAP", "kafka.example:9092")
    monkeypatch.setenv("ROLLCALL_POSTGRES_HOST", "db.example")
    assert started_here() == {"connect", "registry"}


def test_where_everything_is_elsewhere_nothing_is_started_and_the_home_remembers_the_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLCALL_BOOTSTRAP", "kafka.example:9093")
    monkeypatch.setenv("ROLLCALL_KAFKA_SECURITY", "SASL_SSL")
    monkeypatch.setenv("ROLLCALL_KAFKA_PASSWORD", "s3cr3t")
    monkeypatch.setenv("ROLLCALL_POSTGRES_HOST", "db.example")
    monkeypatch.setenv("ROLLCALL_CONNECT_URL", "https://connect.example")
    monkeypatch.setenv("ROLLCALL_REGISTRY_URL", "https://registry.example")

    assert parts(Home(tmp_path), Settings.load(tmp_path)) == ()

    written = (tmp_path / "stack.json").read_text()
    assert json.loads(written)["settings"] == {
        "bootstrap": "kafka.example:9093",
        "kafka_security": "SASL_SSL",
        "postgres_host": "db.example",
        "connect_url": "https://connect.example",
        "registry_url": "https://registry.example",
    }
    assert "s3cr3t" not in written
    assert not (tmp_path / "secrets.json").exists()


def test_a_local_connect_logs_in_to_a_kafka_elsewhere(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.touch()
    login = {
        "kafka_security": "SASL_SSL",
        "kafka_user": "rollcall",
        "kafka_password": SecretStr('a"b\\c'),
        "kafka_ca": ca,
    }
    where = site(tmp_path, "connect", bootstrap="k:1", passwords={"rollcall_ingest": SecretStr("pw")}, **login)

    part = connect.part(where, [])

    config = tmp_path / "connect" / "connect.properties"
    told = dict(line.split("=", 1) for line in config.read_text().splitlines())
    for prefix in ("", "producer.", "consumer.", "admin."):
        assert told[f"{prefix}bootstrap.servers"] == "k:1"
        assert told[f"{prefix}security.protocol"] == "SASL_SSL"
        assert told[f"{prefix}ssl.truststore.location"] == str(ca)
    # Twice: a quoted string of JAAS, in a properties file.
    assert r'username="rollcall" password="a\\"b\\\\c";' in told["sasl.jaas.config"]
    assert told["config.storage.replication.factor"] == "-1"
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert part.after == ()


def test_a_client_certificate_is_given_to_java_with_its_key(tmp_path: Path) -> None:
    for name in ("ca", "certificate", "key"):
        (tmp_path / name).write_text(f"{name}\n")
    files = {f"kafka_{name}": tmp_path / name for name in ("ca", "certificate", "key")}

    told = java_client(site(tmp_path, kafka_security="SSL", **files).settings, tmp_path, [""])

    store = Path(str(told["ssl.keystore.location"]))
    assert store.read_text() == "key\ncertificate\n"
    assert stat.S_IMODE(store.stat().st_mode) == 0o600
    assert "sasl.jaas.config" not in told


def test_a_local_registry_is_stored_in_a_postgresql_elsewhere(tmp_path: Path) -> None:
    given = {"postgres_host": "db.example", "postgres_sslmode": "verify-full", "postgres_ca": tmp_path / "ca.pem"}
    where = site(tmp_path, "registry", passwords={"registry": SecretStr("pw")}, **given)
    (tmp_path / registry.MAIN).touch()

    env = registry.part(where, [tmp_path / registry.MAIN]).env

    assert env["APICURIO_DATASOURCE_URL"].startswith("jdbc:postgresql://db.example:5432/registry?sslmode=verify-full&")
    secret = Path(env["SMALLRYE_CONFIG_LOCATIONS"])
    assert secret.read_text() == "apicurio.datasource.password=pw\n"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_a_password_that_nobody_has_said_is_asked_for_by_name(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"ROLLCALL_PASSWORDS__ROLLCALL_INGEST.*ROLLCALL_CONNECT_URL"):
        connect.part(site(tmp_path, "connect", postgres_host="db.example"), [])
