"""Apache Kafka, one node that is broker and controller."""

import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from streams.local.home import free
from streams.local.jvm import LOGGING, class_path, java, properties, shared
from streams.local.part import Part, PartFailed
from streams.local.site import Site


def part(site: Site, jars: Sequence[Path]) -> Part:
    """The broker of this home."""
    port, archive = site.ports["kafka"], site.archive("kafka", jars)
    folder = site.home.part("kafka")
    config = properties(folder / "server.properties", configuration(folder, port, site.ports["controller"]))
    return Part(
        name="kafka",
        argv=java("640m", (*class_path(jars), "kafka.Kafka", str(config)), *shared(archive), *LOGGING),
        archive=archive,
        cwd=folder,
        port=port,
        before=lambda: format_log(folder, config, jars),
        ready=lambda: _answers(port),
    )


def configuration(folder: Path, port: int, controller: int) -> dict[str, object]:
    """Return what the broker is told."""
    single = dict.fromkeys(
        (
            "offsets.topic.replication.factor",
            "transaction.state.log.replication.factor",
            "transaction.state.log.min.isr",
            "share.coordinator.state.topic.replication.factor",
            "share.coordinator.state.topic.min.isr",
        ),
        1,
    )
    return {
        "process.roles": "broker,controller",
        "node.id": 1,
        # Voters by configuration, not in the log: the ports may change between two starts.
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": folder / "log",
        **single,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.num.partitions": 4,
        "group.initial.rebalance.delay.ms": 0,
        "group.min.session.timeout.ms": 1000,
        "auto.create.topics.enable": "false",
        "log.retention.ms": -1,  # a topic says itself when it forgets
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,  # taken from the heap at once; the default is 128 MB
        "delete.topic.enable": "true",
    }


def format_log(folder: Path, config: Path, jars: Sequence[Path], *options: str) -> None:
    """Make an empty log, once; `options` are the storage tool's, as for users who log in."""
    if (folder / "log" / "meta.properties").exists():
        return
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "_")  # "-…" would be an option
    tool = (*class_path(jars), "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(config), *options)
    done = subprocess.run(java("128m", tool), capture_output=True, text=True, check=False)
    if done.returncode:
        raise PartFailed(f"Kafka could not format {folder}: {(done.stderr or done.stdout).strip()}")


def _answers(port: int) -> bool:
    if free(port):  # a client is expensive to make, and this is asked often
        return False
    client = AdminClient(
        {"bootstrap.servers": f"127.0.0.1:{port}", "log_level": 0, "socket.connection.setup.timeout.ms": 1000}
    )
    try:
        client.list_topics(timeout=1)
    except KafkaException:
        return False
    return True
