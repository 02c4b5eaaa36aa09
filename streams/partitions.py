"""The partitions that this process holds: claimed on assignment, folded in turns, let go on revocation."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol
from uuid import uuid4

from faust.types import TP

from agents.kernel import Agent, Partition
from schemas.faults import Fenced, Unavailable
from streams import carriers, states, store
from streams.backfill import Backfill, Source, Wakes
from streams.carriers import Behind, Seats
from streams.database import Connection, Database
from streams.fetching import Chunk
from streams.folding import Fetched, Folding
from streams.kafka import ClientConfig
from streams.letters import Letters
from streams.metrics import meter
from streams.store import Claim, Input, Log, Parcel
from streams.turns import Turns, insist

log = logging.getLogger(__name__)
DRAIN = 10.0
"""Seconds that a revocation waits for the turn in flight."""
CONFIRM = 2.0
"""Seconds that it then waits for Kafka's confirmations: without them the next holder only sends again."""


class Reading(Protocol):
    """The transport's consumer, as much of it as is asked here."""

    group_offsets: dict[TP, int]

    def seek_number(self, tp: TP) -> int: ...
    async def rewind(self, tp: TP, offset: int, seek: int) -> None: ...
    async def reclaim(self, tp: TP) -> None: ...


@dataclass(frozen=True, slots=True)
class Wiring:
    """What is folded here, and what for."""

    reader: str
    topic: str
    log: Log
    agents: tuple[Agent[Any], ...]
    letters: Letters
    kafka: ClientConfig
    dsn: str


@dataclass(slots=True)
class _Taken:
    """What one transaction has claimed."""

    claims: Mapping[Input, Claim]
    left: list[Parcel]
    seats: dict[Input, Seats]


