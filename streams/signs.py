"""What a reader shows of itself: that it turns, how far it is, what it waits for. Its loop alone writes here."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Event

from streams.health import Pace, Vitals, paced
from streams.membership import Membership
from streams.metrics import RETRIES, meter
from streams.outbox import Sender
from streams.store import Claim


@dataclass(slots=True)
class Signs:
    """The signs of one loop; `vitals` may be asked for in any thread."""

    reader: str
    topic: str
    members: Membership
    sender: Sender
    stopping: Event
    beat: float = field(default_factory=time.monotonic)
    paces: Mapping[int, Pace] = field(default_factory=dict)
    waits: str | None = None

    def turned(self) -> None:
        """The loop turns, be it in place."""
        self.beat = time.monotonic()

    def waiting(self, fault: Exception) -> None:
        """Something is away, and will be tried again."""
        self.waits = f"waits: {fault}"
        RETRIES.again()

    def claimed(self, held: Mapping[int, Claim]) -> None:
        """These partitions are ours from here on."""
        for each in held.values():
            meter(each.input).claims += 1
        self.paces = {}
        self.look(held)

    def fenced(self, held: Iterable[Claim]) -> None:
        """They are not any more."""
        for each in held:
            meter(each.input).fences += 1

    def look(self, held: Mapping[int, Claim]) -> None:
        """Look how far each partition is, and whether it moves."""
        at = {partition: (claim.next_offset, self.members.end(partition)) for partition, claim in held.items()}
        self.paces = paced(self.paces, at, time.monotonic())

    def vitals(self) -> Vitals:
        """Return what is to be seen from outside."""
        return Vitals(
            reader=self.reader,
            topic=self.topic,
            beat=self.beat,
            member=self.members.joined,
            assigned=len(self.members.assigned),
            paces=self.paces if self.members.flowing else {},
            pending=self.sender.pending(),
            halted="is ending" if self.stopping.is_set() else self.waits,
        )
