"""What is declared of a captured table: its columns that must not travel, and what its changes mean."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from schemas.cdc import Change
from schemas.events import Event

R = TypeVar("R", bound=msgspec.Struct)


def no_events(_: Change[Any]) -> tuple[Event, ...]:
    """Say nothing: captured so that a later topic can be filled from the beginning."""
    return ()


@dataclass(frozen=True, slots=True)
class Telling(Generic[R]):
    """Events that a table's changes can tell, and the pure function that says which."""

    emits: tuple[type[Event], ...]
    events: Callable[[Change[R]], tuple[Event, ...]]


@dataclass(frozen=True, slots=True)
class Capture(Generic[R]):
    """A captured table of schema ``public``. `events` is pure; `emits` are the types it can return.

    What only another topic carries is told by functions of its own, `also`: no topic pays for what it does not carry.
    """

    table: str
    row: type[R]
    emits: tuple[type[Event], ...] = ()
    events: Callable[[Change[R]], tuple[Event, ...]] = no_events
    excluded: tuple[str, ...] = ()
    also: tuple[Telling[R], ...] = ()

    def tellings(self) -> tuple[Telling[R], ...]:
        """Return all that a change can tell, in order."""
        return (Telling(self.emits, self.events), *self.also)

    def telling(self, carried: Collection[type[Event]]) -> tuple[Callable[[Change[R]], tuple[Event, ...]], ...]:
        """Return the functions that are asked for a topic that carries these events."""
        return tuple(each.events for each in self.tellings() if any(event in carried for event in each.emits))