@dataclass(slots=True)
class Partitions:
    """Claims, foldings by partition, and the backfills beside them."""

    wiring: Wiring
    turns: Turns
    fatal: Callable[[BaseException], None]
    held: dict[int, Folding] = field(default_factory=dict)
    kept: dict[int, Folding] = field(default_factory=dict)
    """What was known of partitions when they were revoked: still true if nobody writes there meanwhile."""
    stopping: bool = False
    folded: int = 0
    """Records taken, for the bench and for logs."""
    _backfills: dict[tuple[int, str], asyncio.Task[None]] = field(default_factory=dict)
    _turn: asyncio.Task[None] | None = None

    # -- claiming

    async def claim(self, tps: Collection[TP]) -> dict[TP, int]:
        """Claim partitions, send what their last writer had left, and return where to read on."""
        inputs = sorted(
            Input(self.wiring.reader, tp.topic, tp.partition) for tp in tps if tp.topic == self.wiring.topic
        )
        writer = f"{self.wiring.reader}.{uuid4().hex}"  # fresh per claim: fences zombies and our own late COMMITs
        taken = await insist(lambda: self.turns.database.call(partial(self._take, inputs=inputs, writer=writer)))
        before = {whose.partition: self._retired(whose.partition) for whose in inputs}
        for parcel in taken.left:
            self.turns.sender.send(parcel)
        await self.turns.confirmed([*{parcel.input for parcel in taken.left}, *inputs])
        for whose, claim in taken.claims.items():
            seats = taken.seats[whose]
            folding = await self._folding(claim, seats, before[whose.partition])
            self.held[whose.partition] = folding
            meter(whose).claims += 1
            self._start_backfills(folding, seats.behind)
        return {TP(whose.topic, whose.partition): claim.next_offset for whose, claim in taken.claims.items()}

    def _take(self, connection: Connection, inputs: Sequence[Input], writer: str) -> _Taken:
        with connection.transaction():
            claims, left = store.claim(connection, inputs, writer, {self.wiring.topic: self.wiring.log})
            seats = {whose: self._seat(connection, claim) for whose, claim in claims.items()}
        return _Taken(claims, [*left, *(parcel for each in seats.values() for parcel in each.left)], seats)

    def _seat(self, connection: Connection, claim: Claim) -> Seats:
        return carriers.seat(connection, claim, self.wiring.agents, self.wiring.log)

    def _retired(self, partition: int) -> Folding | None:
        was = self.held.pop(partition, None) or self.kept.get(partition)
        self.kept.pop(partition, None)
        if was is not None:
            was.live = False
        return was

    async def _folding(self, claim: Claim, seats: Seats, before: Folding | None) -> Folding:
        names = frozenset(name.encode() for name in (self.wiring.reader, *seats.aboard))
        folding = partial(Folding, letters=self.wiring.letters, answers_to=names, host=self.wiring.reader)
        if before is not None and self._still_true(claim, seats, before):
            return folding(claim, before.partition)

        def memory(connection: Connection) -> Partition:
            partition = Partition(seats.aboard.values(), states.world(connection, claim.input))
            partition.expect(states.wakes(connection, claim.input, seats.aboard))
            return partition

        return folding(claim, await insist(lambda: self.turns.database.call(memory)))

    @staticmethod
    def _still_true(claim: Claim, seats: Seats, before: Folding) -> bool:
        """Nobody has written in between, and what is in memory was committed."""
        return (
            not before.dirty
            and before.claim.writer == claim.before
            and before.claim.next_offset == claim.next_offset
            and before.partition.agents.keys() == seats.aboard.keys()
        )

    # -- folding

    async def take(self, chunk: Chunk, reading: Reading) -> None:
        """Fold a chunk; never raises, for Faust would go on as if it had been done."""
        self._turn = asyncio.ensure_future(self._taken(chunk, reading))
        await asyncio.shield(self._turn)  # a cancelled agent must not cancel a transaction

    async def _taken(self, chunk: Chunk, reading: Reading) -> None:
        try:
            await self._work(chunk, reading)
        except Exception as error:  # noqa: BLE001 - whatever it is, going on would leave a hole
            self.fatal(error)

    async def _work(self, chunk: Chunk, reading: Reading) -> None:
        folding = self.held.get(chunk.tp.partition)
        if self.stopping or folding is None or not folding.live or chunk.seek != reading.seek_number(chunk.tp):
            return
        if chunk.start > folding.claim.next_offset:  # Faust has dropped one before it
            await reading.rewind(chunk.tp, folding.claim.next_offset, chunk.seek)
            return
        self.turns.crash("after_poll")
        if not await self._fold(folding, chunk.records):
            if folding.live:  # fenced, while Kafka says that it is ours: claim again
                folding.live = False
                await asyncio.sleep(random.uniform(0.2, 0.8))
                await reading.reclaim(chunk.tp)
            return
        self.folded += len(chunk.records)
        reading.group_offsets[chunk.tp] = folding.claim.next_offset

    async def _fold(self, folding: Folding, records: Sequence[Fetched]) -> bool:
        end = records[-1].offset
        while folding.claim.next_offset <= end:
            async with folding.turn:
                returning = await self.turns.take(folding, records)
                if returning is None:
                    return False
                if returning:
                    await self._reseat(folding)
        return True

    # -- agents that come and go

    async def _reseat(self, folding: Folding) -> None:
        """An agent has left the position: it is rebuilt from the log, the others go on without it."""

        def work(connection: Connection) -> tuple[Seats, Wakes]:
            with connection.transaction():
                store.hold(connection, folding.claim)
                seats = self._seat(connection, folding.claim)
                return seats, states.wakes(connection, folding.claim.input, seats.aboard)

        try:
            seats, wakes = await insist(lambda: self.turns.database.call(work), lambda: folding.live)
        except Fenced:
            return  # whoever has it now seats them
        for parcel in seats.left:
            self.turns.sender.send(parcel)
        folding.reseat(Partition(seats.aboard.values(), folding.partition.world), wakes)
        self._start_backfills(folding, seats.behind)

    def _start_backfills(self, folding: Folding, behind: Sequence[Behind]) -> None:
        for each in behind:
            place = (folding.claim.input.partition, each.agent.name)
            running = self._backfills.get(place)
            if running is not None:
                running.cancel()
            self._backfills[place] = asyncio.create_task(self._rebuild(folding, each))

    async def _rebuild(self, host: Folding, behind: Behind) -> None:
        whose = behind.claim.input
        log.info("%s rebuilds %s-%d from %d", whose.reader, whose.topic, whose.partition, behind.claim.next_offset)
        database = Database(self.wiring.dsn, whose.reader)
        source = Source(self.wiring.kafka, whose)
        turns = Turns(database, self.turns.sender, self.turns.schemas, self.turns.crash, self.turns.cells_kept)
        try:
            await Backfill(behind, host, turns, source).run(partial(self._joined, host))
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - see `_taken`
            self.fatal(error)
        finally:
            await asyncio.to_thread(source.close)
            await asyncio.to_thread(database.close)

    @staticmethod
    def _joined(host: Folding, behind: Behind, own: Folding, wakes: Wakes) -> None:
        partition = Partition([*host.partition.agents.values(), behind.agent], host.partition.world)
        partition.load(own.partition.cells)
        host.reseat(partition, wakes)
        log.info("%s has gone aboard at %d", behind.agent.name, host.claim.next_offset)

    # -- letting go

    async def drain(self, limit: float = DRAIN) -> None:
        """Let the turn in flight end, and Kafka confirm."""
        if self._turn is not None and not self._turn.done():
            await asyncio.wait([self._turn], timeout=limit)
        end = time.monotonic() + CONFIRM
        while self.turns.sender.pending() and time.monotonic() < end:  # noqa: ASYNC110 - librdkafka reports when polled
            await asyncio.sleep(0.005)
        await self.tidy()
        with contextlib.suppress(TimeoutError):  # what is not stored now is read again
            await asyncio.wait_for(self.catch_up(), CONFIRM)

    async def catch_up(self) -> None:
        """Store positions that have only moved."""
        for folding in list(self.held.values()):
            if folding.live and folding.claim.ahead:
                async with folding.turn:
                    with contextlib.suppress(Fenced):  # whoever has it now reads that again
                        await self.turns.catch_up(folding)

    async def let_go(self, tps: Collection[TP]) -> None:
        """Partitions are revoked: others may have them when this returns."""
        await self.drain()
        for tp in tps:
            folding = self.held.pop(tp.partition, None)
            if folding is not None:
                folding.live = False
                self.kept[tp.partition] = folding

    async def tidy(self) -> None:
        """Forget in the outbox what Kafka has confirmed, where no later step does it."""
        for whose in self.turns.sender.settled():
            places = self.turns.sender.acknowledged(whose)
            try:
                await self.turns.database.call(partial(store.acknowledge, whose=whose, places=places))
            except Unavailable as fault:
                log.info("outbox not tidied: %s", fault)
                return
            self.turns.sender.forget(whose, places)
