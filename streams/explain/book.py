"""Records by their place in the log, walked backwards along `cause-position` to the row that began it all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from schemas.events import Event
from schemas.faults import Undecodable
from schemas.topics import CDC
from streams.letters import AGENT, CAUSE
from streams.log import Position
from streams.record import Record

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OPS = {"c": "insert", "u": "update", "d": "delete", "r": "snapshot"}
Columns = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a row, for an auditor's eyes; what it means is the translators' to say."""

    table: str
    key: Columns
    operation: str
    """``insert``, ``update``, ``delete``, or ``snapshot``: it was there when capture began."""
    committed: datetime
    """By PostgreSQL's own clock; of a snapshot, when it was read."""
    transaction: int | None
    before: Columns
    after: Columns

    @property
    def changed(self) -> Mapping[str, tuple[Any, Any]]:
        """Columns that an update has changed: what they were, and what they are."""
        if self.operation != "update":
            return {}
        return {
            name: (self.before.get(name), value) for name, value in self.after.items() if self.before.get(name) != value
        }

    def concerns(self, identities: set[str]) -> bool:
        """Whether one of the row's columns holds one of these ids, before or after."""
        return any(value in identities for row in (self.before, self.after) for value in row.values() if value)


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of the log, understood: either a change of a row or an event."""

    record: Record
    position: Position
    cause: Position | None
    """The record that was being translated, or folded, when this one came of it."""
    agent: str | None = None
    event: Event | None = None
    change: Change | None = None

    @property
    def logged(self) -> datetime:
        """When it was handed to Kafka, to the millisecond."""
        return EPOCH + timedelta(milliseconds=self.record.timestamp)


@dataclass(slots=True)
class Book:
    """Every record is fetched once. `fetch` and `decode` are the log's and the registry's."""

    fetch: Callable[[Position], Record]
    decode: Callable[[bytes | None], Event]
    _read: dict[Position, Entry] = field(default_factory=dict)

    def entry(self, position: Position) -> Entry:
        """Return what lies there."""
        if position not in self._read:
            self.add(self.fetch(position))
        return self._read[position]

    def add(self, record: Record) -> Entry:
        """Take a record that somebody has fetched already."""
        position = Position(*record[:3])
        if position not in self._read:
            self._read[position] = self._understood(record, position)
        return self._read[position]

    def path(self, entry: Entry) -> tuple[Entry, ...]:
        """Return what led to a record, the first cause first and the record itself last."""
        path = {entry.position: entry}
        while (cause := entry.cause) is not None and cause not in path:
            path[cause] = entry = self.entry(cause)
        return tuple(reversed(path.values()))

    def _understood(self, record: Record, position: Position) -> Entry:
        if record.topic == CDC.name:
            return Entry(record, position, None, change=changed(record))
        named, agent = record.header(CAUSE), record.header(AGENT)
        cause = None if named is None else Position.parse(named)
        return Entry(record, position, cause, None if agent is None else agent.decode(), self.decode(record.value))


class _Source(msgspec.Struct):
    schema: str
    table: str
    ts_us: int
    txId: int | None = None  # noqa: N815 - Debezium's name


class _Envelope(msgspec.Struct):
    op: str
    source: _Source
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)


def changed(record: Record) -> Change:
    """Read a change of the change log.

    Raises:
        Undecodable: it is none.

    """
    try:
        envelope = _ENVELOPE.decode(record.value or b"")
        key = msgspec.json.decode(record.key or b"{}", type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise Undecodable(f"{Position(*record[:3])} is not a change: {error}") from error
    source = envelope.source
    return Change(
        table=f"{source.schema}.{source.table}",
        key=key,
        operation=OPS.get(envelope.op, envelope.op),
        committed=EPOCH + timedelta(microseconds=source.ts_us),
        transaction=source.txId,
        before=envelope.before or {},
        after=envelope.after or {},
    )
