"""How a Java client of Kafka is told what `streams/kafka.py` tells ours: the same settings in its words."""

from collections.abc import Iterable
from pathlib import Path

from streams.kafka import has_login, is_encrypted, librdkafka
from streams.settings import Settings

LOGINS = {
    "PLAIN": "org.apache.kafka.common.security.plain.PlainLoginModule",
    "SCRAM-SHA-256": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "SCRAM-SHA-512": "org.apache.kafka.common.security.scram.ScramLoginModule",
}


def java_client(settings: Settings, folder: Path, prefixes: Iterable[str]) -> dict[str, object]:
    """Return properties, under each prefix; a key and its certificate are put into one file in `folder`.

    Raises:
        Misconfigured: what the chosen security needs is missing.

    """
    checked = librdkafka(settings)
    told: dict[str, object] = {"bootstrap.servers": settings.bootstrap}
    if settings.kafka_security != "PLAINTEXT":
        told["security.protocol"] = settings.kafka_security
    if has_login(settings):
        told["sasl.mechanism"] = settings.kafka_mechanism
        name, password = (_quoted(str(checked[f"sasl.{each}"])) for each in ("username", "password"))
        told["sasl.jaas.config"] = f"{LOGINS[settings.kafka_mechanism]} required username={name} password={password};"
    if is_encrypted(settings) and settings.kafka_ca is not None:
        told |= {"ssl.truststore.type": "PEM", "ssl.truststore.location": settings.kafka_ca}
    if is_encrypted(settings) and settings.kafka_certificate is not None:
        told |= {"ssl.keystore.type": "PEM", "ssl.keystore.location": _key_store(settings, folder)}
    return {f"{prefix}{name}": value for prefix in prefixes for name, value in told.items()}


def _key_store(settings: Settings, folder: Path) -> Path:
    store = folder / "client.pem"
    store.touch(mode=0o600)
    parts = (settings.kafka_key, settings.kafka_certificate)
    store.write_text("".join(part.read_text(encoding="ascii") for part in parts if part is not None), encoding="ascii")
    return store


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
