"""What people tell of shifts and places that no clock can know: each is one row, as the other commands are."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import errors

from connectors.commands import CommandRefused, Connection


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when something holds at a place."""

    location_id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of a shift; `minutes` for permission to come late or leave early."""

    shift_id: UUID
    kind: str
    given_by: UUID
    reason: str = ""
    minutes: int | None = None


def call(connection: Connection, shift_id: UUID, *, taken_by: UUID, announced_at: datetime | None = None) -> UUID:
    """Record that whoever has the shift has told that they do not come, by default now; return the row's id.

    Raises:
        CommandRefused: there is no such shift or person, or it is told of a time to come.

    """
    return _insert(
        connection,
        "insert into public.absence_calls (shift_id, taken_by, announced_at)"
        " values (%s, %s, coalesce(%s, rollcall.now())) returning id",
        (shift_id, taken_by, announced_at),
    )


def give_exception(connection: Connection, said: Said) -> UUID:
    """Record an exception from what the clock says of a shift, and return its id.

    Raises:
        CommandRefused: it makes no sense, or is not for this person to say; the message says why.

    """
    return _insert(
        connection,
        "insert into public.attendance_exceptions (shift_id, kind, given_by, reason, minutes)"
        " values (%s, %s, %s, %s, %s) returning id",
        (said.shift_id, said.kind, said.given_by, said.reason, said.minutes),
    )


def contact(
    connection: Connection, employee_id: UUID, *, given_by: UUID, reason: str = "", at: datetime | None = None
) -> UUID:
    """Record that somebody has reached the employee, by default now, and return the exception's id.

    Raises:
        CommandRefused: there is no such person, or it is told of a time to come.

    """
    return _insert(
        connection,
        "insert into public.attendance_exceptions (employee_id, kind, given_by, reason, given_at)"
        " values (%s, 'contacted', %s, %s, coalesce(%s, rollcall.now())) returning id",
        (employee_id, given_by, reason, at),
    )


def close(connection: Connection, span: Span, *, declared_by: UUID, reason: str) -> UUID:
    """Declare a place closed, and return the closure's id.

    Raises:
        CommandRefused: there is no such place or person, or it ends before it begins.

    """
    return _insert(
        connection,
        "insert into public.closures (location_id, starts_at, ends_at, declared_by, reason)"
        " values (%s, %s, %s, %s, %s) returning id",
        (span.location_id, span.starts_at, span.ends_at, declared_by, reason),
    )


def confirm_outage(connection: Connection, span: Span, *, confirmed_by: UUID) -> UUID:
    """Confirm that the clocks of a place did not work, and return the outage's id; errors as of a closure."""
    return _insert(
        connection,
        "insert into public.clock_outages (location_id, starts_at, ends_at, confirmed_by)"
        " values (%s, %s, %s, %s) returning id",
        (span.location_id, span.starts_at, span.ends_at, confirmed_by),
    )


def _insert(connection: Connection, statement: str, values: tuple[Any, ...]) -> UUID:
    with in_words():
        row = connection.execute(statement.encode(), values).fetchone()
    assert row is not None, "an insert returns its row"
    recorded: UUID = row[0]
    return recorded


@contextmanager
def in_words() -> Iterator[None]:
    """What the tables refuse, as they say it; of constraints that say it less well, their meaning."""
    try:
        yield
    except errors.ForeignKeyViolation as error:
        detail = error.diag.message_detail or ""  # Key (given_by)=(…) is not present in table "employees".
        missing = detail.partition("=(")[2].partition(")")[0]
        place = "location_id" in detail
        raise CommandRefused(
            f"there is no location {missing}" if place else f"nobody has the employee id {missing}"
        ) from error
    except (errors.CheckViolation, errors.ObjectNotInPrerequisiteState) as error:
        said = error.diag
        if (said.constraint_name or "").endswith("begins_before_it_ends"):
            raise CommandRefused("it has to end after it begins") from error
        raise CommandRefused(". ".join(filter(None, (said.message_primary, said.message_hint)))) from error
