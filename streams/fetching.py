"""The consumer's thread: where reading starts, and stamps that show every hole in what was handed out of it.

Positions live here, next to aiokafka's own (which are not thread-safe), and change only here.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar

from aiokafka.errors import (
    IllegalStateError,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from schemas.faults import PositionOutsideLog, Unavailable
from streams.coordination import complete
from streams.pins import CONSUMER, SUBSCRIPTION, assert_has

log = logging.getLogger(__name__)
T = TypeVar("T")
SHORT_WAIT = 0.25
"""Seconds that one fetch may wait: a partition that becomes ready meanwhile is not in it."""


class Chunk(NamedTuple):
    """Records of one partition as one fetch brought them."""

    tp: TP
    start: int
    """Where the previous chunk, or the seek, of this partition ended; not the first record's offset: logs have gaps."""
    seek: int
    """Number of the seek this chunk was read under."""
    generation: int
    records: list[Any]


@dataclass(frozen=True, slots=True)
class Options:
    """What the transport asks its host. Set as ``app.chunks`` before the app starts."""

    positions: Callable[[set[TP]], Awaitable[Mapping[TP, int]]]
    """Claims partitions, and returns where to read on; may take as long as it must."""
    fatal: Callable[[BaseException], None]
    """Must end the process."""
    fetch_max_wait: timedelta = timedelta(milliseconds=50)
    """One fetch per broker is in flight: idle partitions make a busy one wait this long."""


