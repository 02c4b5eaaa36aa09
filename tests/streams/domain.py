"""Domain topics of the stack, a database of its own, and one role of this project in a process that can be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from uuid import uuid4

import psycopg
from confluent_kafka import Consumer, Producer, TopicPartition

from schemas.events import Event
from schemas.topics import Topic, home
from schemas.wire import Codec, headers
from streams import topics
from streams.kafka import librdkafka
from streams.letters import AGENT, CAUSE
from streams.migrate import migrate
from streams.outbox import partition_of
from streams.registry import Registry
from streams.settings import Settings
from tests.eventually import eventually
from tests.fresh import fresh_database


@dataclass
class Domain:
    """Writes events as a host would: keyed, with origin, agent and cause."""

    settings: Settings
    codec: Codec
    emitter: str = field(default_factory=lambda: f"test|{uuid4().hex}|0")
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    sequence: Iterator[int] = field(default_factory=lambda: count(1))

    def rows(self, query: str, *arguments: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.settings.dsn("postgres")) as connection:
            return connection.execute(query.encode(), arguments).fetchall()

    def count(self, table: str, column: str, *values: object) -> object:
        return self.rows(f"select count(*) from {table} where {column} = any(%s)", list(values))[0][0]

    def execute(self, query: str) -> None:
        with psycopg.connect(self.settings.dsn("postgres")) as connection:
            connection.execute(query.encode())

    def send(self, *events: Event, agent: str = "attendance", again: str | None = None) -> None:
        """Send events, each twice, as an outbox does after a crash: the second is a repeat. `again`: for whom."""
        producer = self._producer()
        for event in events:
            topic, key = home(type(event)), event.key.encode()
            place = next(self.sequence)
            said = [
                *headers(event),
                (AGENT, agent.encode()),
                (CAUSE, f"rollcall.workforce.v1/3/{place}".encode()),
                ("origin", f"{self.emitter}|1|{place}".encode()),
                *([("for", again.encode())] if again else []),
            ]
            for _ in range(2):
                where = partition_of(key, topic.partitions)
                producer.produce(topic.name, self.codec.encode(topic, event), key, where, headers=said)
        producer.flush()

    def send_raw(self, topic: Topic, key: bytes, value: bytes) -> None:
        """Send bytes that are no event."""
        producer = self._producer()
        producer.produce(topic.name, value, key, partition_of(key, topic.partitions))
        producer.flush()

    def _producer(self) -> Producer:
        return Producer({**librdkafka(self.settings), "linger.ms": 1, "max.in.flight.requests.per.connection": 1})

    def start(self, role: str, crash: str | None = None) -> subprocess.Popen[bytes]:
        env = {**os.environ, "ROLLCALL_HOME": str(self.settings.home), "ROLLCALL_SESSION_TIMEOUT": "2"}
        env["ROLLCALL_POSTGRES_DATABASE"] = self.settings.postgres_database
        if crash:
            env["ROLLCALL_CRASH"] = crash
        self.processes.append(subprocess.Popen([sys.executable, "-m", "streams", "run", role], env=env))
        return self.processes[-1]

    def start_until_dead(self, role: str, crash: str, *events: Event, agent: str) -> None:
        """Start a process that dies at a point while it works on these events."""
        dying = self.start(role, crash)
        self.send(*events, agent=agent)
        eventually(partial(self._dead, dying), 40)

    @staticmethod
    def _dead(process: subprocess.Popen[bytes]) -> None:
        assert process.poll() == -signal.SIGKILL

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            process.wait(20)
        self.processes.clear()

    def buried(self, topic: Topic, key: bytes) -> list[dict[str, str]]:
        """Headers of the dead letters with a key, those of repeats left out."""
        consumer = Consumer({**librdkafka(self.settings), "group.id": "books"})
        try:
            place = TopicPartition(topic.dlq.name, partition_of(key, topic.partitions), 0)
            end = consumer.get_watermark_offsets(place, timeout=5)[1]
            consumer.assign([place])
            messages = [message for message in (consumer.poll(5) for _ in range(end)) if message.key() == key]
        finally:
            consumer.close()
        found = [{name: value.decode() for name, value in message.headers()} for message in messages]
        return list({said["origin"]: said for said in found}.values())


@contextmanager
def domain(settings: Settings) -> Iterator[Domain]:
    """Topics as declared, schemas registered, a migrated database whose captured tables take rows."""
    topics.apply(settings)
    with fresh_database(settings) as fresh:
        migrate(fresh)
        registry = Registry(settings.registry_url)
        opened = Domain(fresh, registry.codec())
        opened.execute("update rollcall.captures set confirmed_at = clock_timestamp()")
        try:
            yield opened
        finally:
            opened.stop()
            registry.close()
