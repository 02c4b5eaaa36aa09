"""What people tell the system: each command is one row, written with the connection of the caller's database role.

Nothing happens here but the row. What comes of it comes through the change log.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, get_args
from uuid import UUID

import psycopg
from psycopg import errors
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb
from pydantic import ValidationError

from schemas.events import Mode
from schemas.faults import Misconfigured
from schemas.policies import Policy
from schemas.topics import CDC, DOMAIN
from schemas.wire import Headers

Connection = psycopg.Connection[TupleRow]


class CommandRefused(Misconfigured):
    """The command cannot be given like this; the message says what to say instead."""


class Grave(Protocol):
    """What tells one dead letter from all others (`id` is its place in its topic), and which record it is of."""

    @property
    def id(self) -> str: ...
    @property
    def reader(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def woken(self) -> str | None: ...


class DeadLetter(Grave, Protocol):
    """A buried record, as its dead-letter topic has it; `headers` are the record's own."""

    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Headers: ...


def publish_policy(
    connection: Connection, policy: Policy, *, author: str, reason: str, effective_at: datetime | None = None
) -> int:
    """Publish a policy's next version and return its number; it holds from `effective_at`, by default from now on.

    Raises:
        CommandRefused: `effective_at` is past, author or reason is missing, or the document is not valid.

    """
    _check(policy)
    with clear():
        row = connection.execute(
            "insert into public.policies (name, document, author, reason, effective_at)"
            " values (%s, %s::jsonb, %s, %s, %s) returning version",
            (policy.name, policy.canonical(), author, reason, effective_at),
        ).fetchone()
    return int(only(row))


def _check(policy: Policy) -> None:
    """Refuse a document that readers of the log could not take: a model can be made past its checks."""
    try:
        type(policy).model_validate_json(policy.canonical())
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise CommandRefused(f"policy {policy.name}: {wrong}") from error


def pause_all(connection: Connection, agents: Sequence[str], *, author: str) -> None:
    """Pause these agents in one transaction: nothing of theirs takes effect after it, nothing new is proposed."""
    with connection.transaction():
        for agent in agents:
            set_mode(connection, agent, "paused", author=author)


def set_mode(connection: Connection, agent: str, mode: str, *, author: str) -> None:
    """Switch an agent.

    Raises:
        CommandRefused: there is no such mode.

    """
    if mode not in get_args(Mode):
        raise CommandRefused(f"{mode!r} is not a mode; choose one of: {', '.join(get_args(Mode))}")
    with clear():
        connection.execute(
            "insert into public.agent_modes (agent, mode, author) values (%s, %s, %s)"
            " on conflict (agent) do update"
            " set mode = excluded.mode, author = excluded.author, set_at = rollcall.now()",
            (agent, mode, author),
        )


def retry_dead_letter(connection: Connection, letter: DeadLetter, *, author: str, note: str = "") -> UUID:
    """Have a buried record given to its reader again, and return the command's id.

    Raises:
        CommandRefused: it is not one that a reader of ours has buried, or nobody says so.

    """
    headers = [(name, b64encode(value).decode()) for name, value in letter.headers]
    return _dealt_with(connection, letter, ("retry", letter.key, letter.value, Jsonb(headers)), (author, note))


def park_dead_letter(connection: Connection, letter: DeadLetter, *, author: str, note: str) -> UUID:
    """Take a buried record off the list of open ones, for good or until it is given again; errors as of a retry."""
    return _dealt_with(connection, letter, ("park", None, None, Jsonb([])), (author, note))


def _dealt_with(
    connection: Connection,
    letter: DeadLetter,
    action: tuple[str, bytes | None, bytes | None, Jsonb],
    by: tuple[str, str],
) -> UUID:
    place = (letter.id, letter.reader, letter.topic, letter.partition, letter.offset, letter.woken)
    author, note = by
    with clear(), connection.transaction():
        row = connection.execute(
            "insert into public.dlq_commands"
            " (letter, reader, topic, partition, source_offset, woken, action, key, value, headers, author)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning id",
            (*place, *action, author),
        ).fetchone()
        command: UUID = only(row)
        if note:
            connection.execute("insert into rollcall.dlq_notes (command_id, note) values (%s, %s)", (command, note))
    return command


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many records of a topic a reader (None: each) may bury within an hour, and for how long (None: for good)."""

    topic: str
    per_hour: int
    reader: str | None = None
    lasting: timedelta | None = timedelta(hours=24)


def allow_burials(connection: Connection, allowed: Allowance, *, author: str, note: str) -> None:
    """Let readers bury more, or less, than they may by default; the newest word that still holds counts.

    Raises:
        CommandRefused: there is no such topic, or the number is below 0.

    """
    if allowed.topic not in (there := [each.name for each in (CDC, *DOMAIN)]):
        raise CommandRefused(f"there is no topic {allowed.topic!r} to bury records of; there are: {', '.join(there)}")
    if allowed.per_hour < 0:
        raise CommandRefused(f"{allowed.per_hour} is not how many an hour may be buried: say 0 or more")
    with clear():
        connection.execute(
            "insert into rollcall.burial_quotas (topic, reader, per_hour, until, author, note)"
            " values (%s, %s, %s, clock_timestamp() + %s, %s, %s)",
            (allowed.topic, allowed.reader, allowed.per_hour, allowed.lasting, author, note),
        )


def read_notice(connection: Connection, notice_id: UUID, *, reader_id: UUID) -> bool:
    """Note that somebody has read a notice that is for them, or for a role of theirs; return whether there is one."""
    done = connection.execute(
        "update public.notices set read_at = rollcall.now() where id = %s and (recipient = 'employee:' || %s::uuid"
        " or recipient in (select 'role:' || role from public.person_roles where employee_id = %s))",
        (notice_id, reader_id, reader_id),
    )
    return done.rowcount == 1


def set_clock(connection: Connection, *, at: datetime | None = None, rate: float | None = None) -> None:
    """Set the business clock, or let it go on at another rate (business seconds a second). Needs the tables' owner.

    Raises:
        CommandRefused: it would go back after something was recorded.

    """
    with clear(), connection.transaction():
        connection.execute(
            "update public.business_clock"
            " set anchor_business = coalesce(%s, anchor_business), rate = coalesce(%s, rate)",
            (at, rate),
        )
        # Beats at once: ticks never go back, so the first one must not be of a time that was never meant.
        connection.execute("update public.heartbeat set beat_at = rollcall.now()")


@contextmanager
def clear() -> Iterator[None]:
    """What a constraint of the tables refuses, they say in plain words; and that their changes are not captured yet."""
    try:
        yield
    except (errors.CheckViolation, errors.ObjectNotInPrerequisiteState) as error:
        said = error.diag
        raise CommandRefused(". ".join(filter(None, (said.message_primary, said.message_hint)))) from error


def only(row: TupleRow | None) -> Any:
    """Return what an insert returns."""
    assert row is not None, "an insert returns its row"
    return row[0]
