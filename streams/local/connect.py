"""Kafka Connect with the Debezium connector for PostgreSQL on its class path."""

from collections.abc import Sequence
from pathlib import Path

from streams.local.answering import answers
from streams.local.home import Home
from streams.local.java_client import java_client
from streams.local.jvm import LOGGING, class_path, java, properties, shared
from streams.local.part import Part
from streams.local.site import Site

CONNECTOR_ROLE = "rollcall_ingest"
SECRET = f"rollcall_passwords__{CONNECTOR_ROLE}"
"""The file that holds its password; its name is that of the variable, as containers are given it."""
CLIENTS = ("", "producer.", "consumer.", "admin.")
"""Whose settings a worker has: its own, and those of its connectors' clients."""


def part(site: Site, jars: Sequence[Path]) -> Part:
    """The worker of this home."""
    port, archive = site.ports["connect"], site.archive("connect", jars)
    folder = site.home.part("connect")
    _write(secrets(site.home) / SECRET, site.password(CONNECTOR_ROLE, "connect"))
    told = {**configuration(secrets(site.home), replicas=1 if "kafka" in site.here else -1), **_here(folder, port)}
    config = properties(folder / "connect.properties", told | java_client(site.settings, folder, CLIENTS), mode=0o600)
    main = (*class_path(jars), "org.apache.kafka.connect.cli.ConnectDistributed", str(config))
    return Part(
        name="connect",
        argv=java("512m", main, *shared(archive), *LOGGING),
        archive=archive,
        cwd=folder,
        port=port,
        after=site.after("kafka"),
        ready=lambda: answers(port, "/connectors"),
    )


def password(folder: str | Path) -> str:
    """Return what a connector's configuration says in place of the password that stands in a file of a folder."""
    return f"${{dir:{folder}:{SECRET}}}"


def secrets(home: Home) -> Path:
    """Return the folder of this home's worker, whose files are secrets."""
    return home.part("connect") / "secrets"


def configuration(folder: Path, replicas: int) -> dict[str, object]:
    """Return what a worker is told wherever it runs; connectors may read the files of `folder`."""
    converter = "org.apache.kafka.connect.json.JsonConverter"
    topics: dict[str, object] = {}
    for kind in ("offset", "config", "status"):
        topics |= {f"{kind}.storage.topic": f"connect.{kind}s", f"{kind}.storage.replication.factor": replicas}
    return {
        "group.id": "rollcall-connect",
        "key.converter": converter,
        "value.converter": converter,
        "key.converter.schemas.enable": "false",
        "value.converter.schemas.enable": "false",
        **topics,
        "offset.storage.partitions": 1,
        "status.storage.partitions": 1,
        "offset.flush.interval.ms": 1000,
        "scheduled.rebalance.max.delay.ms": 0,
        "config.providers": "dir",
        "config.providers.dir.class": "org.apache.kafka.common.config.provider.DirectoryConfigProvider",
        "config.providers.dir.param.allowed.paths": folder,
    }


def _write(secret: Path, value: str) -> None:
    """Without a newline: the provider takes the file as it is."""
    secret.parent.mkdir(mode=0o700, exist_ok=True)
    secret.touch(mode=0o600)
    secret.write_text(value, encoding="utf-8")


def _here(folder: Path, port: int) -> dict[str, object]:
    plugins = folder / "plugins"
    plugins.mkdir(exist_ok=True)  # must exist, and stays empty: all plugins are on the class path
    return {
        "listeners": f"http://127.0.0.1:{port}",
        "plugin.discovery": "service_load",
        "plugin.path": plugins,
    }
