"""Somebody lets another person use one of their roles for a while: a row, as the other commands are."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from connectors.commands import CommandRefused, Connection
from connectors.facts import in_words


@dataclass(frozen=True, slots=True)
class Loan:
    """Who lends which role to whom, until when; by default wherever they hold it, and from now on."""

    delegator_id: UUID
    delegate_id: UUID
    role: str
    ends_at: datetime
    reason: str
    location_id: UUID | None = None
    starts_at: datetime | None = None


def give(connection: Connection, loan: Loan) -> UUID:
    """Delegate a role, and return the delegation's id.

    Raises:
        CommandRefused: the tables refuse it (longer than 30 days, a role that was itself delegated, oneself, …).

    """
    lent = (loan.role, loan.location_id, loan.starts_at, loan.ends_at, loan.reason)
    with in_words():
        row = connection.execute(
            "insert into public.delegations"
            " (delegator_id, delegate_id, role, location_id, starts_at, ends_at, reason)"
            " values (%s, %s, %s, %s, %s, %s, %s) returning id",
            (loan.delegator_id, loan.delegate_id, *lent),
        ).fetchone()
    assert row is not None, "an insert returns its row"
    given: UUID = row[0]
    return given


def end(connection: Connection, delegation_id: UUID, *, ended_by: UUID) -> datetime:
    """End a delegation from now on, and return when it has ended.

    Raises:
        CommandRefused: there is no such delegation, it is over, or it is not for this person to end.

    """
    with in_words():
        row = connection.execute(
            "update public.delegations set ends_at = least(ends_at, greatest(starts_at, rollcall.now())), ended_by = %s"
            " where id = %s returning ends_at",
            (ended_by, delegation_id),
        ).fetchone()
    if row is None:
        raise CommandRefused(f"there is no delegation {delegation_id}; rollcall delegate list shows them")
    at: datetime = row[0]
    return at
