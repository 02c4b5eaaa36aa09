"""One turn of a partition: read a chunk, load, fold, commit, send. What is not committed is never sent."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

from schemas.faults import Fenced, Unavailable, UnknownSchema
from streams import states, store
from streams.crash import Crash, never
from streams.database import Connection, Database
from streams.folding import Fetched, Folded, Folding, Read
from streams.metrics import RETRIES, Tally, meter
from streams.outbox import Sender
from streams.store import Input, Step

log = logging.getLogger(__name__)
T = TypeVar("T")
IN_FLIGHT = 8
"""Blobs that Kafka may still owe a confirmation for: sending overlaps folding, within bounds."""
ASKED_AGAIN = 0.25
"""Seconds after which the registry may know a schema that it did not: a dead letter comes once it is registered."""
CELLS_KEPT = 10_000
"""Cells in memory per partition; a person's history of 60 days takes some 50 kB there (ADR 9)."""


class Schemas(Protocol):
    """The registry, as much of it as a host asks."""

    def text(self, schema_id: int) -> str | None:
        """Return a schema, or None when the registry does not know the id; raises ``Unavailable``."""


async def insist(work: Callable[[], Awaitable[T]], alive: Callable[[], bool] = lambda: True) -> T:
    """Do it until it is done, with jitter: infrastructure that is away comes back.

    Raises:
        Fenced: it is not ours to do any more.

    """
    while True:
        try:
            return await work()
        except Unavailable as fault:
            log.warning("waiting: %s", str(fault)[:200])
            RETRIES.again()
            if not alive():
                raise Fenced("given up: the partition is somebody else's") from fault
            await asyncio.sleep(random.uniform(0.1, 0.6))


@dataclass(slots=True)
class Turns:
    """What a reader of partitions works with."""

    database: Database
    sender: Sender
    schemas: Schemas
    crash: Crash = never
    cells_kept: int = CELLS_KEPT

    async def take(self, folding: Folding, fetched: Sequence[Fetched]) -> frozenset[str] | None:
        """Fold records, up to the first that ends a turn; return who returns from `disabled` with it.

        None: the claim was lost, nothing of it is true, and the folding is not to be used any more.
        """
        try:
            read = await self._read(folding, fetched)
            await self._load(folding, read)
            await self.room(folding)
            # From here to the fold nothing is waited for: who claims meanwhile may go on with this very memory, and
            # must not find in it what is never committed.
            _ours(folding)
            folded = folding.fold(read, self.sender.acknowledged(folding.claim.input))
            self.crash("after_fold")
            if folded.nothing:
                folding.passed(folded)
                meter(folding.claim.input).count(_tally(read, folded))
                return frozenset()
            await self._commit(folding, folded)
        except Fenced as fenced:
            log.warning("%s lost: %s", folding.claim.input, fenced)
            meter(folding.claim.input).fences += 1
            return None
        meter(folding.claim.input).count(_tally(read, folded))
        parcel = folding.claim.parcel(folded.step)
        folding.committed(folded, self.cells_kept)
        self.sender.forget(folding.claim.input, folded.step.acknowledged)
        self.crash("after_commit")
        if parcel is not None:
            self.sender.send(parcel, folded.outgoing)
        self.crash("after_send")
        return folded.returning

    async def catch_up(self, folding: Folding) -> None:
        """Store a position that has only moved.

        Raises:
            Fenced: the claim was lost.

        """
        if folding.claim.ahead:
            step = Step(folding.claim.next_offset)
            await self._commit(folding, Folded(step, [], [], [], None, frozenset()))
            folding.claim.move(step)

    async def room(self, folding: Folding) -> None:
        """Wait while too much is on its way."""
        while self.sender.pending() > IN_FLIGHT and folding.live:  # noqa: ASYNC110 - librdkafka reports when polled
            await asyncio.sleep(0.002)

    async def confirmed(self, inputs: Sequence[Input]) -> None:
        """Wait until Kafka has everything."""
        while self.sender.pending(inputs):  # noqa: ASYNC110 - librdkafka reports when polled
            await asyncio.sleep(0.002)

    async def _read(self, folding: Folding, fetched: Sequence[Fetched]) -> Read:
        if folding.unknown and time.monotonic() - folding.asked > ASKED_AGAIN:
            folding.unknown.clear()
        while True:
            try:
                return folding.read(fetched)
            except UnknownSchema as error:
                number = error.schema_id
            text = await insist(lambda: asyncio.to_thread(self.schemas.text, number), lambda: folding.live)  # noqa: B023
            if text is None:
                folding.unknown.add(number)
                folding.asked = time.monotonic()
            else:
                folding.codec.learn(number, text)

    async def _load(self, folding: Folding, read: Read) -> None:
        wanted = folding.wants(read)
        if not wanted:
            return
        loading = partial(states.load, whose=folding.claim.input, agents=folding.partition.agents, wanted=wanted)
        found = await insist(lambda: self.database.call(loading), lambda: folding.live)
        _ours(folding)
        cells = folding.partition.cells
        folding.partition.load({place: cell for place, cell in found.items() if place not in cells})

    async def _commit(self, folding: Folding, folded: Folded) -> None:
        _ours(folding)

        def work(connection: Connection) -> None:
            with meter(folding.claim.input).committing(), connection.pipeline(), connection.transaction():
                folded.write(connection, folding.claim)
                self.crash("before_commit")

        try:
            await insist(lambda: self.database.call(work), lambda: folding.live)
        except Fenced:
            ours = partial(store.stands, held=folding.claim, step=folded.step)
            if not await insist(lambda: self.database.call(ours), lambda: folding.live):
                raise


def _ours(folding: Folding) -> None:
    if not folding.live:
        raise Fenced("given up: the partition is somebody else's")


def _tally(read: Read, folded: Folded) -> Tally:
    oldest = read.records[0][0].timestamp if read.records else None
    emitted, buried, written = len(folded.outgoing), len(folded.dead), sum(len(keys) for _, _, keys, *_ in folded.rows)
    return Tally(len(read.records), read.passed_over, read.repeated, emitted, buried, written, oldest)