class ConsumerThread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    """aiokafka's consumer, started where its host says, and never anywhere else."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.ends: dict[TP, int] = {}
        """Positioned partitions, and where what was handed out of them ends."""
        self.seeks: dict[TP, int] = {}

    async def on_start(self) -> None:
        """Start the client, which joins no group before it is told what to read."""
        await super().on_start()
        complete(self._ensure_consumer()._coordinator, self.options.fatal)  # noqa: SLF001

    @property
    def options(self) -> Options:
        """What the host has set."""
        options: Options = self.app.chunks
        return options

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        assert_has(consumer, CONSUMER)
        assert_has(consumer._subscription, SUBSCRIPTION)  # noqa: SLF001
        consumer._fetch_max_wait_ms = self.options.fetch_max_wait // timedelta(milliseconds=1)  # noqa: SLF001 - Faust hard-codes 1,500
        consumer._auto_offset_reset = "none"  # noqa: SLF001 - "earliest" would turn a lost position into a silent reset
        return consumer

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run in this thread without Faust's method queue, whose two workers may both be busy for seconds."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.thread_loop))

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Faust's signal. The protocol is eager: all is revoked, and a fetch that still waits finds nothing here."""
        self.ends.clear()
        await super().on_partitions_revoked(revoked)

    async def _fetch_records(
        self,
        consumer: Any,
        active: Any,
        timeout: float = 1.0,  # noqa: ASYNC109 - Faust's
        max_records: int | None = None,
    ) -> Any:
        ready = {tp for tp in active or () if tp in self.ends}
        if not ready or not self.consumer.flow_active:  # to aiokafka an empty set would mean "all partitions"
            await asyncio.sleep(0.02)
            return []
        try:
            fetched = await super()._fetch_records(consumer, ready, min(timeout, SHORT_WAIT), max_records)
        except (OffsetOutOfRangeError, NoOffsetForPartitionError) as error:
            self._out_of_range(error)
            return []
        except KafkaError as error:
            if not error.retriable:
                raise
            log.warning("fetch: %r", error)
            return []
        return self._stamped(fetched)

    def _out_of_range(self, error: KafkaError) -> None:
        about = error.args[0]  # a partition, or a mapping of them
        # One that is not positioned is aiokafka's own idea of where to read, not ours.
        if any(tp in self.ends for tp in (about if isinstance(about, dict) else [about])):
            self.options.fatal(PositionOutsideLog(f"the log does not have this offset any more: {error!r}"))

    def _stamped(self, fetched: Mapping[TP, list[Any]]) -> list[Chunk]:
        # No await since aiokafka moved its positions, so all agree. What is dropped after this leaves a visible hole.
        chunks, generation = [], self.app.consumer_generation_id
        for tp, records in fetched.items():
            if records and tp in self.ends:  # else: revoked or halted, and positioned anew before it flows again
                chunks.append(Chunk(tp, self.ends[tp], self.seeks[tp], generation, records))
                self.ends[tp] = records[-1].offset + 1
        return chunks

    async def tend(self, offsets: Mapping[TP, int]) -> None:
        """Do what polling does in a plain consumer; Faust fetches behind aiokafka's back and leaves it out."""
        consumer = self._ensure_consumer()
        # Membership: a member that does not fetch (no partitions, or held back by a database that is away) would leave
        # after max_poll_interval and never return. Whether there is progress is the host's question.
        with consumer._subscription.fetch_context():  # noqa: SLF001
            pass
        coordinator = consumer._coordinator  # noqa: SLF001
        try:
            coordinator.check_errors()  # after an error the coordinator is parked until somebody asks
        except KafkaError as error:
            if coordinator._coordination_task.done():  # noqa: SLF001
                self.options.fatal(Unavailable(f"the group's coordination has ended: {error!r}"))
            log.warning("group coordination: %r", error)
        await self._show(consumer, {tp: offset for tp, offset in offsets.items() if tp in self.ends})

    async def _show(self, consumer: Any, offsets: Mapping[TP, int]) -> None:
        # Never during a rebalance: the broker's refusal makes aiokafka forget its member id and join as a stranger,
        # and the group waits a session timeout for the ghost. And never by Faust, whose commit crashes on errors.
        if not offsets or self._reassigning() or consumer._coordinator._rejoin_needed_fut.done():  # noqa: SLF001
            return
        try:
            await asyncio.wait_for(consumer.commit(offsets), 5)
        except (KafkaError, IllegalStateError, TimeoutError) as error:
            log.info("group offsets not committed: %r", error)

    async def seek_checked(self, wanted: Mapping[TP, int], generation: int) -> None:
        """Read on from these offsets.

        Raises:
            PositionOutsideLog: the log does not reach there.
            IllegalStateError: the group has rebalanced meanwhile.

        """
        consumer = self._ensure_consumer()
        first, end = await consumer.beginning_offsets(list(wanted)), await consumer.end_offsets(list(wanted))
        for tp, offset in wanted.items():
            if not first[tp] <= offset <= end[tp]:
                raise PositionOutsideLog(
                    f"{tp.topic}-{tp.partition}: position {offset}, but the log has {first[tp]} to {end[tp]}"
                )
        if self.app.consumer_generation_id != generation or self._reassigning():
            raise IllegalStateError("the group has rebalanced")
        for tp, offset in wanted.items():
            self._seek_one(consumer, tp, offset)

    async def seek_again(self, tp: TP, offset: int, seek: int) -> None:
        """Read on from `offset`, unless that has been asked for since `seek`."""
        if tp in self.ends and self.seeks[tp] == seek:
            self._seek_one(self._ensure_consumer(), tp, offset)

    async def halt(self, tp: TP) -> None:
        """Hand out nothing of a partition until it is positioned again."""
        self.ends.pop(tp, None)

    def joined(self) -> bool:
        """Whether this process is a member of its group; asked by other threads, also before this one has started."""
        coordinator = getattr(self._consumer, "_coordinator", None)
        return coordinator is not None and bool(coordinator.member_id) and coordinator.generation >= 0

    def end(self, tp: TP) -> int | None:
        """Return where a partition's log ends, as far as the last fetch told."""
        if tp not in self.ends:
            return None
        known: int | None = self.highwater(tp)
        return known

    def _seek_one(self, consumer: Any, tp: TP, offset: int) -> None:
        consumer.seek(tp, offset)  # IllegalStateError when no longer assigned
        self.ends[tp], self.seeks[tp] = offset, self.seeks.get(tp, 0) + 1

    def _reassigning(self) -> bool:
        return bool(self._ensure_consumer()._subscription.reassignment_in_progress)  # noqa: SLF001
