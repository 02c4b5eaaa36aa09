"""What a kind's file declares to the applier: when its effect still fits, how it is done, and how it is taken back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from schemas.events import DecisionMade
from schemas.kinds import Kind, Payload

Rows = Connection[TupleRow]
Replaced = Mapping[str, Any] | None
"""The row that an effect has replaced, as JSON would say it; None when there was none."""
P = TypeVar("P", bound=Payload)


class Difference(NamedTuple):
    """What an approval rested on, and what PostgreSQL has now: ids, codes and instants, nothing about others."""

    of: str
    """The row, the policy or the people, for example ``shift <id>``."""
    field: str
    before: Any
    now: Any


class Moved(NamedTuple):
    """Why something does not hold any more, as a code, and what has moved."""

    code: str
    difference: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """An effect that was applied, and what it has replaced."""

    decision_id: UUID
    replaced: Replaced


@dataclass(frozen=True, slots=True)
class Effect(Generic[P]):
    """One kind's effect. All three run in the applier's transaction; the latter two under a savepoint.

    `moved` returns why the effect no longer fits the world and what is different there, or None when it does; `do`
    returns what it has replaced; `undo` takes it back for the decision given, and returns a code, empty when there is
    nothing to say.
    """

    kind: Kind
    payload: type[P]
    moved: Callable[[Rows, P], Moved | None]
    do: Callable[[Rows, DecisionMade, P], Replaced]
    undo: Callable[[Rows, DecisionMade, Done], str]

    @property
    def name(self) -> str:
        """The kind's name, which is the file's."""
        return self.kind.name
