"""Apply decisions: one reader of the decisions, and beside it the release of what waits for its agent to be live."""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event

from schemas.events import DecisionMade
from schemas.faults import Bury, Unavailable
from schemas.lifecycle import EFFECT, INVERSE
from schemas.topics import DECISIONS, Topic
from sinks.apply import Applier, Place
from streams.crash import crash_at
from streams.database import Connection, Database
from streams.decided import decided
from streams.decoding import Decoder
from streams.health import Beat, watch
from streams.reader import Reader, open_reader
from streams.record import Record
from streams.registry import Registry
from streams.settings import Settings
from streams.sinking import passed_over
from streams.store import Claim
from streams.threads import run_together
from streams.work import Buried, Result

log = logging.getLogger(__name__)
ROLE = "rollcall_applier"
LOOKED_AFTER = 0.5
"""Seconds between two looks for held effects that may go on."""


@dataclass(frozen=True, slots=True)
class Applying:
    """The work of the applier."""

    decoder: Decoder
    applier: Applier
    name: str = "apply"
    topic: Topic = DECISIONS

    def process(self, claim: Claim, records: Sequence[Record]) -> Result:  # noqa: ARG002
        """Settle each decision that asks for something, in order."""
        asking: list[tuple[DecisionMade, Place]] = []
        buried = []
        for record in records:
            if passed_over(record, (DecisionMade,)):
                continue
            try:
                event = self.decoder.decode(record.value)
            except Bury as fault:
                buried.append(Buried(record, fault))
                continue
            if isinstance(event, DecisionMade) and event.status in EFFECT | INVERSE:
                asking.append((event, Place(record.topic, record.partition, record.offset)))
        return Result(buried=buried, rows=asking)

    def write(self, connection: Connection, rows: Sequence[tuple[DecisionMade, Place]]) -> None:
        """Settle decisions."""
        for decision, place in rows:
            self.applier.settle(connection, decision, place)


def release(database: Database, applier: Applier, stopping: Event, beat: Beat) -> None:
    """Apply what was held, as soon as its agent is live again; one decision per transaction."""

    def one(connection: Connection) -> bool:
        with connection.transaction():
            return applier.release(connection)

    try:
        while not stopping.is_set():
            beat.turned()
            try:
                while database.run(one) and not stopping.is_set():
                    beat.turned()
            except Unavailable as fault:
                log.warning("held effects wait: %s", fault)
                stopping.wait(random.uniform(0.1, 0.6))
            stopping.wait(LOOKED_AFTER)
    finally:
        database.close()


def reader(settings: Settings, applier: Applier, stopping: Event) -> Reader:
    """Return the reader of decisions."""
    registry = Registry.of(settings)
    return open_reader(Applying(Decoder(registry.codec(), registry), applier), settings, ROLE, stopping)


def run(settings: Settings) -> None:
    """Run until told to stop.

    Raises:
        Stop: going on would lose or double something.

    """
    stopping, crash = Event(), crash_at(settings.crash)
    applier = Applier(decided, after_effect=lambda: crash("after_effect"))
    database, beat = Database(settings.dsn(ROLE), "apply.held"), Beat("apply.held")
    watch(beat.vitals)
    run_together(
        [reader(settings, applier, stopping).run, lambda: release(database, applier, stopping, beat)],
        stopping,
    )
