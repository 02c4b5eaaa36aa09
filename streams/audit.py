"""Look at the audit trail: hold the chain against its hashes, the table's head, and the heads that were published."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

import psycopg

from schemas.faults import Stop, Undecodable
from schemas.topics import AUDIT
from sinks.audit import Break, Head, Link, breaks
from streams.console import Rows, connection, rows
from streams.database import Connection
from streams.kafka import librdkafka
from streams.log import Log
from streams.settings import Settings

TOLD = 20
"""So many breaks are told; who has broken more has broken all."""
FETCHED = 2_000
Progress = Callable[[int, int], None]
"""Called now and then with how many rows have been looked at, and how many there are."""


class Published(NamedTuple):
    """A head as it lies in ``rollcall.audit.v1``; after compaction the last of each hour."""

    chain: UUID
    epoch: int
    sequence: int
    hash: bytes
    at: datetime

    @property
    def key(self) -> bytes:
        """What compaction keeps one of."""
        return f"{self.chain}/{self.epoch}/{self.at:%Y-%m-%dT%H}".encode()

    @property
    def value(self) -> bytes:
        """JSON, so that anybody can keep a copy and hold it against the chain."""
        said = {
            "chain": str(self.chain),
            "epoch": self.epoch,
            "sequence": self.sequence,
            "hash": self.hash.hex(),
            "at": self.at.isoformat(),
        }
        return json.dumps(said).encode()

    @classmethod
    def read(cls, value: bytes) -> "Published":
        """Read `value`.

        Raises:
            ValueError, KeyError: it is none.

        """
        said = json.loads(value)
        at = datetime.fromisoformat(said["at"])
        return cls(UUID(said["chain"]), said["epoch"], said["sequence"], bytes.fromhex(said["hash"]), at)


HEAD: LiteralString = "select chain, epoch, sequence, hash, clock_timestamp() from rollcall.audit_head, rollcall.epoch"


def published_by(database: Connection) -> Published:
    """Return the head as it is to be published."""
    row = database.execute(HEAD).fetchone()
    assert row is not None
    chain, epoch, sequence, hashed, at = row
    return Published(chain, epoch, sequence, hashed, at.astimezone(UTC))


class AuditBroken(Stop):
    """The audit trail is not what was written."""

    runbook = "audit-broken"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of looking at the whole chain."""

    rows: int
    heads: int
    """Published heads that it was held against."""
    broken: tuple[Break, ...] = ()
    restored: tuple[str, ...] = ()
    """Heads from before the database was restored that do not agree; what lay behind them was lost then."""

    @property
    def ok(self) -> bool:
        """Whether nothing is broken."""
        return not self.broken

    def document(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "ok": self.ok,
            "rows": self.rows,
            "published_heads": self.heads,
            "broken": [each._asdict() for each in self.broken],
            "restored": list(self.restored),
        }


@dataclass(slots=True)
class _Counted:
    """Links on their way, counted."""

    chain: Iterable[Link]
    total: int
    progress: Progress
    seen: int = field(default=0, init=False)

    def __iter__(self) -> Iterator[Link]:
        for link in self.chain:
            self.seen += 1
            if self.seen % FETCHED == 0:
                self.progress(self.seen, self.total)
            yield link


def verify(settings: Settings, progress: Progress = lambda *_: None, *, alone: bool = False) -> Verdict:
    """Look at the whole chain, a few rows at a time; `alone`: without what Kafka remembers of it.

    Raises:
        Unavailable: PostgreSQL or Kafka does not answer.

    """
    heads = [] if alone else list(published(settings))  # first: the chain only grows meanwhile
    with connection(settings) as database:
        return verify_in(database, heads, progress)


def verify_in(database: Connection, heads: Iterable[Published], progress: Progress = lambda *_: None) -> Verdict:
    """`verify` of a connected database, against given heads of any chain and epoch."""
    with database.transaction():
        database.execute("set transaction isolation level repeatable read, read only")
        now = published_by(database)
        own = [each for each in heads if each.chain == now.chain]
        current = [_head(each) for each in own if each.epoch == now.epoch]
        counted = _Counted(links(database), now.sequence, progress)
        broken = tuple(islice(breaks(counted, [*current, Head(now.sequence, now.hash)]), TOLD))
        return Verdict(counted.seen, len(own), broken, tuple(_restored(database, own, now.epoch)))


def _head(published: Published) -> Head:
    return Head(published.sequence, published.hash, f"the head published at {published.at:%Y-%m-%d %H:%M} UTC")


def links(database: Connection) -> Iterator[Link]:
    """Yield the chain as it is stored, inside the caller's transaction."""
    with psycopg.ServerCursor(database, "audit") as cursor:
        cursor.itersize = FETCHED
        cursor.execute("select sequence, entry, previous, hash from rollcall.audit order by sequence")
        for row in cursor:
            yield Link(*row)


def _restored(database: Connection, heads: Iterable[Published], epoch: int) -> Iterator[str]:
    """Say of each earlier epoch whether its last head is still true: what was lost by a restore is known to be lost."""
    last = {each.epoch: each for each in sorted(heads, key=lambda each: each.sequence) if each.epoch < epoch}
    for was, head in last.items():
        row = database.execute("select hash from rollcall.audit where sequence = %s", (head.sequence,)).fetchone()
        if row is None or row[0] != head.hash:
            yield f"epoch {was} went up to row {head.sequence}, which is another one now: the database was restored"


def published(settings: Settings) -> Iterator[Published]:
    """Yield all heads that Kafka has, of whatever chain.

    Raises:
        Unavailable: Kafka does not answer.
        Undecodable: the topic holds something else.

    """
    with Log(librdkafka(settings), "rollcall.audit") as log:
        for records in log.read(log.whole(AUDIT.name, 0)):
            for record in records:
                try:
                    yield Published.read(record.value or b"")
                except (ValueError, KeyError) as error:
                    place = f"{record.topic}-{record.partition}-{record.offset}"
                    raise Undecodable(
                        f"{place} is no head of an audit trail: {error}; somebody else writes there"
                    ) from error


def trail(settings: Settings, subject: str | None, proposal: UUID | None, limit: int) -> Rows:
    """Return the newest entries, of one subject or proposal, newest first."""
    with connection(settings) as database:
        found = rows(
            database,
            "select sequence, entry from rollcall.audit where (%s::text is null or entry::jsonb ->> 'subject' = %s)"
            " and (%s::text is null or entry::jsonb ->> 'proposal_id' = %s) order by sequence desc limit %s",
            subject,
            subject,
            proposal and str(proposal),
            proposal and str(proposal),
            limit,
        )
    return [{"sequence": each["sequence"], **json.loads(each["entry"])} for each in found]
