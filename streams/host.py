"""Hosts all agents of one folded topic in one Faust app, exactly once (DESIGN §6).

Faust brings the application, the agent, the group and its signals. Positions, states and what is emitted move together
in PostgreSQL; what is committed is then sent.
"""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import faust
from aiokafka.errors import KafkaError
from faust.types import TP

from agents.kernel import Agent
from schemas import topics as declared
from schemas.events import Event, WorldEvent
from schemas.faults import NoProgress, Unavailable
from schemas.topics import Topic
from schemas.wire import Codec, Headers, headers
from streams import topics
from streams.crash import crash_at
from streams.database import Database
from streams.endings import EX_SOFTWARE, Ending
from streams.folding import modes
from streams.health import Pace, Vitals, paced, watch
from streams.kafka import faust_options, librdkafka
from streams.letters import Letters
from streams.liveness import Liveness
from streams.outbox import Sender
from streams.partitions import Partitions, Wiring
from streams.registry import Registry
from streams.settings import Settings
from streams.store import Log
from streams.transport import ChunkSchema, Consumer, Options
from streams.turns import CELLS_KEPT, Turns

log = logging.getLogger(__name__)
START = 60.0
"""Seconds in which Faust must have started."""
HUNG = 5.0
"""Seconds after which an event loop that does not hear that it shall end is ended with its process."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """Everything about a host that is not its agents; the defaults are those of an installation."""

    reader: str
    instance: str | None = "0"
    """Which of several hosts of the topic this is: its fixed name in the group. None: it joins as a stranger."""
    home: Callable[[type[Event]], Topic] = declared.home
    folded: Sequence[Topic] = declared.FOLDED
    """Where broadcasts go that its agents emit."""
    codec: Codec | None = None
    """None: as the registry says."""
    headers: Callable[[Event], Headers] = headers
    records_per_chunk: int = 500
    cells_kept: int = CELLS_KEPT
    max_poll_interval: timedelta = timedelta(minutes=5)
    patience: timedelta = timedelta(seconds=60)
    """How long nothing may move."""

    @property
    def static_id(self) -> str | None:
        """The member's fixed name: with one a restart is back at once, and stalls nobody else."""
        return None if self.instance is None else f"{self.reader}-{self.instance}"


def reader_of(topic: Topic) -> str:
    """Return the name of the reader that hosts a topic's agents: ``agents.workforce`` for ``rollcall.workforce.v1``."""
    return "agents." + topic.name.removeprefix("rollcall.").removesuffix(".v1")


async def run(
    settings: Settings, topic: Topic, agents: Sequence[Agent[Any]], deployment: Deployment | None = None
) -> None:
    """Fold until SIGTERM or SIGINT.

    Raises:
        Stop: going on would lose or double something.
        Unavailable: Kafka or the registry did not answer at start.

    """
    deployment = deployment or Deployment(reader_of(topic), settings.instance)
    tune()
    await Host(settings, topic, agents, deployment).run()


def tune() -> None:
    """Set the interpreter up for throughput: few collections of long-lived states, quick hand-over between threads."""
    gc.set_threshold(200_000, 50, 1000)
    sys.setswitchinterval(0.0005)


