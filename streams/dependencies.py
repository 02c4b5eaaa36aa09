"""What a role needs from outside, asked when somebody asks after the role: PostgreSQL and Kafka."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from schemas.faults import Unavailable
from schemas.topics import CDC
from streams.database import Connection, Database
from streams.kafka import librdkafka
from streams.settings import Settings

WITHIN = 0.8
"""Seconds that whoever asks waits at most: an orchestrator gives a probe one second."""
KEPT = 1.0
"""Seconds for which an answer is given again: many may ask."""
DEADLINE = timedelta(seconds=2)


class Probe:
    """Asks in a thread of its own, one question at a time, and says what is wrong; or None."""

    def __init__(self, ask: Callable[[], None]) -> None:
        """`ask` raises what is wrong."""
        self._ask = ask
        self._lock = threading.Lock()
        self._answered = threading.Event()
        self._answered.set()
        self._began = -KEPT
        self._said: str | None = None

    def __call__(self) -> str | None:
        """Ask, or give the answer of a moment ago."""
        with self._lock:
            if self._answered.is_set() and time.monotonic() - self._began >= KEPT:
                self._answered.clear()
                self._began = time.monotonic()
                threading.Thread(target=self._work, name="probe", daemon=True).start()
        if self._answered.wait(WITHIN):
            return self._said
        return self._said or f"has not answered for {time.monotonic() - self._began:.1f} s"

    def _work(self) -> None:
        try:
            self._ask()
            self._said = None
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
            self._said = str(error) or type(error).__name__
        finally:
            self._answered.set()


def dependencies(settings: Settings, role: str) -> Mapping[str, Callable[[], str | None]]:
    """Return how a database role's process asks what it needs; connections are made with the first question."""
    database = Database(settings.dsn(role), "readyz", DEADLINE)

    def one(connection: Connection) -> None:
        connection.execute("select 1")

    @cache
    def admin() -> AdminClient:
        return AdminClient({**librdkafka(settings), "client.id": "readyz", "log_level": 0, "error_cb": lambda _: None})

    def cluster() -> None:
        admin().poll(0)
        try:
            admin().list_topics(CDC.name, timeout=DEADLINE.total_seconds())
        except KafkaException as error:
            raise Unavailable(f"Kafka at {settings.bootstrap}: {error.args[0].str()}") from error

    return {"database": Probe(lambda: database.run(one)), "kafka": Probe(cluster)}
