"""Ask Kafka to let us in before anything is consumed, and say what is wrong when it does not.

Whoever runs already waits in place instead, with the client's own retries.
"""

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from schemas.faults import Misconfigured, Unavailable
from streams.kafka import has_login, is_encrypted, librdkafka
from streams.settings import Settings, variable

WITHIN = 10.0
"""Seconds in which a broker must have answered."""
ASKED = 1.0
LEAST = 0.1
"""Seconds that a broker has to answer one question, and has even where there is hardly time left."""
REFUSED: Mapping[int, str] = {
    # The names are the library's, private though they look.
    KafkaError._AUTHENTICATION: "it refuses the login",  # noqa: SLF001
    KafkaError.SASL_AUTHENTICATION_FAILED: "it refuses the login",
    KafkaError.UNSUPPORTED_SASL_MECHANISM: "it does not know the mechanism",
    KafkaError._SSL: "there is no TLS that both sides accept",  # noqa: SLF001
}


def reach(settings: Settings, name: str, within: float | None = None) -> AdminClient:
    """Return an admin client that a broker has let in, within so many seconds, `WITHIN` by default.

    Raises:
        Misconfigured: a broker answers, and does not let us in; or a setting cannot be right whatever it says.
        Unavailable: none answers.

    """
    said: list[KafkaError] = []
    config = {**librdkafka(settings), "client.id": name, "log_level": 0, "error_cb": said.append}
    try:
        client = AdminClient(config)
    except KafkaException as error:  # a PEM file that is none, a place without a host
        raise Misconfigured(
            f"Kafka's client refuses its settings: {error.args[0].str()}; {_remedy(settings)}"
        ) from error
    until = time.monotonic() + (WITHIN if within is None else within)
    while True:
        try:
            client.list_topics(timeout=min(ASKED, max(until - time.monotonic(), LEAST)))
        except KafkaException as error:
            client.poll(0)  # hands over what the client has met meanwhile
            _judge(settings, said)
            if time.monotonic() > until:
                raise Unavailable(_unanswered(settings, error)) from error
        else:
            return client


def _judge(settings: Settings, said: list[KafkaError]) -> None:
    for error in said:
        if error.code() in REFUSED:
            raise Misconfigured(
                f"Kafka at {settings.bootstrap}: {REFUSED[error.code()]} ({error.str()}); {_remedy(settings)}"
            )
    if said and not is_encrypted(settings) and (place := _speaks_tls(settings)):
        raise Misconfigured(
            f"Kafka at {place} speaks TLS, and {variable('kafka_security')} is {settings.kafka_security};"
            f" mend: {variable('kafka_security')}=SASL_SSL with {variable('kafka_user')} and"
            f" {variable('kafka_password')}, or SSL"
        )


def _unanswered(settings: Settings, error: KafkaException) -> str:
    listening = [place for place, _ in _connected(settings)]
    if not listening:
        return f"nobody listens at {settings.bootstrap} ({variable('bootstrap')}); mend: start Kafka, or name its place"
    return (
        f"{', '.join(listening)} ({variable('bootstrap')}) takes connections, and does not answer as Kafka does with"
        f" {settings.kafka_security} ({error.args[0]}); mend: {variable('kafka_security')} as its listener has it"
    )


def _remedy(settings: Settings) -> str:
    names = ["kafka_security"]
    names += ["kafka_mechanism", "kafka_user", "kafka_password"] if has_login(settings) else []
    names += ["kafka_ca"] if is_encrypted(settings) else []
    shown = ", ".join(f"{variable(name)}={_shown(settings, name)}" for name in names)
    return f"mend what is wrong of {shown}"


def _shown(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    return "(the system's)" if value is None else str(value)


def _places(settings: Settings) -> list[tuple[str, int]]:
    named = (each.strip().rpartition(":") for each in settings.bootstrap.split(","))
    return [(host.strip("[]"), int(port)) for host, _, port in named if host and port.isdigit()]


def _connected(settings: Settings) -> Iterator[tuple[str, socket.socket]]:
    """Yield the places that take connections, each with one."""
    for host, port in _places(settings):
        with suppress(OSError), socket.create_connection((host, port), timeout=ASKED) as connection:
            yield f"{host}:{port}", connection


def _speaks_tls(settings: Settings) -> str | None:
    """Return the first place that answers a TLS greeting; whose certificate it shows does not matter here."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for place, plain in _connected(settings):
        with suppress(OSError), context.wrap_socket(plain):
            return place
    return None