class Host:
    """One Faust app, its partitions, and the tasks beside them."""

    def __init__(self, settings: Settings, topic: Topic, agents: Sequence[Agent[Any]], deployment: Deployment) -> None:
        self._settings, self._topic, self._deployment = settings, topic, deployment
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        registry = Registry.of(settings)
        letters = Letters(deployment.codec or registry.codec(), deployment.home, deployment.headers, deployment.folded)
        wiring = Wiring(
            reader=deployment.reader,
            topic=topic.name,
            log=self._log(agents),
            agents=tuple(letters.checked(agent) for agent in agents),
            letters=letters,
            kafka=librdkafka(settings),
            dsn=settings.dsn("rollcall_agents"),
        )
        self._database = Database(wiring.dsn, deployment.static_id or deployment.reader)
        self._sender = Sender(librdkafka(settings), deployment.reader)
        turns = Turns(self._database, self._sender, registry, crash_at(settings.crash), deployment.cells_kept)
        self.partitions = Partitions(wiring, turns, self._fatal)
        self._liveness = Liveness(deployment.patience)
        self._ending, self._over = threading.Event(), threading.Event()
        self._beat = time.monotonic()
        self._paces: dict[int, Pace] = {}
        self._consumer: Consumer | None = None
        """Faust's, once it has made it."""
        self._app = self._assembled()

    async def run(self) -> None:
        """See `run` of this module."""
        loop = asyncio.get_running_loop()
        watch(self.vitals)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end)
        beside = [asyncio.create_task(self._watched(each)) for each in (self._poll, self._tidy)]
        threading.Thread(target=self._watch, name="liveness", daemon=True).start()
        try:
            self._app.finalize()
            await self._start()
            await self._ended
        finally:
            self._ending.set()
            ending = Ending()
            ending.begin()
            await self._stop()
            for task in beside:
                task.cancel()
            self._over.set()
            if self._ended.done() and not self._ended.exception():
                ending.safe()

    async def _start(self) -> None:
        """Start Faust; who is told to end meanwhile does not wait for it."""
        starting = asyncio.ensure_future(self._app.start())
        await asyncio.wait({starting, self._ended}, timeout=START, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            try:
                await starting
            except KafkaError as error:
                raise Unavailable(f"Kafka went away at start: {error}") from error
        elif not self._ended.done():
            raise NoProgress(f"Faust did not start within {START:.0f} s")

    async def _stop(self) -> None:
        self.partitions.stopping = True
        with contextlib.suppress(Exception):
            await self.partitions.drain()
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self._app.stop(), 10)
        await asyncio.to_thread(self._database.close)

    # -- the app

    def _log(self, agents: Sequence[Agent[Any]]) -> Log:
        """Look at the topics that are read and written: their partition counts are what keys are spread by."""
        emitted = {event for agent in agents for event in agent.emits}
        broadcasts = {event for event in emitted if issubclass(event, WorldEvent)}
        written = {*map(self._deployment.home, emitted - broadcasts), *(self._deployment.folded if broadcasts else ())}
        needed = {each.name: each for topic in (self._topic, *written) for each in (topic, topic.dlq)}
        found = topics.describe(topics.admin(self._settings), needed)
        topics.compare(needed.values(), found)
        return found[self._topic.name]

    def _assembled(self) -> Any:
        deployment, session = self._deployment, self._settings.session_timeout.total_seconds()
        folder = self._settings.home / "faust" / (deployment.static_id or deployment.reader)
        folder.mkdir(parents=True, exist_ok=True)  # Faust wants one, and keeps nothing there
        app = faust.App(
            deployment.reader,
            **faust_options(self._settings),
            datadir=str(folder),
            web_enabled=False,
            topic_allow_declare=False,
            topic_disable_leader=True,
            table_standby_replicas=0,
            stream_buffer_maxsize=4,
            broker_max_poll_records=deployment.records_per_chunk,
            broker_session_timeout=session,
            broker_heartbeat_interval=max(0.1, session / 6),
            broker_request_timeout=max(30.0, session * 2),
            broker_rebalance_timeout=30.0,
            broker_max_poll_interval=deployment.max_poll_interval.total_seconds(),
            consumer_group_instance_id=deployment.static_id,
            consumer_connections_max_idle_ms=540_000,
        )
        app.chunks = Options(self.partitions.claim, self._fatal)
        chunks = app.topic(self._topic.name, schema=ChunkSchema(), acks=False)

        async def fold(stream: Any) -> None:  # never raises, breaks or returns: Faust would take that for done
            async for chunk in stream:
                await self.partitions.take(chunk, app.consumer)

        async def revoked(_: Any, tps: set[TP], **__: Any) -> None:
            await self.partitions.let_go(tps)

        app.agent(chunks, name=f"{deployment.reader}.fold")(fold)
        app.on_partitions_revoked.connect(revoked, weak=False)
        return app

    # -- the end

    def _end(self) -> None:
        if not self._ended.done():
            self._ended.set_result(None)

    def _fatal(self, error: BaseException) -> None:
        """End the process; may be called in any thread."""
        self.partitions.stopping = True
        self._ended.get_loop().call_soon_threadsafe(self._fail, error)

    def _fail(self, error: BaseException) -> None:
        if not self._ended.done():
            self._ended.set_exception(error)

    async def _watched(self, work: Callable[[], Any]) -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - whatever it is, the process does not go on without this task
            self._fatal(error)

    # -- beside the folding

    async def _poll(self) -> None:
        while True:
            self._beat = time.monotonic()
            self._sender.poll()
            await asyncio.sleep(0.002 if self._sender.pending() else 0.02)

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            await self.partitions.tidy()
            await self.partitions.catch_up()

    def _watch(self) -> None:
        """In a thread of its own: a fold that never returns takes the loop with it."""
        try:
            while not self._over.wait(1):
                self._look()
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody would watch any more
            log.error("ending: %s", error)
            self._fatal(error)
            if not self._ending.wait(HUNG):
                os._exit(EX_SOFTWARE)

    def _look(self) -> None:
        consumer: Consumer | None = getattr(self._app, "consumer", None)
        for service in (self._app, consumer, getattr(self._app, "_fetcher", None)):
            if getattr(service, "crashed", False):
                raise Unavailable(f"Faust's {type(service).__name__} has crashed")
        if consumer is not None:
            self._consumer = consumer
            self._pace(consumer)
            self._liveness.check(
                self._lag(consumer),
                (self._database.answered, self._sender.confirmed),
                joined=consumer.joined(),
                waiting=len(consumer.flowing()) < len(self.partitions.held),
            )

    def _lag(self, consumer: Consumer) -> int:
        held = dict(self.partitions.held)
        ends = {number: consumer.end(TP(self._topic.name, number)) for number in held}
        return sum(max(0, end - held[number].claim.next_offset) for number, end in ends.items() if end is not None)

    # -- what is to be seen from outside

    def vitals(self) -> Vitals:
        """Return what other threads may see of this host."""
        consumer, held = self._consumer, dict(self.partitions.held)
        joined = consumer is not None and consumer.joined()
        flowing = {tp.partition for tp in consumer.flowing()} if consumer is not None and joined else frozenset[int]()
        fenced = [number for number, folding in held.items() if not folding.live]
        return Vitals(
            reader=self._deployment.reader,
            topic=self._topic.name,
            beat=self._beat,
            member=joined,
            assigned=len(consumer.assignment()) if consumer is not None and joined else 0,
            paces={number: pace for number, pace in self._paces.copy().items() if number in flowing & held.keys()},
            pending=self._sender.pending(),
            halted="is ending" if self.partitions.stopping else f"claims {fenced} again" if fenced else None,
            modes=modes(held.values()),
        )

    def _pace(self, consumer: Consumer) -> None:
        """Look how far each partition is, and whether it moves."""
        held = {number: folding.claim.next_offset for number, folding in dict(self.partitions.held).items()}
        at = {number: (begun, consumer.end(TP(self._topic.name, number))) for number, begun in held.items()}
        self._paces = paced(self._paces, at, time.monotonic())
