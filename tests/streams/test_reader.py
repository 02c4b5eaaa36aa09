"""The reader through crashes and outages, with numbered records: none lost, none doubled, none out of order."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from uuid import uuid4

import psycopg
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from schemas.faults import NoProgress
from schemas.origin import Place, parse
from streams.database import Database
from streams.kafka import librdkafka
from streams.local.runner import Stack
from streams.membership import Group, Membership
from streams.migrate import migrate
from streams.outbox import Sender
from streams.reader import Ends, Reader
from streams.record import Record
from streams.settings import Settings
from tests.eventually import eventually
from tests.fresh import fresh_database
from tests.streams.counting import TABLE, Counting
from tests.streams.wire import Cut, Wire, wire_to

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
        self.processes: list[subprocess.Popen[bytes]] = []
        self.create()

    def create(self) -> None:
        names = (self.topic, f"{self.topic}.out", f"{self.topic}.dlq")
        admin = AdminClient(librdkafka(self.settings))
        for future in admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in names]).values():
            future.result()

    def send(self, count: int, *extra: str) -> None:
        """Send the next numbers, every seventh twice as an outbox does, and `extra` values among them."""
        producer = Producer({**librdkafka(self.settings), "linger.ms": 1, "max.in.flight.requests.per.connection": 1})
        values = [str(number) for number in range(self.sent, self.sent + count)]
        values[count // 2 : count // 2] = extra
        for place, value in enumerate(values, self.sent * 2 + 1):
            partition = place % PARTITIONS
            for _ in range(2 if place % 7 == 0 else 1):
                headers = [("origin", f"test|id|{partition}|1|{place}".encode())]
                producer.produce(self.topic, value, f"k{place}", partition, headers=headers)
        producer.flush()
        self.sent += count

    def send_until_dead(self, dying: subprocess.Popen[bytes]) -> None:
        """Send a few more to a process, which must have been killed by then."""
        if dying.poll() is None:
            self.send(20)
        assert dying.returncode == -signal.SIGKILL

    def start(
        self, crash: str | None = None, name: str = "one", session: int = 2, **environment: str
    ) -> subprocess.Popen[bytes]:
        """Start a process, a member of the group under `name`."""
        env = {**os.environ, "ROLLCALL_HOME": str(self.settings.home), "ROLLCALL_SESSION_TIMEOUT": str(session)}
        env |= {"ROLLCALL_POSTGRES_DATABASE": self.settings.postgres_database, "ROLLCALL_INSTANCE": name, **environment}
        if crash:
            env["ROLLCALL_CRASH"] = crash
        options = (f"max.poll.interval.ms={3000 * session}",)
        self.processes.append(
            subprocess.Popen([sys.executable, "-m", "tests.streams.counting", self.topic, *options], env=env)
        )
        return self.processes[-1]

    def counted(self) -> list[tuple[int, str]]:
        with psycopg.connect(self.settings.dsn("postgres")) as connection:
            statement = "select partition, value from public.counted where topic = %s order by number"
            return connection.execute(statement, (self.topic,)).fetchall()

    def complete(self, within: float = 30.0) -> None:
        def all_there() -> None:
            assert len({value for _, value in self.counted()}) >= self.sent

        eventually(all_there, within)

    def stop(self) -> None:
        """Ask all to end; each must, in order."""
        for process in self.processes:
            process.terminate()
        ended = {process.wait(15) for process in self.processes}
        self.processes.clear()
        assert ended <= {0, -signal.SIGKILL, -signal.SIGTERM}  # the last: before it had begun

    def kill(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()

    def owners(self) -> dict[str, int]:
        """How many partitions each claim holds."""
        with psycopg.connect(self.settings.dsn("postgres")) as connection:
            statement = "select writer, count(*) from rollcall.positions where topic = %s group by 1"
            return dict(connection.execute(statement, (self.topic,)).fetchall())

    def records(self, suffix: str) -> list[tuple[int, str, dict[str, bytes]]]:
        """What was sent on, repeats left out as every reader does."""
        name = f"{self.topic}{suffix}"
        consumer = Consumer({**librdkafka(self.settings), "group.id": "books"})
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
        exits.callback(running.kill)
        yield running


@pytest.mark.parametrize("crash", ["after_poll", "after_fold", "before_commit", "after_commit", "after_send"])
def test_nothing_is_lost_or_doubled_by_kill_9(run: Run, crash: str) -> None:
    for round_ in range(1, 4):
        dying = run.start(f"{crash}:{round_}")
        eventually(partial(run.send_until_dead, dying), 20)
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


def allow(run: Run, per_hour: int) -> None:
    with psycopg.connect(run.settings.dsn("rollcall_console")) as connection:
        connection.execute(
            "insert into rollcall.burial_quotas (topic, per_hour, author, note) values (%s, %s, 'tests', '')",
            (run.topic, per_hour),
        )


def test_a_reader_stops_before_it_buries_more_than_it_may_and_loses_nothing(run: Run) -> None:
    bad = [f"{how} {number}" for number in range(3) for how in ("refuse", "raise")]
    allow(run, 4)
    run.send(100, *bad)
    for _ in range(2):  # a crash loop has no fresh quota each time
        assert run.start().wait(60) not in (0, None)
        run.processes.clear()
    assert len(run.records(".dlq")) <= 4
    assert len(run.counted()) < run.sent

    allow(run, 6)
    run.start()
    run.send(100)
    run.complete(60)
    run.stop()

    run.check()
    assert sorted(value for _, value, _ in run.records(".dlq")) == sorted(bad)


def test_a_zombie_harms_nobody(run: Run) -> None:
    for point in ("after_fold", "after_commit"):  # with the position locked, and with something committed and not sent
        sleeping = run.start(f"stop-{point}:2", name=point)
        run.send(100)
        eventually(lambda: len(run.counted()) > 0)
        run.send(100)
        eventually(lambda process=sleeping: os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOHANG))  # type: ignore[misc]
        run.start(name=f"instead of {point}")
        run.send(100)
        run.complete(40)
        os.kill(sleeping.pid, signal.SIGCONT)
        run.send(100)
        run.complete()
    run.stop()

    run.check()


def test_members_come_and_go(run: Run) -> None:
    for round_ in range(4):
        run.start(name=f"member {round_}")
        run.send(30)
        if round_:
            run.processes[0].terminate()
            assert run.processes.pop(0).wait(15) == 0
        run.send(100)
        run.complete(40)
    run.stop()

    run.check()


def test_of_two_processes_with_one_name_the_newer_goes_on(run: Run) -> None:
    older = run.start()
    run.send(50)
    run.complete()

    run.start()
    assert older.wait(30) not in (0, None)
    run.processes.remove(older)
    run.send(50)
    run.complete()
    run.stop()

    run.check()


def test_a_broker_that_dies_ends_no_reader(run: Run, stack: Stack) -> None:
    staying = run.start(session=15)  # so that it is a member still when the broker is back
    for _ in range(2):
        run.send(50)
        run.complete(60)
        stack.kill("kafka")
    run.send(50)
    run.complete(60)

    assert staying.poll() is None
    run.stop()
    run.check()


@pytest.fixture
def wire(own: Settings) -> Iterator[Wire]:
    with wire_to(own.postgres_host, own.postgres_port) as opened:
        yield opened


@pytest.mark.parametrize("cut", ["answer_lost", "commit_lost", "commit_late"])
def test_a_connection_cut_at_commit_loses_and_doubles_nothing(run: Run, wire: Wire, cut: Cut) -> None:
    run.start(ROLLCALL_POSTGRES_PORT=str(wire.port))
    run.send(30)
    run.complete()
    for round_ in range(1, 4):
        wire.armed.append(cut)
        run.send(30)
        run.complete()
        eventually(lambda done=round_: wire.cuts[cut] == done)  # type: ignore[misc]
    run.stop()

    run.check()


def test_postgresql_away_for_longer_than_max_poll_interval_costs_no_membership(run: Run, wire: Wire) -> None:
    staying = run.start(ROLLCALL_POSTGRES_PORT=str(wire.port))
    run.send(50)
    run.complete()
    claims = run.owners()

    wire.go_down()
    away = time.monotonic()
    run.send(50)
    eventually(lambda: time.monotonic() - away > 9, 10)
    assert len(run.counted()) == 50
    wire.come_back()
    run.complete(10)

    assert staying.poll() is None
    assert run.owners() == claims
    run.stop()
    run.check()


def test_a_position_that_the_log_does_not_reach_stops_the_process(run: Run) -> None:
    run.start()
    run.send(50)
    run.complete()
    run.stop()
    with psycopg.connect(run.settings.dsn("postgres")) as connection:
        connection.execute("update rollcall.positions set next_offset = 1000 where topic = %s", (run.topic,))

    assert run.start().wait(20) not in (0, -signal.SIGKILL)


def test_a_topic_created_anew_stops_the_process(run: Run) -> None:
    run.start()
    run.send(50)
    run.complete()
    run.stop()
    admin = AdminClient({"bootstrap.servers": run.settings.bootstrap})
    for future in admin.delete_topics([run.topic]).values():
        future.result()

    def created() -> bool:
        (future,) = admin.create_topics([NewTopic(run.topic, PARTITIONS, 1)]).values()
        return future.exception() is None

    eventually(created)

    assert run.start().wait(20) not in (0, -signal.SIGKILL)


class Deaf(Membership):
    """A consumer that is assigned its partitions and hands out nothing, as one whose fetcher hangs."""

    def gather(self, timeout: float) -> list[Record]:
        super().gather(timeout)
        return []


def test_a_reader_that_reads_nothing_of_a_growing_log_ends_with_no_progress(run: Run) -> None:
    work = Counting(run.topic)
    ends = Ends(
        Deaf(Group(librdkafka(run.settings), f"deaf.{run.topic}", "deaf"), run.topic),
        Database(run.settings.dsn("rollcall_translator"), "deaf"),
        Sender(librdkafka(run.settings), "deaf"),
    )
    stopping = Event()

    def grow() -> None:
        while not stopping.wait(0.2):
            run.send(3)

    growing = Thread(target=grow)
    growing.start()
    try:
        with pytest.raises(NoProgress, match=run.topic):
            Reader(work, ends, stopping, patience=timedelta(seconds=1)).run()
    finally:
        stopping.set()
        growing.join()
