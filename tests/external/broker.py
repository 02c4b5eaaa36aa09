"""Somebody else's Kafka: another broker, whose clients log in by SCRAM over TLS."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from signal import SIGKILL

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from pydantic import SecretStr

from streams.kafka import librdkafka
from streams.local.archive import archive
from streams.local.child import Child
from streams.local.fetch import fetch
from streams.local.home import free
from streams.local.jars import locked, repository
from streams.local.jvm import LOGGING, class_path, java, properties, shared
from streams.local.kafka import configuration, format_log
from streams.local.part import Part
from streams.settings import Settings
from tests.eventually import eventually
from tests.tls import Certificates, certificates

USER, PASSWORD = "rollcall", "s3cr3t-of-theirs"
JAAS = 'org.apache.kafka.common.security.scram.ScramLoginModule required username="broker" password="of-the-broker";'


@dataclass(frozen=True)
class Broker:
    """Where it is, and whom to trust there."""

    bootstrap: str
    certificates: Certificates

    def environment(self) -> dict[str, str]:
        """How an installation is told of it."""
        return {
            "ROLLCALL_BOOTSTRAP": self.bootstrap,
            "ROLLCALL_KAFKA_SECURITY": "SASL_SSL",
            "ROLLCALL_KAFKA_USER": USER,
            "ROLLCALL_KAFKA_PASSWORD": PASSWORD,
            "ROLLCALL_KAFKA_CA": str(self.certificates.ca),
        }

    def settings(self, base: Settings) -> Settings:
        """The same, as settings."""
        return base.model_copy(
            update={
                "bootstrap": self.bootstrap,
                "kafka_security": "SASL_SSL",
                "kafka_user": USER,
                "kafka_password": SecretStr(PASSWORD),
                "kafka_ca": self.certificates.ca,
            }
        )


@contextmanager
def guarded_broker(folder: Path, settings: Settings) -> Iterator[Broker]:
    """Start one from the local stack's own jars, wait until it lets us in, and stop it."""
    port, controller = _ports()
    broker = Broker(f"127.0.0.1:{port}", certificates(folder))
    jars = list(fetch(locked()["kafka"], settings.cache, repository(settings.maven)).values())
    config = properties(folder / "server.properties", _told(folder, port, controller))
    users = [f"--add-scram=SCRAM-SHA-512=[name={USER},password={PASSWORD}]"]
    users += ["--add-scram=SCRAM-SHA-512=[name=broker,password=of-the-broker]"]
    format_log(folder, config, jars, *users)
    options = (*shared(archive(settings.cache, "kafka", jars)), *LOGGING)
    argv = java("512m", (*class_path(jars), "kafka.Kafka", str(config)), *options)
    leash, held = os.pipe()  # ends it when this process ends, however that comes about
    child = Child(Part("kafka", argv, cwd=folder, stop_signal=SIGKILL), folder / "kafka.log", leash, lambda: None)
    try:
        child.start()
        eventually(partial(_lets_in, broker.settings(settings), folder / "kafka.log"), 60)
        yield broker
    finally:
        child.stop()
        os.close(held)
        os.close(leash)


def _told(folder: Path, port: int, controller: int) -> dict[str, object]:
    listener = f"SASL_SSL://127.0.0.1:{port}"
    return {
        **configuration(folder, port, controller),
        "listeners": f"{listener},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": listener,
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL",
        "inter.broker.listener.name": "SASL_SSL",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": JAAS,
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": folder / "server.pem",
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": folder / "ca.pem",
    }


def _ports() -> tuple[int, int]:
    """Two that nobody uses; not those that the homes of stacks choose from."""
    found = [port for port in range(32_100, 32_300) if free(port)]
    return found[0], found[-1]


def _lets_in(settings: Settings, log: Path) -> None:
    try:
        AdminClient({**librdkafka(settings), "log_level": 0}).list_topics(timeout=1)
    except KafkaException as error:
        raise AssertionError(f"{error}; {log.read_text()[-1500:]}") from error
