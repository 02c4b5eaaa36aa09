"""The connector's configuration, rendered from the declaration of captured tables.

The order of the captures is the snapshot's order: reference facts first, so that whoever reads on knows them by then.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connectors.capture import Capture
from connectors.translate import CAPTURES
from schemas.cdc import UNAVAILABLE
from schemas.topics import CDC

PUBLICATION = "rollcall"
LARGEST_CHANGE = 4_000_000
"""Bytes of the largest record in the change log: a dead letter of the largest size comes back base64-coded."""
SIGNALS = "rollcall.capture_signals"
"""Table through which a running connector is asked for the rows of a table that is captured later."""


@dataclass(frozen=True, slots=True)
class Door:
    """One connector: what it captures, and into which log. Another tenant or region has another door."""

    name: str = "rollcall"
    """Of the connector, its replication slot and its source: two in one worker must not have the same."""
    topic: str = CDC.name
    captures: tuple[Capture[Any], ...] = CAPTURES


@dataclass(frozen=True, slots=True)
class Server:
    """The database a connector reads, as the connector reaches it. `password` may name a ConfigProvider's secret."""

    host: str
    port: int
    database: str
    password: str
    heartbeat: timedelta
    poll: timedelta
    epoch: int = 1
    """Raised after a restore, when positions repeat: the connector then begins a history of its own."""
    user: str = "rollcall_ingest"
    sslmode: str | None = None
    ca: str | None = None
    """Where Connect finds the certificates of who vouches for the server."""


def configuration(server: Server, door: Door) -> dict[str, str]:
    """Return what Connect is told."""
    prefix = f"{door.name}-{server.epoch}"
    return {
        "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
        "tasks.max": "1",
        **_database(server),
        "slot.name": door.name,
        **_capture(door.captures, prefix),
        **_representation(),
        # As many polls as the latency is worth: 500 ms, the default, is most of the way of an event.
        "poll.interval.ms": _ms(server.poll),
        "heartbeat.interval.ms": _ms(server.heartbeat),
        "heartbeat.action.query": "update public.heartbeat set beat_at = rollcall.now() where id = 1",
        # The database may be away for long; the log waits, so the connector does too.
        "errors.max.retries": "-1",
        "retriable.restart.connector.wait.ms": "1000",
        "producer.override.max.request.size": str(LARGEST_CHANGE),
        "producer.override.enable.idempotence": "true",
        "producer.override.max.in.flight.requests.per.connection": "1",  # Connect's default; with more, see ADR 8
        "producer.override.linger.ms": "0",  # Kafka's default, 5 ms, is a sixth of the way of an event
        # One log for all tables: the order of commits is the order of the log.
        "transforms": "one_log",
        "transforms.one_log.type": "org.apache.kafka.connect.transforms.RegexRouter",
        "transforms.one_log.regex": rf"{prefix}\..*",
        "transforms.one_log.replacement": door.topic,
        "topic.creation.default.replication.factor": "-1",
        "topic.creation.default.partitions": "1",
    }


def _database(server: Server) -> dict[str, str]:
    return {
        "database.hostname": server.host,
        "database.port": str(server.port),
        "database.user": server.user,
        "database.password": server.password,
        "database.dbname": server.database,
        **({"database.sslmode": server.sslmode} if server.sslmode else {}),
        **({"database.sslrootcert": server.ca} if server.ca else {}),
        "plugin.name": "pgoutput",
        "slot.failover": "true",  # the position follows when a standby takes over
        "publication.name": PUBLICATION,
        "publication.autocreate.mode": "disabled",  # migrations own it
    }


def _capture(captures: tuple[Capture[Any], ...], prefix: str) -> dict[str, str]:
    excluded = [f"public.{each.table}.{column}" for each in captures for column in each.excluded]
    return {
        "topic.prefix": prefix,
        "table.include.list": ",".join(f"public.{each.table}" for each in captures),
        "column.exclude.list": ",".join(excluded),
        "snapshot.mode": "initial",
        "signal.data.collection": SIGNALS,
        "incremental.snapshot.watermarking.strategy": "insert_delete",
        "tombstones.on.delete": "false",
    }


def _representation() -> dict[str, str]:
    return {
        "decimal.handling.mode": "string",
        "time.precision.mode": "adaptive",
        "interval.handling.mode": "string",
        "binary.handling.mode": "base64",
        "unavailable.value.placeholder": UNAVAILABLE.decode(),
    }


def _ms(duration: timedelta) -> str:
    return str(max(1, duration // timedelta(milliseconds=1)))
