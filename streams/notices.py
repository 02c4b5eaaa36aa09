"""What people were told, in words, read as the console's database role."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from connectors import commands
from schemas.notices import NOTICES
from streams.console import NotFound, Rows, connection, rows
from streams.settings import Settings

TOLD = """
with asked as (select %s::uuid as who)
select n.id as notice_id, n.requested_at as at, coalesce(t.name, n.recipient) as "to", n.kind, n.details,
       coalesce(e.name, n.employee_id::text) as about, n.delivered_at, n.read_at, n.expires_at,
       n.recipient, n.employee_id, n.shift_id, n.proposal_id
from asked cross join public.notices n
left join public.employees e on e.id = n.employee_id
left join public.employees t on n.recipient = 'employee:' || t.id
where who is null or n.recipient = 'employee:' || who
   or n.recipient in (select 'role:' || role from public.person_roles where employee_id = who)
order by n.requested_at desc, n.id limit 500
"""
SHOWN = ("notice_id", "at", "to", "says", "state")


def told(settings: Settings, who: UUID | None) -> Rows:
    """Return notices, newest first: those for one person and for the roles that they hold, or all."""
    with connection(settings) as database:
        found = rows(database, TOLD, who)
    return [{**row, "says": says(row["kind"], row["details"], row["about"]), "state": state(row)} for row in found]


def read(settings: Settings, notice_id: UUID, who: UUID) -> None:
    """Note that somebody has read a notice that is for them.

    Raises:
        NotFound: there is no such notice, or it is for somebody else.

    """
    with connection(settings) as database:
        if not commands.read_notice(database, notice_id, reader_id=who):
            raise NotFound(f"there is no notice {notice_id} for {who}; rollcall notices list --for {who} shows theirs")


def says(kind: str, details: Mapping[str, Any], who: str) -> str:
    """Return a notice in words; one of a kind or with details of another version is at least named."""
    try:
        known = {name: datetime.fromisoformat(value) if name == "start" else value for name, value in details.items()}
        return NOTICES[kind].words.format(who=who, **known)
    except (LookupError, ValueError):
        return f"{kind} about {who}: {json.dumps(details)}"


def state(row: Mapping[str, Any]) -> str:
    """Return what became of a notice."""
    return "expired" if row["delivered_at"] is None else "read" if row["read_at"] else "delivered"
