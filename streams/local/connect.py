"""Kafka Connect with the Debezium connector for PostgreSQL on its class path."""

from collections.abc import Sequence
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from streams.local.home import Home
from streams.local.java_client import java_client
from streams.local.jvm import LOGGING, class_path, java, properties, shared
from streams.local.part import Part
from streams.local.site import Site

CONNECTOR_ROLE = "rollcall_ingest"


def part(site: Site, jars: Sequence[Path]) -> Part:
    """The worker of this home."""
    port, archive = site.ports["connect"], site.archive("connect", jars)
    folder = site.home.part("connect")
    secrets = {CONNECTOR_ROLE: site.password(CONNECTOR_ROLE, "connect")}
    properties(secrets_file(site.home), secrets, mode=0o600)
    told = {**configuration(folder, replicas=1 if "kafka" in site.here else -1), **_here(folder, port)}
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


def secrets_file(home: Home) -> Path:
    """Where Connect's FileConfigProvider finds the password of the connector's role."""
    return home.part("connect") / "secrets.properties"


CLIENTS = ("", "producer.", "consumer.", "admin.")
"""Whose settings a worker has: its own, and those of its connectors' clients."""


def configuration(secrets: Path, replicas: int) -> dict[str, object]:
    """Return what a worker is told wherever it runs; `secrets` is the folder that connectors may read."""
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
        "config.providers": "file",
        "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider",
        "config.providers.file.param.allowed.paths": secrets,
    }


def _here(folder: Path, port: int) -> dict[str, object]:
    plugins = folder / "plugins"
    plugins.mkdir(exist_ok=True)  # must exist, and stays empty: all plugins are on the class path
    return {
        "listeners": f"http://127.0.0.1:{port}",
        "plugin.discovery": "service_load",
        "plugin.path": plugins,
    }


def answers(port: int, path: str) -> bool:
    """A GET is answered with success. The smallest client there is, because this is asked many times a second."""
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
