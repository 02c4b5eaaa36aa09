"""Whether a role lives and is ready: what its loops show of themselves, and what its dependencies answer.

A loop stamps its heartbeat itself; whoever asks only reads. Liveness never depends on anything outside of the process:
a database that is away is waited for, and starting anew would not bring it back.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

SILENT = 30.0
"""Seconds after which a loop that has not turned is not alive. What it waits for, it waits for in shorter pieces."""
STALLED = 30.0
"""Seconds after which a partition that takes no step, while its log grows, is not ready."""


class Check(NamedTuple):
    """What was looked at; `trouble` None means that all is well."""

    name: str
    trouble: str | None = None


@dataclass(slots=True)
class Pace:
    """How one partition gets on, as its reader looks at it about once a second.

    A log can end in records that no reader gets to see (markers of transactions): being behind is no proof of standing
    still, and only an end that moves on meanwhile is.
    """

    next_offset: int
    end: int
    since: float
    first: int = field(init=False)

    def __post_init__(self) -> None:
        self.first = self.end

    def seen(self, next_offset: int, end: int, now: float) -> None:
        """Look. `end` is negative where it is not known yet."""
        if next_offset != self.next_offset or next_offset >= end:
            self.since, self.first = now, end
        self.next_offset, self.end = next_offset, end

    @property
    def lag(self) -> int:
        """Records that are not yet read."""
        return max(0, self.end - self.next_offset)

    def stalled(self, now: float) -> float:
        """Return for how many seconds nothing has moved although it should have."""
        return max(0.0, now - self.since) if self.lag and self.end > self.first else 0.0


def paced(known: Mapping[int, Pace], at: Mapping[int, tuple[int, int | None]], now: float) -> dict[int, Pace]:
    """Return the paces by partition, after a look at next offset and end of each; None: the end is not known yet."""
    paces = {partition: known.get(partition) or Pace(0, -1, now) for partition in at}
    for partition, (next_offset, end) in at.items():
        paces[partition].seen(next_offset, -1 if end is None else end, now)
    return paces


@dataclass(frozen=True, slots=True)
class Vitals:
    """One loop, seen from another thread without waiting for it. Instants are `time.monotonic`'s."""

    reader: str
    topic: str | None
    """None: a loop that reads no partitions."""
    beat: float
    """When it last turned."""
    member: bool = True
    assigned: int = 0
    paces: Mapping[int, Pace] = field(default_factory=dict)
    """Of the partitions that are claimed and positioned."""
    pending: int = 0
    """Blobs that Kafka has not confirmed."""
    halted: str | None = None
    """Why it does not go on, for the moment."""
    modes: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Partitions by agent and mode."""

    @property
    def name(self) -> str:
        """What people read."""
        return self.reader if self.topic is None else f"{self.reader} of {self.topic}"


@dataclass(slots=True)
class Beat:
    """The heartbeat of a loop that reads no partitions."""

    name: str
    at: float = field(default_factory=time.monotonic)

    def turned(self) -> None:
        """It has turned."""
        self.at = time.monotonic()

    def vitals(self) -> Vitals:
        """Return what is to be seen from outside."""
        return Vitals(self.name, None, self.at)


Look = Callable[[], Vitals]
LOOPS: list[Look] = []
"""The loops of this process: it is one role, and they last as long as it does."""


def watch(look: Look) -> None:
    """Show a loop to whoever asks after this process."""
    LOOPS.append(look)


class Health:
    """The questions of an orchestrator, answered at any moment and at once."""

    def __init__(
        self,
        loops: Sequence[Look],
        dependencies: Mapping[str, Callable[[], str | None]],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`dependencies` say what is wrong with each, or None; they answer within a second."""
        self._loops, self._dependencies, self.now = loops, dependencies, now

    def vitals(self) -> list[Vitals]:
        """Return what all loops show."""
        return [look() for look in self._loops]

    def alive(self) -> list[Check]:
        """Look whether every loop turns; before there is one, the process is starting."""
        return [Check("ping"), Check("loops", self._silent(self.vitals()))]

    def ready(self, *, whole: bool = True) -> list[Check]:
        """Look at everything; if not `whole`, dependencies are not asked when there is trouble already."""
        inside = list(self._inside(self.vitals()))
        if not whole and any(check.trouble for check in inside):
            return inside
        return [*(Check(name, ask()) for name, ask in self._dependencies.items()), *inside]

    def _inside(self, seen: Sequence[Vitals]) -> Iterator[Check]:
        readers = [each for each in seen if each.topic is not None]
        starting = None if seen else "starting"
        yield Check("loops", starting or self._silent(seen))
        yield Check("group", starting or _first(readers, lambda each: None if each.member else "is not a member"))
        yield Check("partitions", starting or _first(readers, _unpositioned))
        yield Check("halted", starting or _first(seen, lambda each: each.halted))
        yield Check("progress", starting or _first(readers, self._stalled))

    def _silent(self, seen: Sequence[Vitals]) -> str | None:
        now = self.now()
        return _first(
            seen, lambda each: f"has not turned for {now - each.beat:.0f} s" if now - each.beat > SILENT else None
        )

    def _stalled(self, each: Vitals) -> str | None:
        now = self.now()
        worst = max(((pace.stalled(now), number) for number, pace in each.paces.items()), default=(0.0, 0))
        return f"has not moved in partition {worst[1]} for {worst[0]:.0f} s" if worst[0] > STALLED else None


def _unpositioned(each: Vitals) -> str | None:
    read = len(each.paces)
    return None if read >= each.assigned else f"reads {read} of the {each.assigned} partitions that it was given"


def _first(seen: Sequence[Vitals], trouble: Callable[[Vitals], str | None]) -> str | None:
    """Return the first trouble, and how many more have some."""
    said = [f"{each.name} {why}" for each in seen if (why := trouble(each)) is not None]
    return None if not said else said[0] + (f" (and {len(said) - 1} more)" if len(said) > 1 else "")
