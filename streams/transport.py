"""`chunks://`: a Faust transport that delivers one event per fetched chunk of one partition.

Faust keeps the application, the agent, the group and its signals. This replaces what decides about records: where
reading starts, what may be delivered, and what Faust would otherwise do to them on the way. The contract with the host,
which owns the truth about positions (a row per partition in PostgreSQL):

- No chunk of a partition flows before `Options.positions` has answered for it. The host claims the partition and sends
  its left-over outbox there, so both are done before the first fold.
- Every chunk says where its predecessor (or the seek) ended and which seek it belongs to. Faust may drop chunks (queues
  are cleared, puts cancelled, generations change); the host sees the hole and calls `rewind`. Chunks from before a seek
  are recognised by its number and ignored, or each would cause another seek.
- Group offsets in Kafka are decoration, for displays of lag; nothing reads them.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Mapping
from typing import Any

import faust
import uvloop
from aiokafka.errors import IllegalStateError, KafkaError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from faust.types.tuples import ConsumerMessage
from mode import Service

from streams.fetching import Chunk, ConsumerThread, Options
from streams.pins import FAUST_CONSUMER, FAUST_THREAD, assert_has, assert_versions

__all__ = ["Chunk", "ChunkSchema", "Consumer", "Options", "Transport"]
log = logging.getLogger(__name__)


class Unread(dict[TP, Any]):
    """Faust's read offsets, switched off: it drops what is below, and a put that waited in a seek writes old ones."""

    def __missing__(self, tp: TP) -> None:
        """Never read."""

    def __setitem__(self, tp: TP, offset: Any) -> None:
        """Never written."""

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Never written."""


class Consumer(driver.Consumer):  # type: ignore[misc]
    """Faust's consumer, which reads on from where the host says."""

    _thread: ConsumerThread

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        assert_versions()
        assert_has(ConsumerThread, FAUST_THREAD)
        super().__init__(*args, **kwargs)
        assert_has(self, FAUST_CONSUMER)
        self._read_offset = Unread()
        self._positioning: dict[TP, asyncio.Task[None]] = {}
        self.group_offsets: dict[TP, int] = {}
        """To be shown to the group with the next tending."""

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, thread_loop=uvloop.new_event_loop(), beacon=self.beacon)

    def on_buffer_full(self, tp: TP) -> None:
        """Faust would sleep for whole seconds; the put, which blocks, does (one topic per app)."""

    def on_buffer_drop(self, tp: TP) -> None:
        """See `on_buffer_full`."""

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Faust's check reads acks, which there are none of; see streams/liveness.py."""

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:  # noqa: ASYNC109 - Faust's
        """Yield chunks, each dressed as one message."""
        if not self.flow_active:
            await self.wait(self.can_resume_flow)
        # No seek here when the flow stopped meanwhile (Faust does): every resume is preceded by one.
        for chunk in await self._getmany(self._get_active_partitions(), timeout):
            if self.should_stop or not self.flow_active or chunk.generation != self.app.consumer_generation_id:
                return
            yield chunk.tp, _dressed(chunk)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Only start looking when the flow is about to resume.

        Faust allows `broker_request_timeout` for this and then crashes the app, and PostgreSQL may be away for longer.
        Nothing flows until it has answered.
        """
        for task in self._positioning.values():
            task.cancel()
        self._positioning.clear()
        self._start_positioning(self.assignment())
        return {}

    async def rewind(self, tp: TP, offset: int, seek: int) -> None:
        """Read on from `offset`, because the host misses something, unless that has been asked for since `seek`."""
        await self._thread.run(self._thread.seek_again(tp, offset, seek))

    async def reclaim(self, tp: TP) -> None:
        """Ask for a position again that somebody else has written, while it is still assigned to us."""
        await self._thread.run(self._thread.halt(tp))
        if tp in self.assignment():
            self._start_positioning({tp})

    def seek_number(self, tp: TP) -> int:
        """Return the number of the newest seek."""
        return self._thread.seeks.get(tp, 0)

    def flowing(self) -> frozenset[TP]:
        """Return the partitions that are positioned."""
        return frozenset(self._thread.ends)

    def joined(self) -> bool:
        """Whether this process is a member of its group."""
        return self._thread.joined()

    def end(self, tp: TP) -> int | None:
        """Return where a partition's log ends, as far as it is known."""
        return self._thread.end(tp)

    def _start_positioning(self, tps: set[TP]) -> None:
        task = asyncio.create_task(self._position(tps, self.app.consumer_generation_id))
        self._positioning.update((tp, task) for tp in tps)

    async def _position(self, tps: set[TP], generation: int) -> None:
        options: Options = self.app.chunks
        while tps and not self.should_stop:
            try:
                wanted = await options.positions(tps)
                await self._thread.run(self._thread.seek_checked(wanted, generation))
            except IllegalStateError as error:  # no longer assigned: the next assignment looks again
                log.info("positions of %d partitions not used: %s", len(tps), error)
            except KafkaError as error:
                log.warning("looking for positions: %r", error)
                await asyncio.sleep(random.uniform(0.2, 1.0))
                continue
            except Exception as error:
                options.fatal(error)
                raise
            return

    @Service.task  # type: ignore[untyped-decorator]
    async def _tend(self) -> None:
        while not self.should_stop:
            await self.sleep(1.0)
            offsets, self.group_offsets = self.group_offsets, {}
            await self._thread.run(self._thread.tend(offsets))


def _dressed(chunk: Chunk) -> ConsumerMessage:
    last = chunk.records[-1]
    return ConsumerMessage(
        chunk.tp.topic,
        chunk.tp.partition,
        last.offset,
        (last.timestamp or 0) / 1000,
        last.timestamp_type,
        (),
        None,
        chunk,
        None,
        0,
        len(chunk.records),
        chunk.tp,
        generation_id=chunk.generation,
    )


class Transport(driver.Transport):  # type: ignore[misc]
    """Registered as ``chunks`` at Faust's extension point, in pyproject.toml."""

    Consumer = Consumer


class ChunkSchema(faust.Schema):  # type: ignore[misc]
    """Hands the chunk over as it is: decoding belongs to the host, which can bury what does not decode."""

    def compile(self, app: Any, **_: Any) -> Any:
        """Return what Faust calls to decode a message."""

        async def decode(message: Any, *, propagate: bool = False) -> Any:  # noqa: ARG001
            return app.create_event(None, message.value, {}, message)

        return decode
