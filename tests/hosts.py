"""A site of its own for a test with hosts: database, topics and worker processes that no other test touches."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from psycopg import sql
from psycopg.rows import TupleRow

from schemas.events import Event
from schemas.origin import HEADER, Origin, Place
from schemas.topics import Topic
from schemas.wire import Codec, Headers, headers
from streams.kafka import librdkafka
from streams.outbox import partition_of
from streams.record import Record
from streams.settings import Settings
from tests.eventually import eventually
from tests.faults.counting import codec

Connection = psycopg.Connection[TupleRow]
PARTITIONS = 6
STOPPED = 70


@dataclass
class Worker:
    """A host process and what it says."""

    process: subprocess.Popen[bytes]
    log: Path

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        self.process.send_signal(number)
        if number is signal.SIGKILL:
            self.process.wait(10)

    def end(self) -> int:
        """SIGTERM, and the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.left()

    def left(self, within: float = 30.0) -> int:
        """The exit code of a host that has been told to end; one that does not says where it hangs."""
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGUSR1)
            eventually(lambda: "hread 0x" in self.said())
            raise AssertionError(f"{self.log.name} does not end: {self.said()[-6000:]}") from None

    def said(self) -> str:
        return self.log.read_text(errors="replace")


@dataclass
class Site:
    """Where a test's hosts live."""

    settings: Settings
    name: str
    folder: Path
    partitions: int = PARTITIONS
    workers: list[Worker] = field(default_factory=list)
    emitted: int = 0
    refused: list[str] = field(default_factory=list)
    """What Kafka did not take: such a record was never there to be lost."""

    def __post_init__(self) -> None:
        self.source = Topic(f"{self.name}.in", self.partitions, "key")
        self.sink = Topic(f"{self.name}.out", self.partitions, "key")
        self.reader = f"agents.{self.name}"
        self.codec: Codec = codec(self.source, self.sink)
        self.producer = Producer(
            {
                **librdkafka(self.settings),
                "linger.ms": 5,
                "enable.idempotence": True,
                "max.in.flight.requests.per.connection": 1,
                "reconnect.backoff.max.ms": 500,
                "queue.buffering.max.messages": 500_000,
                "log_level": 2,
            }
        )
        self.database: Connection = psycopg.connect(self.settings.dsn("postgres"), autocommit=True)

    # -- what goes in

    def write(self, key: str, value: bytes | None, extra: Headers = (), *, origin: Origin | None = None) -> Origin:  # type: ignore[assignment]
        """Produce a record under the next place of an emitter of its own, or under a given one."""
        if origin is None:
            self.emitted += 1
            origin = Origin("test|0|0", Place(1, self.emitted))
        raw = key.encode()
        self.producer.produce(
            self.source.name, value, raw, partition_of(raw, self.partitions),
            headers=[*extra, (HEADER, origin.header())], on_delivery=self._delivered,
        )  # fmt: skip
        return origin

    def tell(self, event: Event, *, partition: int | None = None) -> None:
        """Produce an event; a broadcast goes into every partition."""
        value, extra = self.codec.encode(self.source, event), headers(event)
        if not event.key.startswith("world:"):
            self.write(event.key, value, extra)
            return
        for each in range(self.partitions) if partition is None else (partition,):
            self.emitted += 1
            self.producer.produce(
                self.source.name, value, event.key.encode(), each,
                headers=[*extra, (HEADER, Origin("test|0|0", Place(1, self.emitted)).header())],
                on_delivery=self._delivered,
            )  # fmt: skip

    def _delivered(self, error: KafkaError | None, _: object) -> None:
        if error is not None:
            self.refused.append(str(error))

    def flush(self) -> None:
        assert self.producer.flush(30) == 0
        assert not self.refused

    # -- processes

    def start(self, instance: str | None = "0", crash: str | None = None, **task: Any) -> Worker:
        """Start a host; `task` is what else `tests.faults.worker.Task` takes."""
        own = self.settings
        given = {
            "home": str(self.folder), "bootstrap": own.bootstrap, "postgres_port": own.postgres_port,
            "postgres_database": own.postgres_database, "session_timeout": "2", "crash": crash,
            "registry_url": own.registry_url,
            "passwords": {role: secret.get_secret_value() for role, secret in own.passwords.items()},
            **task.pop("settings", {}),
        }  # fmt: skip
        told = {"source": self.source.name, "sink": self.sink.name, "reader": self.reader, "instance": instance,
                "partitions": self.partitions, "settings": given, **task}  # fmt: skip
        log = self.folder / f"worker-{len(self.workers)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.worker", json.dumps(told)], stdout=output, stderr=output
            )
        self.workers.append(Worker(process, log))
        return self.workers[-1]

    def stop(self) -> list[int]:
        """End all that still run; return their exit codes."""
        running = [worker for worker in self.workers if worker.process.poll() is None]
        for worker in running:
            worker.process.send_signal(signal.SIGCONT)
            worker.process.terminate()
        return [worker.end() for worker in running]

    # -- what came of it

    def rows(self, query: str, *given: object) -> list[TupleRow]:
        return self.database.execute(query.encode(), given).fetchall()

    def position(self) -> int:
        """Records that the host has committed, over all partitions."""
        return int(
            self.rows("select coalesce(sum(next_offset), 0) from rollcall.positions where reader = %s", self.reader)[0][
                0
            ]
        )

    def ends(self, topic: Topic) -> dict[int, int]:
        """Where each partition of a topic ends."""
        consumer = Consumer({**librdkafka(self.settings), "group.id": "nobody", "log_level": 2})

        def end(partition: int) -> tuple[int, int]:
            try:  # a topic that has just been created, or whose broker has, may have no leader yet
                found = consumer.get_watermark_offsets(TopicPartition(topic.name, partition), timeout=5)
            except KafkaException as error:
                raise AssertionError(str(error)) from error
            return partition, found[1]

        try:
            return dict(eventually(partial(end, each), 20) for each in range(topic.partitions))
        finally:
            consumer.close()

    def caught_up(self, within: float = 30.0) -> None:
        """Wait until everything that was produced is committed, and everything emitted is confirmed."""
        self.flush()
        end = sum(self.ends(self.source).values())
        eventually(lambda: self._settled(end), within)

    def _settled(self, end: int) -> None:
        assert self.position() == end, self.said()
        assert self.rows("select count(*) from rollcall.outbox") == [(0,)], "the outbox is not empty"

    def said(self) -> str:
        """The last words of each worker."""
        return "\n".join(f"{worker.log.name}: {worker.said()[-1500:]}" for worker in self.workers)

    def read(self, topic: Topic) -> list[Record]:
        """Everything in a topic, by partition and offset."""
        ends = self.ends(topic)
        consumer = Consumer(
            {
                **librdkafka(self.settings),
                "group.id": "nobody",
                "enable.auto.commit": False,
                "log_level": 2,
            }
        )
        consumer.assign([TopicPartition(topic.name, each, 0) for each, end in ends.items() if end])
        found: list[Record] = []
        while len(found) < sum(ends.values()):
            first = consumer.poll(10)  # `consume(n, t)` would wait the whole t
            assert first is not None, f"{topic.name} ends after {len(found)} of {sum(ends.values())} records"
            messages = [first, *consumer.consume(5000, 0)]
            found += [
                Record(
                    each.topic(),
                    each.partition(),
                    each.offset(),
                    each.key(),
                    each.value(),
                    list(each.headers() or ()),
                    0,
                )
                for each in messages
            ]
        consumer.close()
        return sorted(found, key=lambda record: (record.partition, record.offset))

    def events(self, topic: Topic) -> list[Event]:
        """The events that are news in a topic."""
        return [self.codec.decode(record.value) for record in self.news(topic)]

    def news(self, topic: Topic) -> list[Record]:
        """What is news in a topic: repeats dropped as every reader drops them."""
        seen: dict[tuple[int, str], Place] = {}
        news = []
        for record in self.read(topic):
            assert record.origin is not None
            place = (record.partition, record.origin.emitter)
            if place not in seen or record.origin.place > seen[place]:
                seen[place] = record.origin.place
                news.append(record)
        return news


