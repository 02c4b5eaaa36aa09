"""A trial: numbered records, hosts that are hurt meanwhile, and a count of what was lost, doubled and reordered."""

import itertools
import random
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

import msgspec
from confluent_kafka.admin import AdminClient

from schemas.events import ShiftJudged
from schemas.origin import Origin
from schemas.wire import headers
from streams.kafka import librdkafka
from tests.eventually import eventually
from tests.faults.counting import Tally, punch
from tests.hosts import Site, Worker

EMPLOYEES = 200
REPEATED = 0.05
"""How often a producer says again what it has said, as it does after a crash."""


@dataclass(frozen=True)
class Verdict:
    """All zero, and nobody stopped who had not been told to."""

    lost: int = 0
    doubled: int = 0
    reordered: int = 0
    lost_answers: int = 0
    doubled_answers: int = 0
    reordered_answers: int = 0
    wrong_answers: int = 0
    in_outbox: int = 0
    stopped: tuple[str, ...] = ()


CLEAN = Verdict()


@dataclass
class Trial:
    """Three hosts over one site; `seconds` is how long records trickle in after the first half."""

    place: Site
    records: int = 8_000
    seconds: float = 8.0
    static: bool = True
    task: dict[str, Any] = field(default_factory=dict)
    numbers: Counter[int] = field(default_factory=Counter)
    slots: dict[int, Worker] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)
    crashes: dict[int, deque[str]] = field(default_factory=dict)
    """By slot: where its next incarnations die."""
    deaths: int = 0
    wanted: int = 0
    """How many deaths there must be: records go on trickling in until then, however slow the machine is."""

    def __post_init__(self) -> None:
        self._half = threading.Event()
        self._pause = threading.Event()
        self._late = 0.0
        self._producing = threading.Thread(target=self._produce, daemon=True)

    def begin(self, workers: int = 3) -> None:
        """Produce half of the records, and start the hosts on them."""
        self._producing.start()
        for slot in range(workers):
            self.spawn(slot)
        assert self._half.wait(60)

    def spawn(self, slot: int, crash: str | None = None) -> None:
        planned = self.crashes.get(slot)
        crash = crash or (planned.popleft() if planned else None)
        self.slots[slot] = self.place.start(str(slot) if self.static else None, crash, **self.task)

    def kill(self, slot: int, number: signal.Signals = signal.SIGKILL) -> None:
        """Kill a host at this very moment; it is started again."""
        self.slots[slot].kill(number)
        if number is signal.SIGKILL:
            self.deaths += 1
            self.spawn(slot)

    def wait(self, seconds: float) -> None:
        """Let things happen, and start again who has died."""
        self.until(lambda: False, seconds)

    def until(self, done: Callable[[], bool], seconds: float) -> bool:
        """`wait`, but no longer than until something is the case; whether it was."""
        end = time.monotonic() + seconds
        while not (came := done()) and time.monotonic() < end:
            self._reap()
            self._pause.wait(0.05)
        return came

    def moved(self, records: int, within: float = 40.0) -> None:
        """Wait until this many more records have been committed, or all that there will be."""
        goal = self.place.position() + records

        def done() -> bool:
            position = self.place.position()
            return position >= goal or not (self._producing.is_alive() or position < self._end())

        assert self.until(done, within), self.place.said()

    def joined(self, within: float = 60.0) -> None:
        """Wait until every host is a member of its group: one that still starts may leave when Kafka does."""
        admin = AdminClient({**librdkafka(self.place.settings), "log_level": 2})

        def members() -> int:
            asked = admin.describe_consumer_groups([self.place.reader])[self.place.reader]
            return len(asked.result(20).members)

        assert self.until(lambda: members() == len(self.slots), within), self.place.said()

    def _end(self) -> int:
        return sum(self.place.ends(self.place.source).values())

    def finish(self, within: float = 90.0) -> Verdict:
        """Wait until all is folded, stop the hosts, count."""
        assert self.until(lambda: not self._producing.is_alive(), within)
        self.place.flush()
        end = self._end()
        self.until(lambda: self.place.position() >= end, within)
        self.until(lambda: self._in_outbox() == 0, 30)
        self._stop()
        return self._verdict()

    def _produce(self) -> None:
        chance, recent, began = random.Random(1), deque[tuple[str, bytes, Any, Origin]](maxlen=200), 0.0
        for count in takewhile(self._more, itertools.count()):
            who = chance.randrange(EMPLOYEES)
            self.numbers[who] += 1
            event = punch(who, self.numbers[who])
            value, extra = self.place.codec.encode(self.place.source, event), headers(event)
            recent.append((event.key, value, extra, self.place.write(event.key, value, extra)))
            if count % 100 == 99 and chance.random() < REPEATED:
                for key, raw, more, origin in list(recent)[:150]:
                    self.place.write(key, raw, more, origin=origin)
            self.place.producer.poll(0)
            if count == self.records // 2:
                self.place.flush()
                began = time.monotonic()
                self._half.set()
            if began:
                due = began + self.seconds * (2 * count / self.records - 1)
                self._pause.wait(max(0.0, due - time.monotonic()))
        self.place.flush()

    def _more(self, count: int) -> bool:
        if count == self.records:
            self._late = time.monotonic() + 60
        return count < self.records or (self.deaths < self.wanted and time.monotonic() < self._late)

    def _reap(self) -> None:
        for slot, worker in list(self.slots.items()):
            code = worker.process.poll()
            if code is None:
                continue
            if code == -signal.SIGKILL:
                self.deaths += 1
            elif code:
                self.stopped.append(f"{worker.log.name} left with {code}: {worker.said()[-800:]}")
            self.spawn(slot)

    def _stop(self) -> None:
        for worker in self.place.workers:
            if worker.process.poll() is None:
                worker.process.send_signal(signal.SIGCONT)
                worker.process.terminate()
        for worker in self.place.workers:
            code = worker.left()
            if code not in (0, -signal.SIGKILL, -signal.SIGTERM):  # the last: it had hardly begun
                self.stopped.append(f"{worker.log.name} left with {code}: {worker.said()[-800:]}")

    def _in_outbox(self) -> int:
        return int(self.place.rows("select count(*) from rollcall.outbox")[0][0])

    def _verdict(self) -> Verdict:
        rows = self.place.rows("select key, state from rollcall.states")
        tallies: dict[str, Tally] = {key: msgspec.msgpack.decode(state, type=Tally) for key, state in rows}
        counts = {str(punch(who, 1).employee_id): count for who, count in self.numbers.items()}
        short = [count - tallies.get(key, Tally()).count for key, count in counts.items()]
        return Verdict(
            lost=sum(max(0, each) for each in short),
            doubled=sum(max(0, -each) for each in short),
            reordered=sum(tally.jumps for tally in tallies.values()),
            in_outbox=self._in_outbox(),
            stopped=tuple(dict.fromkeys(self.stopped)),
            **self._answers(counts),
        )

    def _answers(self, counts: dict[str, int]) -> dict[str, int]:
        seen: dict[str, list[int]] = {key: [] for key in counts}
        found = Counter[str]()
        for event in self.place.events(self.place.sink):
            assert isinstance(event, ShiftJudged)
            before = seen[event.key]
            found["doubled_answers"] += event.version in before
            found["reordered_answers"] += bool(before) and event.version < before[-1] and event.version not in before
            found["wrong_answers"] += event.minutes != event.version
            before.append(event.version)
        found["lost_answers"] = sum(count - len(set(seen[key])) for key, count in counts.items())
        return dict(found)


def dying(points: list[str], seed: int, workers: int = 3) -> dict[int, deque[str]]:
    """Deal crash points out to the slots, each at some passing."""
    chance = random.Random(seed)
    plans: dict[int, deque[str]] = {slot: deque() for slot in range(workers)}
    for number, point in enumerate(points):
        plans[number % workers].append(f"{point}:{chance.randrange(4, 15)}")
    return plans


def asleep(worker: Worker) -> bool:
    """Whether a process has been stopped by SIGSTOP."""
    import psutil

    return bool(psutil.Process(worker.process.pid).status() == psutil.STATUS_STOPPED)


def falls_asleep(worker: Worker, within: float = 40.0) -> None:
    eventually(lambda: asleep(worker), within)
