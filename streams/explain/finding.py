"""Find a proposal's records by its id: where the sinks say they lie, or in what the sinks have yet to read."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from schemas.events import DecisionEvent, Event, ProposalMade, ProposalWithdrawn
from schemas.faults import Bury, Misconfigured
from schemas.topics import DECISIONS, PROPOSALS, Topic
from schemas.wire import TYPES
from streams.database import Connection
from streams.log import Log, Position
from streams.outbox import partition_of

DIGITS = 8
"""As many hexadecimal digits of an id as must be given at least."""
SHOWN = 10
Rows = list[dict[str, Any]]


class NoSuchProposal(Misconfigured):
    """What was asked for is no proposal, or more than one."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where the records about a proposal lie that its own history is made of."""

    proposal_id: UUID
    made: Position
    withdrawn: Position | None
    decisions: tuple[Position, ...]
    listed: bool
    """Whether ``mart.proposals`` has it already."""


def bounds(wanted: str) -> tuple[UUID, UUID]:
    """Return the lowest and the highest id that begin like this.

    Raises:
        NoSuchProposal: no id does.

    """
    digits = wanted.replace("-", "").lower()
    if not DIGITS <= len(digits) <= 32 or set(digits) - set("0123456789abcdef"):
        raise NoSuchProposal(
            f"{wanted!r} is not the id of a proposal, nor the first {DIGITS} digits or more of one;"
            " rollcall proposals list shows them"
        )
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))


@dataclass(frozen=True, slots=True)
class Finder:
    """`decode` asks the registry where it must."""

    database: Connection
    log: Log
    decode: Callable[[bytes | None], Event]

    def find(self, wanted: str) -> Found:
        """Return where a proposal's records are.

        Raises:
            NoSuchProposal: there is none, or more than one that begins like this.
            Unavailable: PostgreSQL, Kafka or the registry does not answer.

        """
        lowest, highest = bounds(wanted)
        rows = self._rows(
            "select proposal_id, topic, partition, log_offset, withdrawn_log_offset from mart.proposals"
            " where proposal_id between %s and %s order by proposal_id limit %s",
            (lowest, highest, SHOWN + 1),
        )
        made = {row["proposal_id"]: _position(row, "log_offset") for row in rows if row["log_offset"] is not None}
        if not (lowest == highest and made):
            for position, event in self._unread("sink.proposals", PROPOSALS, range(PROPOSALS.partitions), ProposalMade):
                if isinstance(event, ProposalMade) and lowest <= event.proposal_id <= highest:
                    made.setdefault(event.proposal_id, position)
        proposal_id = _only(wanted, made, rows)
        return self._life(proposal_id, made[proposal_id], [row for row in rows if row["proposal_id"] == proposal_id])

    def _life(self, proposal_id: UUID, made: Position, known: Rows) -> Found:
        withdrawn = [_position(row, "withdrawn_log_offset") for row in known if row["withdrawn_log_offset"] is not None]
        rows = self._rows(
            "select topic, partition, log_offset from mart.decisions where proposal_id = %s order by log_offset",
            (proposal_id,),
        )
        decisions = [_position(row, "log_offset") for row in rows]
        key = self.log.at(made).key or b""
        unread = self._unread("sink.proposals", PROPOSALS, [made.partition], ProposalWithdrawn)
        withdrawn += [each for each, event in unread if _about(event, proposal_id)]
        unread = self._unread("sink.decisions", DECISIONS, [partition_of(key, DECISIONS.partitions)], DecisionEvent)
        decisions += [each for each, event in unread if _about(event, proposal_id) and each not in decisions]
        listed = any(row["log_offset"] is not None for row in known)
        return Found(proposal_id, made, next(iter(withdrawn), None), tuple(decisions), listed)

    def _unread(
        self, sink: str, topic: Topic, partitions: Iterable[int], wanted: type[Event]
    ) -> Iterator[tuple[Position, Event]]:
        """Yield the events of a type that a sink has not read yet, or has not yet committed."""
        types = {name for event, name in TYPES.items() if issubclass(event, wanted)}
        rows = self._rows(
            "select partition, next_offset from rollcall.positions where reader = %s and topic = %s",
            (sink, topic.name),
        )
        read = {row["partition"]: row["next_offset"] for row in rows}
        for partition in partitions:
            whole = self.log.whole(topic.name, partition)
            for records in self.log.read(whole._replace(start=max(whole.start, read.get(partition, 0)))):
                for record in records:
                    if record.header("ce_type") in types:
                        with suppress(Bury):
                            yield Position(*record[:3]), self.decode(record.value)

    def _rows(self, query: str, arguments: Any) -> Rows:
        with self.database.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query, arguments).fetchall()


def _about(event: Event, proposal_id: UUID) -> bool:
    return getattr(event, "proposal_id", None) == proposal_id


def _position(row: Mapping[str, Any], offset: str) -> Position:
    return Position(row["topic"], row["partition"], row[offset])


def _only(wanted: str, made: Mapping[UUID, Position], rows: Rows) -> UUID:
    if len(made) == 1:
        return next(iter(made))
    if made:
        named = [str(each) for each in sorted(made)]
        more = "" if len(named) <= SHOWN else " and more"
        raise NoSuchProposal(
            f"{wanted} begins {len(named)} proposals: {', '.join(named[:SHOWN])}{more}; give more of it"
        )
    if rows:
        raise NoSuchProposal(
            f"of proposal {rows[0]['proposal_id']} only the withdrawal is known;"
            " rollcall dlq list --reader sink.proposals shows what was buried"
        )
    raise NoSuchProposal(
        f"there is no proposal {wanted}, neither in mart.proposals nor in what its sink has yet to read of"
        f" {PROPOSALS.name}; rollcall proposals list shows them, rollcall dlq list what was buried"
    )
