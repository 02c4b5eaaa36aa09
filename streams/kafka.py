"""How this project's clients find Kafka and log in: settings in librdkafka's and in Faust's own words."""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schemas.faults import Misconfigured
from streams.settings import Settings, variable

ClientConfig = Mapping[str, Any]
"""What every librdkafka client of this installation is told, whatever else it is."""


def librdkafka(settings: Settings) -> dict[str, Any]:
    """Return what every confluent-kafka client needs: where the brokers are, and how to log in.

    Raises:
        Misconfigured: what the chosen security needs is missing.

    """
    config: dict[str, Any] = {"bootstrap.servers": settings.bootstrap}
    if settings.kafka_security != "PLAINTEXT":
        config["security.protocol"] = settings.kafka_security
    if (login := _login(settings)) is not None:
        config["sasl.mechanism"] = settings.kafka_mechanism
        config["sasl.username"], config["sasl.password"] = login
    if is_encrypted(settings):
        config |= {"enable.ssl.certificate.verification": True, "ssl.endpoint.identification.algorithm": "https"}
        for name, setting in (("ca", "kafka_ca"), ("certificate", "kafka_certificate"), ("key", "kafka_key")):
            if (file := _file(settings, setting)) is not None:
                config[f"ssl.{name}.location"] = str(file)
    return config


def faust_options(settings: Settings) -> dict[str, Any]:
    """Return the same as options of a Faust app, for our transport."""
    from faust import SASLCredentials, SSLCredentials  # seconds that only a host needs

    options: dict[str, Any] = {"broker": f"chunks://{settings.bootstrap}"}
    context, login = _context(settings), _login(settings)
    if login is not None:
        options["broker_credentials"] = SASLCredentials(
            username=login[0], password=login[1], ssl_context=context, mechanism=settings.kafka_mechanism
        )
    elif context is not None:
        options["broker_credentials"] = SSLCredentials(context)
    return options


def _login(settings: Settings) -> tuple[str, str] | None:
    if not has_login(settings):
        return None
    if settings.kafka_user is None or settings.kafka_password is None:
        lacking = "kafka_user" if settings.kafka_user is None else "kafka_password"
        raise Misconfigured(
            f"{variable('kafka_security')} is {settings.kafka_security}, which needs a login, and {variable(lacking)}"
            f" is missing; mend: set it, or let {variable(lacking)}_FILE name a file that holds it"
        )
    return settings.kafka_user, settings.kafka_password.get_secret_value()


def _file(settings: Settings, name: str) -> Path | None:
    file: Path | None = getattr(settings, name)
    if file is not None and not file.is_file():
        raise Misconfigured(f"{variable(name)} is {file}, and there is no such file; mend: name a PEM file")
    return file


def _context(settings: Settings) -> ssl.SSLContext | None:
    """Return how the aiokafka inside Faust checks brokers: as strictly as librdkafka, host name included."""
    if not is_encrypted(settings):
        return None
    ca, certificate = _file(settings, "kafka_ca"), _file(settings, "kafka_certificate")
    context = ssl.create_default_context(cafile=ca)
    if certificate is not None:
        context.load_cert_chain(certificate, _file(settings, "kafka_key"))
    return context


def has_login(settings: Settings) -> bool:
    """Whether clients log in by name and password."""
    return settings.kafka_security.startswith("SASL")


def is_encrypted(settings: Settings) -> bool:
    """Whether clients speak TLS."""
    return settings.kafka_security.endswith("SSL")
