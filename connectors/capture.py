"""What is declared of a captured table: its columns that must not travel, and what its changes mean."""

from collections.abc import Callable
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
class Capture(Generic[R]):
    """A captured table of schema ``public``. `events` is pure; `emits` are the types it can return."""

    table: str
    row: type[R]
    emits: tuple[type[Event], ...] = ()
    events: Callable[[Change[R]], tuple[Event, ...]] = no_events
    excluded: tuple[str, ...] = ()
