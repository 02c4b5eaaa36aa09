"""Kafka Connect with the Debezium connector for PostgreSQL on its class path."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from streams.local.home import Home
from streams.local.jvm import LOGGING, class_path, java, properties, shared
from streams.local.part import Part


def part(home: Home, ports: Mapping[str, int], jars: Sequence[Path], archive: Path) -> Part:
    """The worker of this home."""
    port = ports["connect"]
    folder = home.part("connect")
    properties(secrets_file(home), home.passwords(), mode=0o600)
    config = properties(folder / "connect.properties", _configuration(folder, port, ports["kafka"]))
    main = (*class_path(jars), "org.apache.kafka.connect.cli.ConnectDistributed", str(config))
    return Part(
        name="connect",
        argv=java("512m", main, *shared(archive), *LOGGING),
        archive=archive,
        cwd=folder,
        port=port,
        after=("kafka",),
        ready=lambda: answers(port, "/connectors"),
    )


def secrets_file(home: Home) -> Path:
    """Where Connect's FileConfigProvider finds the passwords; one line per database role."""
    return home.part("connect") / "secrets.properties"


def _configuration(folder: Path, port: int, broker: int) -> dict[str, object]:
    plugins = folder / "plugins"
    plugins.mkdir(exist_ok=True)  # must exist, and stays empty: all plugins are on the class path
    converter = "org.apache.kafka.connect.json.JsonConverter"
    topics: dict[str, object] = {}
    for kind in ("offset", "config", "status"):
        topics |= {f"{kind}.storage.topic": f"connect.{kind}s", f"{kind}.storage.replication.factor": 1}
    return {
        "bootstrap.servers": f"127.0.0.1:{broker}",
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
        "listeners": f"http://127.0.0.1:{port}",
        "plugin.discovery": "service_load",
        "plugin.path": plugins,
        "config.providers": "file",
        "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider",
        "config.providers.file.param.allowed.paths": folder,
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
