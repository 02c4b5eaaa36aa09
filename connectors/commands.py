"""What people type becomes rows: the only way in for policies, switches, reviews, retries and the clock.

Written by command line and console as ``rollcall_console`` (the clock: by its owner); Debezium carries the rows on.
"""

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid4

import psycopg
from psycopg.types.json import Jsonb

from schemas.events import MODES
from schemas.faults import Misconfigured
from schemas.policies import Policy
from schemas.wire import Headers

Connection = psycopg.Connection[Any]
T = TypeVar("T")


class Letter(Protocol):
    """A dead letter: where the record came from, what it was, and who could not take it."""

    @property
    def reader(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Headers: ...
    @property
    def woken(self) -> str | None: ...


class CommandRefused(Misconfigured):
    """The command names something that is not there, or says what the rules do not allow."""


def publish_policy(
    connection: Connection, policy: Policy, *, author: str, reason: str, effective_at: datetime | None = None
) -> int:
    """Publish the next version of a policy, in force now or later; return its number.

    Raises:
        CommandRefused: the reason is empty, or it would take effect in the past.

    """
    version: int = _written(
        lambda: _one(
            connection,
            "insert into public.policies (name, document, effective_at, author, reason)"
            " values (%s, %s::jsonb, %s, %s, %s) returning version",
            policy.name,
            policy.canonical(),
            effective_at,
            author,
            reason,
        )
    )
    return version


def set_mode(connection: Connection, agent: str, mode: str, *, author: str) -> None:
    """Switch an agent. Which agents there are is for the caller to know.

    Raises:
        CommandRefused: no such mode.

    """
    if mode not in MODES:
        raise CommandRefused(f"there is no mode {mode!r}; there are: {', '.join(MODES)}")
    _written(
        lambda: connection.execute(
            "insert into public.agent_modes as known (agent, mode, author) values (%s, %s, %s)"
            " on conflict (agent) do update"
            " set mode = excluded.mode, author = excluded.author, set_at = rollcall.now()",
            (agent, mode, author),
        )
    )


def review(connection: Connection, proposal_id: UUID, verdict: str, *, reviewer_id: UUID, note: str) -> UUID:
    """Record a person's answer to a proposal; return its id. Whether it counts is for the supervisor to decide.

    Raises:
        CommandRefused: no such proposal, no such person, or no note.

    """
    if not note.strip():
        raise CommandRefused("an answer needs a note that says why")
    subject = _one(connection, "select subject from mart.proposals where proposal_id = %s", proposal_id)
    if subject is None:
        raise CommandRefused(f"there is no proposal {proposal_id}; rollcall proposals list shows them")
    if _one(connection, "select id from public.employees where id = %s", reviewer_id) is None:
        raise CommandRefused(f"there is no employee {reviewer_id}")
    review_id = uuid4()
    _written(
        lambda: connection.execute(
            "insert into public.review_commands (id, proposal_id, subject, verdict, reviewer_id, note)"
            " values (%s, %s, %s, %s, %s, %s)",
            (review_id, proposal_id, subject, verdict, reviewer_id, note),
        )
    )
    return review_id


def retry_dead_letter(connection: Connection, letter: Letter, *, author: str) -> None:
    """Have a buried record given again, byte for byte, to the reader that could not take it."""
    headers = [[name, b64encode(value or b"").decode()] for name, value in letter.headers]
    _written(
        lambda: connection.execute(
            "insert into public.dlq_commands"
            " (reader, topic, partition, source_offset, key, value, headers, woken, author)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                letter.reader,
                letter.topic,
                letter.partition,
                letter.offset,
                letter.key,
                letter.value,
                Jsonb(headers),
                letter.woken,
                author,
            ),
        )
    )


def set_clock(connection: Connection, *, rate: float, at: datetime | None = None) -> None:
    """Let business time run at `rate` (business seconds a second) from `at`, or from what it is now.

    Raises:
        CommandRefused: time would go back.

    """
    _written(
        lambda: connection.execute(
            "update public.business_clock set anchor_business = coalesce(%s, rollcall.now()),"
            " anchor_real = clock_timestamp(), rate = %s",
            (at, rate),
        )
    )


def _one(connection: Connection, query: str, *arguments: object) -> Any:
    row = connection.execute(query, arguments).fetchone()
    return row[0] if row else None


def _written(write: Callable[[], T]) -> T:
    try:
        return write()
    except (psycopg.IntegrityError, psycopg.DataError, psycopg.errors.ObjectNotInPrerequisiteState) as error:
        hint = f"; mend: {error.diag.message_hint}" if error.diag.message_hint else ""
        raise CommandRefused(f"{error.diag.message_primary}{hint}") from error