def create(settings: Settings, topics: Iterable[Topic]) -> None:
    """Create topics with their dead letters."""
    admin = AdminClient({**librdkafka(settings), "log_level": 2})
    wanted = [NewTopic(each.name, each.partitions, 1) for topic in topics for each in (topic, topic.dlq)]
    for created in admin.create_topics(wanted).values():
        created.result(20)


def delete(settings: Settings, topics: Iterable[Topic]) -> None:
    """Delete topics and their dead letters."""
    admin = AdminClient({**librdkafka(settings), "log_level": 2})
    for deleted in admin.delete_topics([each.name for topic in topics for each in (topic, topic.dlq)]).values():
        deleted.result(20)


@contextmanager
def runtime(settings: Settings, name: str) -> Iterator[Settings]:
    """A database with the runtime's tables and nothing else."""
    own = settings.model_copy(update={"postgres_database": name})
    with psycopg.connect(settings.dsn("postgres"), autocommit=True) as server:
        server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        try:
            with psycopg.connect(own.dsn("postgres")) as fresh:
                for migration in ("0001_runtime", "0005_burials", "0008_states_as_they_are"):
                    fresh.execute(files("schemas").joinpath(f"sql/{migration}.sql").read_bytes())
            yield own
        finally:
            server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@contextmanager
def site(settings: Settings, folder: Path, name: str = "site", partitions: int = PARTITIONS) -> Iterator[Site]:
    """A site, and nothing of it left afterwards."""
    unique = f"{name}_{uuid4().hex[:8]}"
    with runtime(settings, unique) as own:
        made = Site(own, unique, folder, partitions)
        create(own, (made.source, made.sink))
        try:
            yield made
        finally:
            for worker in made.workers:
                if worker.process.poll() is None:
                    worker.process.send_signal(signal.SIGCONT)
                    worker.kill()
            made.database.close()
            delete(own, (made.source, made.sink))
