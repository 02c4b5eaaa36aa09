"""Rebuild one agent in one partition, alone, until it stands where its host stands; then it goes aboard.

Runs beside the host, with a connection and a position of its own; the host's partition stops only for the last few
records, because otherwise a busy one would never be reached.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from confluent_kafka import Consumer, TopicPartition

from agents.kernel import Partition
from agents.kernel.partition import Place
from schemas.faults import Fenced
from streams import carriers, states
from streams.carriers import Behind
from streams.database import Connection
from streams.folding import Folding
from streams.kafka import ClientConfig
from streams.message import sound
from streams.record import Record, fetched
from streams.store import Input
from streams.turns import Turns, insist

log = logging.getLogger(__name__)
BATCH = 500
NEAR = 2 * BATCH
"""Records that a host's partition may be kept waiting for."""
WAIT = 0.25


class Source:
    """Records of one partition from any offset on, outside of any group."""

    def __init__(self, kafka: ClientConfig, whose: Input) -> None:
        self._whose = whose
        self._next = -1
        self._consumer = Consumer(
            {
                **kafka,
                "client.id": whose.reader,
                "group.id": whose.reader,  # demanded, and never joined
                "enable.auto.commit": False,
                "auto.offset.reset": "error",
                "isolation.level": "read_uncommitted",  # the very records that the host sees
                "fetch.wait.max.ms": 50,
                "queued.max.messages.kbytes": 16_384,
                "reconnect.backoff.max.ms": 1000,
            }
        )

    def read(self, offset: int, end: int) -> list[Record]:
        """Return some records from `offset` on and below `end`; none if none came in time.

        Raises:
            PositionOutsideLog: the log does not reach there.

        """
        if self._next != offset:
            self._consumer.assign([TopicPartition(self._whose.topic, self._whose.partition, offset)])
        first = self._consumer.poll(WAIT)
        messages = [] if first is None else [first, *self._consumer.consume(BATCH - 1, 0)]
        whose = self._whose
        records = [fetched(each) for each in messages if sound(each, whose.reader, whose.topic)]
        wanted = [record for record in records if record.offset < end]
        # What lies beyond the end is read again, by an assignment, once the end has moved.
        self._next = wanted[-1].offset + 1 if wanted and len(wanted) == len(records) else -1 if records else offset
        return wanted

    def close(self) -> None:
        """Close the consumer."""
        self._consumer.close()


Wakes = list[tuple[Place, datetime]]


class Backfill:
    """One agent on its way to its host."""

    def __init__(self, behind: Behind, host: Folding, turns: Turns, source: Source) -> None:
        self._behind, self._host, self._turns, self._source = behind, host, turns, source

    async def run(self, joined: Callable[[Behind, Folding, Wakes], None]) -> None:
        """Fold up to the host's position and go aboard; `joined` is called at that moment, before the host's next turn.

        Ends without that when the partition is no longer the host's.
        """
        try:
            own = await self._begin()
            while self._host.live:
                target = self._host.claim.next_offset
                await self._fold_up_to(own, target)
                await self._turns.confirmed([own.claim.input])
                async with self._host.turn:
                    near = self._host.claim.next_offset - own.claim.next_offset <= NEAR
                    wakes = await self._board(own) if near else None
                    if wakes is not None:
                        joined(self._behind, own, wakes)
                        return
        except Fenced as fenced:
            log.info("%s ends: %s", self._behind.claim.input.reader, fenced)

    async def _begin(self) -> Folding:
        claim, agent = self._behind.claim, self._behind.agent
        memory = partial(_memory, claim_of=claim.input, behind=self._behind)
        partition = await insist(lambda: self._turns.database.call(memory), lambda: self._host.live)
        names = frozenset((self._host.host.encode(), agent.name.encode()))
        return Folding(claim, partition, self._host.letters, names, self._host.host, self._behind.silent_until)

    async def _fold_up_to(self, own: Folding, target: int) -> None:
        while own.claim.next_offset < target and self._host.live:
            records = await asyncio.to_thread(self._source.read, own.claim.next_offset, target)
            while records and records[-1].offset >= own.claim.next_offset:
                if await self._turns.take(own, records) is None:
                    raise Fenced("somebody else rebuilds it")

    async def _board(self, own: Folding) -> Wakes | None:
        """Go the last steps while the host waits, and hand over; return the wake-ups of all who are aboard then."""
        await self._fold_up_to(own, self._host.claim.next_offset)
        await self._turns.confirmed([own.claim.input])
        if not self._host.live or own.claim.next_offset != self._host.claim.next_offset:
            return None
        for each in (own, self._host):
            await self._turns.catch_up(each)
        aboard = {**self._host.partition.agents, **own.partition.agents}

        def work(connection: Connection) -> Wakes:
            with connection.transaction():
                carriers.join(connection, self._host.claim, own.claim, self._behind.agent.name)
                return states.wakes(connection, self._host.claim.input, aboard)

        return await insist(lambda: self._turns.database.call(work), lambda: self._host.live)


def _memory(connection: Connection, claim_of: Input, behind: Behind) -> Partition:
    world = states.world(connection, claim_of)
    partition = Partition([behind.agent], world, rebuilding=True)
    partition.expect(states.wakes(connection, claim_of, partition.agents))
    return partition
