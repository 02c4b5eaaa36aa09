"""The loop of everything that reads a topic without Faust: sinks, applier, translator. Exactly once, as the host.

Reads from the position in PostgreSQL, works on a batch of one partition in the transaction that moves this position by
compare-and-set, and sends only what is committed.
"""

import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import groupby
from operator import attrgetter
from threading import Event
from typing import Any, TypeVar
from uuid import uuid4

from schemas.faults import Bury, Fenced, NoProgress, PositionOutsideLog, Unavailable
from streams import quota, store
from streams.crash import Crash, crash_at, never
from streams.database import Connection, Database
from streams.health import watch
from streams.kafka import librdkafka
from streams.membership import Group, Membership
from streams.metrics import meter
from streams.outbox import Outgoing, Sender
from streams.progress import Progress
from streams.record import Record, sift
from streams.settings import Settings
from streams.signs import Signs
from streams.store import Claim, Input, Step
from streams.work import Buried, Done, Part, Result, Work

log = logging.getLogger(__name__)
T = TypeVar("T")
IN_FLIGHT = 8
"""Blobs that Kafka may still owe a confirmation for."""
PATIENCE = 3
"""Failures in a row after which a batch is tried in halves: it may take longer than the database's deadline."""
SHOWN_EVERY = 1.0
TIDIED_EVERY = 0.5


@dataclass(slots=True)
class Ends:
    """What a reader holds: one each, nothing shared."""

    members: Membership
    database: Database
    sender: Sender
    crash: Crash = never


