"""The reader through crashes and outages, with numbered records: none lost, none doubled, none out of order."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import psycopg
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from schemas.origin import Place, parse
from streams.migrate import migrate
from streams.settings import Settings
from tests.eventually import eventually
from tests.fresh import fresh_database
from tests.streams.counting import TABLE

pytestmark = pytest.mark.stack
PARTITIONS = 3


@pytest.fixture(scope="module")
def own(settings: Settings) -> Iterator[Settings]:
    """Settings of a database of its own, with a table to count in."""
    with fresh_database(settings) as fresh:
        migrate(fresh)
        with psycopg.connect(fresh.dsn("postgres")) as connection:
            connection.execute(TABLE)
        yield fresh


class Run:
    """One topic of numbered records, the processes that read it, and the books."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.topic, self.sent = settings, f"numbers.{uuid4().hex[:8]}", 0
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.create()

    def create(self) -> None:
        names = (self.topic, f"{self.topic}.out", f"{self.topic}.dlq")
        admin = AdminClient({"bootstrap.servers": self.settings.bootstrap})
        for future in admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in names]).values():
            future.result()

    def send(self, count: int, *extra: str) -> None:
        """Send the next numbers, every seventh twice as an outbox does, and `extra` values among them."""
        producer = Producer({"bootstrap.servers": self.settings.bootstrap, "linger.ms": 1})
        values = [str(number) for number in range(self.sent, self.sent + count)]
        values[count // 2 : count // 2] = extra
        for place, value in enumerate(values, self.sent * 2 + 1):
            partition = place % PARTITIONS
            for _ in range(2 if place % 7 == 0 else 1):
                headers = [("origin", f"test|id|{partition}|1|{place}".encode())]
                producer.produce(self.topic, value, f"k{place}", partition, headers=headers)
        producer.flush()
        self.sent += count

    def start(self, crash: str | None = None, instance: str = "", **environment: str) -> subprocess.Popen[bytes]:
        env = {**os.environ, "ROLLCALL_HOME": str(self.settings.home), "ROLLCALL_SESSION_TIMEOUT": "2"}
        env |= {"ROLLCALL_POSTGRES_DATABASE": self.settings.postgres_database, **environment}
        if crash:
            env["ROLLCALL_CRASH"] = crash
        argv = [sys.executable, "-m", "tests.streams.counting", self.topic, instance]
        self.processes[instance] = subprocess.Popen(argv, env=env)
        return self.processes[instance]

    def counted(self) -> list[tuple[int, str]]:
        with psycopg.connect(self.settings.dsn("postgres")) as connection:
            statement = "select partition, value from public.counted where topic = %s order by ctid"
            return connection.execute(statement, (self.topic,)).fetchall()

    def complete(self, within: float = 30.0) -> None:
        def all_there() -> None:
            assert len({value for _, value in self.counted()}) >= self.sent

        eventually(all_there, within)

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
            process.wait(15)

    def records(self, suffix: str) -> list[tuple[int, str, dict[str, bytes]]]:
        """What was sent on, repeats left out as every reader does."""
        name = f"{self.topic}{suffix}"
        consumer = Consumer({"bootstrap.servers": self.settings.bootstrap, "group.id": "books"})
        found: list[tuple[int, str, dict[str, bytes]]] = []
        seen: dict[str, Place] = {}
        try:
            for partition in range(PARTITIONS):
                end = consumer.get_watermark_offsets(TopicPartition(name, partition), timeout=5)[1]
                consumer.assign([TopicPartition(name, partition, 0)])
                for message in (consumer.poll(5) for _ in range(end)):
                    headers = dict(message.headers())
                    origin = parse(headers["origin"])
                    if origin.place > seen.get(origin.emitter, Place(0, 0)):
                        seen[origin.emitter] = origin.place
                        found.append((partition, message.value().decode(), headers))
        finally:
            consumer.close()
        return found

    def check(self) -> None:
        """Every number once, in order per partition, in the table and in what was sent on; the memory agrees."""
        wanted = Counter(str(number) for number in range(self.sent))
        for books in (self.counted(), [each[:2] for each in self.records(".out")]):
            assert Counter(value for _, value in books) == wanted
            for partition in range(PARTITIONS):
                numbers = [int(value) for where, value in books if where == partition]
                assert numbers == sorted(numbers)
        with psycopg.connect(self.settings.dsn("postgres")) as connection:
            rows = connection.execute(
                "select memory from rollcall.positions where topic = %s", (self.topic,)
            ).fetchall()
        assert sum(int(memory) for (memory,) in rows if memory) == self.sent


@pytest.fixture
def run(own: Settings) -> Iterator[Run]:
    running = Run(own)
    with ExitStack() as exits:
        exits.callback(running.stop)
        yield running


@pytest.mark.parametrize("crash", ["after_poll", "after_fold", "before_commit", "after_commit", "after_send"])
def test_nothing_is_lost_or_doubled_by_kill_9(run: Run, crash: str) -> None:
    for round_ in range(1, 4):
        dying = run.start(f"{crash}:{round_}")
        run.send(300)
        assert dying.wait(30) == -signal.SIGKILL
    run.start()
    run.send(300)
    run.complete()
    run.stop()

    run.check()


def test_a_refused_record_is_buried_and_its_neighbours_go_on(run: Run) -> None:
    run.send(200, "refuse this", "raise for that")
    run.start()
    run.complete()
    eventually(lambda: len(run.records(".dlq")) == 2)
    run.stop()

    run.check()
    causes = {value: headers["dlq-cause"] for _, value, headers in run.records(".dlq")}
    assert causes == {"refuse this": b"Refused", "raise for that": b"Undecodable"}
