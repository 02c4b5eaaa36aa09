"""Changes of captured rows: Debezium's envelope as it lies in the change log, and the canonical rows in it.

Only translators see ``before``, ``after`` and ``op``; everybody else sees events.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from schemas.events import Event
from schemas.faults import Undecodable
from schemas.ids import derive

R = TypeVar("R", bound=msgspec.Struct)
E = TypeVar("E", bound=Event)
UNAVAILABLE = b"__debezium_unavailable_value"
"""What stands for a large column that PostgreSQL did not send because the update left it alone..."""
UNAVAILABLE_BYTES = b"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ"
"""...and the same for a column of bytes."""
EPOCH_SHIFT = 56


class Day(date):
    """A date column; it travels as the number of days since 1970-01-01."""

    @classmethod
    def of(cls, days: int) -> "Day":
        """Return the date that so many days since 1970-01-01 are."""
        return cls.fromordinal(date(1970, 1, 1).toordinal() + days)


class Source(msgspec.Struct, frozen=True):
    """Where a change comes from; LSNs are positions in PostgreSQL's write-ahead log."""

    name: str
    """``<door>-<epoch>``: a source whose database was restored goes on under the next epoch."""
    schema: str
    table: str
    snapshot: str
    """``false`` for a change; ``first``, ``true``, ``last``, … in a snapshot run; ``incremental``."""
    sequence: str
    """JSON: LSN of the commit before, null at first; LSN of the change."""
    ts_us: int
    """When it was committed, in microseconds since 1970; for a snapshot, when it was read."""


class Head(msgspec.Struct, frozen=True):
    """What every record of the change log has, whichever its table."""

    op: str
    source: Source


class Envelope(msgspec.Struct, Generic[R], frozen=True):
    """A change with its rows."""

    before: R | None
    after: R | None


class Position(NamedTuple):
    """Where a change stands in its source's log: these never go back, where an LSN alone does."""

    epoch: int
    commit: int
    """LSN of the commit before its own."""
    lsn: int


@dataclass(frozen=True, slots=True)
class Change(Generic[R]):
    """What happened to one row. `recorded_at` is business time; `offset` its place in the change log."""

    source: str
    table: str
    key: str
    op: str
    before: R | None
    after: R | None
    position: Position
    offset: int
    recorded_at: datetime

    @property
    def revision(self) -> int:
        """Grows with each change of a row: its place in the change log, the source's epoch in the upper bits."""
        return self.position.epoch << EPOCH_SHIFT | self.offset

    def states(self, event: type[E], tenant_id: str, *, occurred_at: datetime | None = None, **fields: Any) -> E:
        """Return an event that this change states; same change and type, same id."""
        # A snapshot can have the very position of the first change after it: `op` tells them apart.
        event_id = derive(self.source, *self.position[1:], self.op, self.table, self.key, event.__name__)
        return event(
            event_id=event_id,
            occurred_at=occurred_at or self.recorded_at,
            recorded_at=self.recorded_at,
            tenant_id=tenant_id,
            **{"causation_id": event_id, "correlation_id": event_id, **fields},
        )


def head(value: bytes | None) -> Head:
    """Read what comes before the rows.

    Raises:
        Undecodable: not a change.

    """
    found: Head = _decoded(_HEAD, value)
    return found


def envelope(row: type[R], value: bytes) -> Envelope[R]:
    """Read a change's rows.

    Raises:
        Undecodable: not such rows, or a large column is missing.

    """
    if UNAVAILABLE in value or UNAVAILABLE_BYTES in value:
        raise Undecodable("a large column was not sent because it was not changed; mend: REPLICA IDENTITY FULL")
    found: Envelope[R] = _decoded(_decoder(row), value)
    return found


def position(source: Source) -> Position:
    """Return a change's place in its source's log.

    Raises:
        Undecodable: the source does not say it in a way that is known.

    """
    _, _, epoch = source.name.rpartition("-")
    try:
        commit, lsn = _SEQUENCE.decode(source.sequence)
        return Position(int(epoch), int(commit or 0), int(lsn))
    except (msgspec.MsgspecError, ValueError) as error:
        raise Undecodable(f"no position in {source.name} {source.sequence}: {error}") from error


def _decoded(decoder: msgspec.json.Decoder[Any], value: bytes | None) -> Any:
    if value is None:
        raise Undecodable("a change has a value")
    try:
        return decoder.decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Undecodable(f"not such a change: {error}") from error


def _column(wanted: type, value: Any) -> Any:
    if wanted is Day and isinstance(value, int):
        return Day.of(value)
    raise ValueError(f"{value!r} is not a {wanted.__name__}")


@cache
def _decoder(row: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(Envelope[row], dec_hook=_column)


_HEAD: msgspec.json.Decoder[Head] = msgspec.json.Decoder(Head)
_SEQUENCE: msgspec.json.Decoder[tuple[str | None, str]] = msgspec.json.Decoder(tuple[str | None, str])
