"""One host process over the counting fold: what the scenarios start, stop and kill. Arguments come as JSON."""

import asyncio
import faulthandler
import json
import logging
import signal
import sys
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import uvloop

from schemas.events import Event
from schemas.faults import Fault
from schemas.topics import Topic
from streams import host
from streams.endpoint import door, pages
from streams.fetching import ConsumerThread
from streams.health import LOOPS, Health
from streams.settings import Settings
from tests.faults.counting import codec
from tests.faults.folds import agent


@dataclass(frozen=True)
class Task:
    """What a worker is told."""

    source: str
    sink: str
    reader: str
    instance: str | None
    settings: dict[str, Any]
    partitions: int = 6
    names: tuple[str, ...] = ("counting",)
    version: int = 1
    max_poll_interval: float = 60.0
    patience: float = 60.0
    chunk: int = 200
    cells_kept: int = 50_000
    clinging: bool = False
    """Whether the thread of Faust's consumer does not end when told to."""


def main(task: Task) -> None:
    source, sink = Topic(task.source, task.partitions, "key"), Topic(task.sink, task.partitions, "key")

    def home(_: type[Event]) -> Topic:
        return sink

    deployment = host.Deployment(
        reader=task.reader,
        instance=task.instance,
        home=home,
        folded=(sink,),
        codec=codec(source, sink),
        records_per_chunk=task.chunk,
        cells_kept=task.cells_kept,
        max_poll_interval=timedelta(seconds=task.max_poll_interval),
        patience=timedelta(seconds=task.patience),
    )
    if task.clinging:
        ConsumerThread.on_thread_stop = asyncio.Event().wait
    agents = [agent(source, name, task.version) for name in task.names]
    settings = Settings(**task.settings)
    shown = door(settings, pages(task.reader, Health(LOOPS, {})))
    with shown, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(host.run(settings, source, agents, deployment))


if __name__ == "__main__":
    faulthandler.register(signal.SIGUSR1)  # where does it hang?
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(levelname)s %(name)s %(message)s")
    for name in ("aiokafka", "faust", "mode", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        main(Task(**json.loads(sys.argv[1])))
    except Fault as fault:
        sys.stderr.write(f"STOPPED {type(fault).__name__}: {fault}\n")
        sys.exit(70)
