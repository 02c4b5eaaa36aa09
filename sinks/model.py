"""What a sink is: one read model, a pure function from a recorded event to its row, and how rows of one key merge."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, LiteralString, NamedTuple

from schemas.events import Event
from schemas.topics import Topic


class Run(NamedTuple):
    """Whose work a record is: the agent that emitted it, and the record that it was folding."""

    agent: str
    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event and its position in the log. `run` is None on what no agent has emitted."""

    topic: str
    partition: int
    offset: int
    event: Event
    run: Run | None = None


@dataclass(frozen=True, slots=True)
class Sink:
    """One read model in ``mart``. Its file's `row` is pure; everything else about writing is the same for all.

    Rows of one key merge: a row whose `newer` column is higher replaces the stored one, else it changes nothing.
    Without `newer` the rows of a key complete each other: nothing (null) never replaces something. `merge` replaces
    that rule by a statement of the sink's own, which reads ``staged``.
    A sink that `appends` is no read model: its table lies in ``public`` and is only inserted into, the first row of a
    key stays.
    """

    name: str
    topics: tuple[Topic, ...]
    reads: tuple[type[Event], ...]
    columns: tuple[str, ...]
    key: tuple[str, ...]
    row: Callable[[Recorded], tuple[Any, ...] | None]
    newer: str | None = None
    table: str = ""
    merge: LiteralString | None = None
    appends: bool = False

    @property
    def stored_in(self) -> tuple[str, str]:
        """Schema and name of the table."""
        return "public" if self.appends else "mart", self.table or self.name
