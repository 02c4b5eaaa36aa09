"""A change log as Debezium writes it, built by saying what happens to rows; and what a translation makes of it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from connectors.translation import Again, Broadcast, Keyed, Logged, Output, Translation, completes
from schemas import cdc
from schemas.events import Event
from schemas.faults import Bury, Unavailable
from schemas.topics import Topic

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANN, BOB, NORTH = UUID(int=1), UUID(int=2), UUID(int=9)
Row = dict[str, Any]
Record = tuple[bytes, bytes]
Records = Sequence[tuple[bytes, bytes | None]]


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def clock(business: datetime = NOON, real: datetime = NOON, rate: float = 1.0) -> Row:
    return {"id": 1, "anchor_business": stamp(business), "anchor_real": stamp(real), "rate": rate}


def heartbeat(at: datetime = NOON) -> Row:
    return {"id": 1, "beat_at": stamp(at)}


def shift(number: int, employee: UUID = ANN, starts: datetime = NOON) -> Row:
    ends = starts + timedelta(hours=8)
    return {
        "id": str(UUID(int=number)),
        "tenant_id": "default",
        "employee_id": str(employee),
        "location_id": str(NORTH),
        "starts_at": stamp(starts),
        "ends_at": stamp(ends),
        "created_at": stamp(NOON),
    }


@dataclass
class Changelog:
    """Each method appends what Debezium would; `records` is the log, offsets are indices."""

    epoch: int = 1
    records: list[Record] = field(default_factory=list)
    lsn: int = 1000
    commit: int | None = None
    at: datetime = NOON

    def transaction(self, *changes: tuple[str, str, Row | None, Row | None]) -> "Changelog":
        """Append changes (op, table, before, after) that are committed together, a byte of log each."""
        for op, table, before, after in changes:
            self.lsn += 1
            self._put(op, table, before, after, "false")
        self.lsn += 1
        self.commit = self.lsn
        return self

    def insert(self, table: str, row: Row) -> "Changelog":
        return self.transaction(("c", table, None, row))

    def update(self, table: str, before: Row | None, after: Row) -> "Changelog":
        return self.transaction(("u", table, before, after))

    def delete(self, table: str, row: Row | None) -> "Changelog":
        return self.transaction(("d", table, row, None))

    def together(self, table: str, rows: Sequence[Row]) -> "Changelog":
        """Append rows that one entry of PostgreSQL's log carries: all have its position."""
        self.lsn += 1
        for row in rows:
            self._put("c", table, None, row, "false")
        self.lsn += 1
        self.commit = self.lsn
        return self

    def snapshot(self, rows: Sequence[tuple[str, Row]], *, whole: bool = True) -> "Changelog":
        """Append a snapshot run; one that is not whole lacks its last row."""
        self.commit = None
        for number, (table, row) in enumerate(rows):
            said = "first" if number == 0 else "last" if number == len(rows) - 1 else "true"
            if whole or said != "last":
                self._put("r", table, None, row, said)
        return self

    def _put(self, op: str, table: str, before: Row | None, after: Row | None, snapshot: str) -> None:
        row = after or before or {}
        source = {
            "name": f"rollcall-{self.epoch}",
            "schema": "public",
            "table": table,
            "snapshot": snapshot,
            "sequence": json.dumps([None if self.commit is None else str(self.commit), str(self.lsn)]),
            "ts_us": round(self.at.timestamp() * 1_000_000),
        }
        value = {"before": before, "after": after, "source": source, "op": op}
        self.records.append((json.dumps({"id": row.get("id", row.get("agent"))}).encode(), json.dumps(value).encode()))


def whole_runs(records: Records) -> Callable[[int], bool]:
    """Look ahead in a log that lies here as a whole."""

    def look(offset: int) -> bool:
        answer = completes(cdc.head(value).source.snapshot for _, value in records[offset + 1 :])
        if answer is None:
            raise Unavailable("not ended")
        return answer

    return look


def translated(
    topic: Topic, records: Records, *, restart: bool = False, errors: list[Bury] | None = None
) -> list[Output]:
    """Return what a translation writes; with `restart` it is resumed from its memory before every record."""
    translation, written = Translation.resumed(topic, "translate.me", None), list[Output]()
    for offset, (key, value) in enumerate(records):
        if restart:
            translation = Translation.resumed(topic, "translate.me", translation.memory)
        try:
            written += translation.feed(Logged(offset, key, value), whole_runs(records))
        except Bury as fault:
            if errors is None:
                raise
            errors.append(fault)
    return written


def events(written: Sequence[Output]) -> list[Event]:
    return [output.event for output in written if isinstance(output, Keyed | Broadcast)]


def again(written: Sequence[Output]) -> list[Again]:
    return [output for output in written if isinstance(output, Again)]
