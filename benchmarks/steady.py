"""A stream at a steady rate through a real host: what was asked when, and when each answer was in Kafka for others."""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from confluent_kafka import Consumer, TopicPartition

from schemas.events import ShiftJudged
from streams.kafka import librdkafka
from streams.local.runner import Stack
from streams.local.status import runner
from streams.settings import Settings
from tests.hosts import Site


@contextmanager
def installation() -> Iterator[Settings]:
    """Yield the stack of ROLLCALL_HOME if one runs, else one of our own."""
    settings = Settings.load()
    if runner(settings.home):
        yield settings
        return
    with tempfile.TemporaryDirectory(prefix="rollcall-bench-") as folder, Stack(Path(folder) / "home") as own:
        yield own


def say(text: str) -> None:
    """Tell whoever waits how far we are; the figures go to stdout."""
    print(text, file=sys.stderr, flush=True)


class Answers:
    """Reads what a host emits while it is written, and keeps when the judgement of each shift came."""

    def __init__(self, place: Site) -> None:
        self.came: dict[UUID, float] = {}
        self._codec = place.codec
        self._consumer = Consumer({**librdkafka(place.settings), "group.id": "bench", "enable.auto.commit": False})
        self._consumer.assign([TopicPartition(place.sink.name, *each) for each in place.ends(place.sink).items()])
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def _read(self) -> None:
        while not self._ended.is_set():
            message = self._consumer.poll(0.2)
            if message is None or message.error():
                continue
            event = self._codec.decode(message.value())
            if isinstance(event, ShiftJudged):
                self.came.setdefault(event.shift_id, time.perf_counter())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._consumer.close()

    def delays(self, asked: dict[UUID, float], within: float = 60.0) -> dict[UUID, float]:
        """Return the milliseconds that each answer took, once all are there."""
        end = time.monotonic() + within
        while missing := asked.keys() - self.came.keys():
            if time.monotonic() > end:
                sys.exit(f"{len(missing)} of {len(asked)} answers have not come within {within:.0f} s")
            time.sleep(0.05)
        return {each: 1e3 * (self.came[each] - at) for each, at in asked.items()}


def paced(count: int, rate: float) -> Iterator[int]:
    """Yield numbers, so many a second."""
    began = time.perf_counter()
    for number in range(count):
        time.sleep(max(0.0, began + number / rate - time.perf_counter()))
        yield number


def spread(milliseconds: Iterable[float]) -> dict[str, float]:
    """Return the middle, the 99th of a hundred, and the worst."""
    each = sorted(milliseconds)
    return {"n": len(each), "p50": median(each), "p99": quantiles(each, n=100, method="inclusive")[98], "max": each[-1]}


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows under their heads, what comes first at the left and figures at the right."""
    told = [[*map(str, heads)], *([each if isinstance(each, str) else figure(each) for each in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*told, strict=True)]
    first, *rest = widths
    return "\n".join(
        row[0].ljust(first) + "".join(each.rjust(2 + width) for each, width in zip(row[1:], rest, strict=True))
        for row in told
    )


def figure(number: object) -> str:
    """Return a figure as people read it; nothing where there is none."""
    match number:
        case int():
            return f"{number:,}"
        case float():
            return f"{number:,.0f}" if number >= 1000 else f"{number:,.1f}"
    return ""


def told(place: Site, **more: Any) -> str:
    """Return what a process needs to be told to be a host of this place."""
    own = place.settings
    settings = {
        "home": str(place.folder), "bootstrap": own.bootstrap, "registry_url": own.registry_url,
        "postgres_port": own.postgres_port, "postgres_database": own.postgres_database,
        "passwords": {role: secret.get_secret_value() for role, secret in own.passwords.items()},
    }  # fmt: skip
    names = {"source": place.source.name, "sink": place.sink.name, "reader": place.reader}
    return json.dumps({**names, "partitions": place.partitions, "settings": settings, **more})


@contextmanager
def process(module: str, arguments: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a module beside us, and end it."""
    with log.open("wb") as output:
        running = subprocess.Popen([sys.executable, "-m", module, arguments], stdout=output, stderr=output)
    try:
        yield running
    finally:
        running.terminate()
        running.wait(30)