class Reader:
    """One reader of one topic, in the caller's thread."""

    def __init__(self, work: Work, ends: Ends, stopping: Event, patience: timedelta = timedelta(seconds=60)) -> None:
        """`patience`: for how long there may be something to read without anything moving."""
        self._work, self._stopping = work, stopping
        self._members, self._database, self._sender = ends.members, ends.database, ends.sender
        self._crash = ends.crash
        self._held: dict[int, Claim] = {}
        self._generation = -1
        self._shown = self._tidied = time.monotonic()
        self._progress = Progress(patience.total_seconds())
        self.signs = Signs(work.name, work.topic.name, ends.members, ends.sender, stopping)

    def run(self) -> None:
        """Read until told to stop.

        Raises:
            Stop: going on would lose or double something.

        """
        try:
            while not self._stopping.is_set():
                self._turn()
            self._sender.drain(5)
            with suppress(Fenced):
                self._catch_up()
            self._tidy()
            self._show()
        finally:
            self._members.close()
            self._database.close()

    # -- one turn: claim if need be, gather, work

    def _turn(self) -> None:
        self.signs.turned()
        try:
            self._ready()
            records = self._members.gather(0.02 if self._sender.pending() else 0.1)
            if records:
                self._crash("after_poll")
                batches = groupby(sorted(records, key=attrgetter("partition")), attrgetter("partition"))
                self._settle([Part(self._held[partition], list(batch)) for partition, batch in batches])
            self._keep()
        except Fenced as fenced:
            log.warning("%s claims again: %s", self._work.name, fenced)
            self.signs.fenced(self._held.values())
            self._held, self._generation = {}, -1
            self._members.rest(random.uniform(0.05, 0.3))
        self._sender.poll()

    def _ready(self) -> None:
        if self._generation != self._members.generation:
            self._claim()
        elif self._held and not self._members.flowing:
            self._members.flow({partition: held.next_offset for partition, held in self._held.items()})

    def _keep(self) -> None:
        now = time.monotonic()
        if now - self._tidied > TIDIED_EVERY:
            self._tidied = now
            self._catch_up()
            self._tidy()
        if now - self._shown > SHOWN_EVERY:
            self._shown = now
            self._show()
        if self._held and self._progress.overdue(now):
            self._look(now)

    def _look(self, now: float) -> None:
        """Nothing has moved for long: see whether there is anything to read, and if so, read from the position anew."""
        ends = {each: self._insist(partial(self._members.bounds, each), self._generation)[1] for each in self._held}
        behind = {each: end for each, end in ends.items() if end > self._held[each].next_offset}
        if self._progress.stuck(behind, now):
            raise NoProgress(f"{self._work.name} reads nothing of {self._work.topic.name}, which has reached {behind}")
        if behind:
            log.warning("%s has read nothing for long, and there is something: %s", self._work.name, behind)
            self._members.rest(0)

    def _claim(self) -> None:
        generation, self._held = self._members.generation, {}
        inputs = [Input(self._work.name, self._work.topic.name, each) for each in sorted(self._members.assigned)]
        if inputs:
            logs = {self._work.topic.name: self._insist(self._members.log, generation)}
            writer = f"{self._work.name}.{uuid4().hex}"  # fresh per claim: fences zombies and our own late COMMITs
            claiming = partial(self._database.run, lambda connection: store.claim(connection, inputs, writer, logs))
            claims, left = self._insist(claiming, generation)
            for parcel in left:
                self._sender.send(parcel)
            self._await(lambda: self._sender.pending(inputs) == 0, generation)
            for held in claims.values():
                self._check(held, self._insist(partial(self._members.bounds, held.input.partition), generation))
            self._held = {each.partition: claims[each] for each in inputs}
            self.signs.claimed(self._held)
            self._members.flow({partition: held.next_offset for partition, held in self._held.items()})
        self._generation = generation

    @staticmethod
    def _check(held: Claim, bounds: tuple[int, int]) -> None:
        if not bounds[0] <= held.next_offset <= bounds[1]:
            raise PositionOutsideLog(
                f"{held.input.reader} stands at {held.next_offset} in {held.input.topic}-{held.input.partition},"
                f" which reaches from {bounds[0]} to {bounds[1]}"
            )

    # -- a batch

    def _settle(self, parts: list[Part]) -> None:
        """Commit a batch, in smaller and smaller parts if it must be; bury the record that is in the way."""
        fresh = [record for part in parts for record in sift(*part).records]
        try:
            self._commit(parts, tries=PATIENCE if len(fresh) > 1 else None)
        except (Bury, Unavailable) as fault:
            if len(parts) > 1:
                for part in parts:
                    self._settle([part])
                return
            held, records = parts[0]
            if len(fresh) > 1:
                middle = records.index(fresh[len(fresh) // 2])
                self._settle([Part(held, records[:middle])])
                self._settle([Part(held, records[middle:])])
            elif isinstance(fault, Bury):
                self._commit(parts, Buried(fresh[0], fault))
            else:
                raise

    def _commit(self, parts: Sequence[Part], refused: Buried | None = None, tries: int | None = None) -> None:
        self._await(lambda: self._sender.pending() < IN_FLIGHT, self._generation)
        done: list[Done] = []
        for held, records in parts:
            batch = sift(held, records)
            result = Result(buried=[refused]) if refused else self._process(held, batch.records, tries)
            done.append(Done.of(held, batch, result, self._work.name))
        for each in done:
            if each.result.nothing:
                each.held.pass_over(each.step)
                self._progress.moved()
                meter(each.held.input).count(each.tally)
        moved = [each for each in done if not each.result.nothing]
        if moved:
            rows = [row for each in moved for row in each.result.rows]
            dead = [letter for each in moved for letter in each.dead]
            self._store([(each.held, each.step) for each in moved], rows, dead, tries)
        for each in moved:
            meter(each.held.input).count(each.tally)

    def _process(self, held: Claim, records: Sequence[Record], tries: int | None) -> Result:
        if not records:
            return Result()
        return self._insist(lambda: self._work.process(held, records), self._generation, tries)

    def _store(
        self,
        moves: Sequence[tuple[Claim, Step]],
        rows: Sequence[Any] = (),
        dead: Sequence[Outgoing] = (),
        tries: int | None = None,
    ) -> None:
        """Commit steps, and then send what they emit."""
        moves = [(held, replace(step, acknowledged=self._sender.acknowledged(held.input))) for held, step in moves]
        first = moves[0][0].input

        def attempt(connection: Connection) -> None:
            # With nothing to be written in between it is one round trip.
            trip = nullcontext() if rows else connection.pipeline()
            with meter(first).committing(), trip, connection.transaction():
                if rows:
                    for held, _ in moves:
                        store.hold(connection, held)
                    self._work.write(connection, rows)
                    if any(step.emitted for _, step in moves):  # a sink's commit does not wait for the disk
                        connection.execute("set local synchronous_commit = on")
                self._crash("after_fold")
                for held, step in moves:
                    store.advance(connection, held, step)
                quota.charge(connection, first, dead)
                self._crash("before_commit")

        self._insist(lambda: self._database.run(attempt), self._generation, tries)
        parcels = [held.parcel(step) for held, step in moves]
        for held, step in moves:
            held.move(step)
            self._sender.forget(held.input, step.acknowledged)
        self._progress.moved()
        self._crash("after_commit")
        for parcel in filter(None, parcels):
            self._sender.send(parcel)
        self._crash("after_send")

    # -- waiting, always as a live member of the group

    def _insist(self, work: Callable[[], T], generation: int, tries: int | None = None) -> T:
        """Do it until it is done, or no longer ours to do."""
        while True:
            try:
                done = work()
            except Unavailable as fault:
                self.signs.waiting(fault)
                self._progress.moved()
                tries = None if tries is None else tries - 1
                if tries == 0:
                    raise
                log.warning("%s waits: %s", self._work.name, fault)
                self._rest(random.uniform(0.1, 0.6), generation)
            else:
                self.signs.waits = None
                return done

    def _await(self, done: Callable[[], bool], generation: int) -> None:
        patient_until = time.monotonic() + 1
        while not done():
            if time.monotonic() > patient_until:
                self._rest(0.05, generation)
            self._sender.poll(0.01)
            self.signs.turned()

    def _rest(self, seconds: float, generation: int) -> None:
        self.signs.turned()
        self._members.rest(seconds)
        self._sender.poll()
        if generation != self._members.generation or self._stopping.is_set():
            raise Fenced("the partitions were assigned anew")

    # -- now and then

    def _catch_up(self) -> None:
        """Store positions that have only moved."""
        moves = [(held, Step(held.next_offset)) for held in self._held.values() if held.ahead]
        if moves:
            self._store(moves)

    def _tidy(self) -> None:
        """Forget in the outbox what Kafka has confirmed, where no later step does it."""
        for whose in self._sender.settled():
            places = self._sender.acknowledged(whose)
            try:
                self._database.run(partial(store.acknowledge, whose=whose, places=places))
            except Unavailable as fault:
                log.info("outbox not tidied: %s", fault)
                return
            self._sender.forget(whose, places)

    def _show(self) -> None:
        self.signs.look(self._held)
        self._members.report({partition: held.next_offset for partition, held in self._held.items()})


def open_reader(
    work: Work, settings: Settings, role: str, stopping: Event, options: Mapping[str, Any] | None = None
) -> Reader:
    """Return a reader with its own ends, which the process shows. `role` is the database's, `options` the consumer's.

    The consumer group belongs to the database that has the positions. Several processes of one reader need a
    ``ROLLCALL_INSTANCE`` each.
    """
    group = Group(
        librdkafka(settings),
        f"{settings.postgres_database}.{work.name}.{work.topic.name}",
        f"{work.name}-{settings.instance}",
        settings.session_timeout,
        options or {},
    )
    ends = Ends(
        Membership(group, work.topic.name),
        Database(settings.dsn(role), work.name),
        Sender(librdkafka(settings), work.name),
        crash_at(settings.crash),
    )
    reader = Reader(work, ends, stopping)
    watch(reader.signs.vitals)
    return reader
