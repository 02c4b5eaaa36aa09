"""Delegations as the command line shows them."""

from streams.console import Rows, connection, rows
from streams.settings import Settings


def delegation_rows(settings: Settings, *, past: bool) -> Rows:
    """Return the delegations that run or are to come, or all of them, the newest first."""
    with connection(settings) as database:
        return rows(
            database,
            "select d.id, a.name as delegator, b.name as delegate, d.role, l.name as location, d.starts_at, d.ends_at,"
            " d.reason, c.name as ended_by from public.delegations d"
            " join public.employees a on a.id = d.delegator_id join public.employees b on b.id = d.delegate_id"
            " left join public.employees c on c.id = d.ended_by left join public.locations l on l.id = d.location_id"
            " where %s or d.ends_at > rollcall.now() order by d.starts_at desc, d.id limit 500",
            past,
        )
