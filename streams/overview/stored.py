"""What PostgreSQL knows of the state of things: positions, outboxes, burials, the slot, agents, proposals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, get_args

import psycopg

from connectors.debezium import Door
from schemas.faults import SchemaBehind
from schemas.lifecycle import Status
from streams.console import Rows, agents_of, burials_of, connection, rows
from streams.database import Connection
from streams.overview.seen import Decision
from streams.settings import Settings
from streams.source import Server, Slot, look_at_slot
from streams.store import Input
from streams.triage import Handled, handled

COUNTED_WITHIN = timedelta(seconds=0.5)
"""Proposals are counted one by one: of very many it is left."""
NEWEST = 8


class Blobs(NamedTuple):
    """The outbox of one reader in one topic: how many, and how long the oldest has been there."""

    number: int
    oldest: timedelta


@dataclass(frozen=True, slots=True)
class Stored:
    """All of it, read within moments."""

    now: datetime
    positions: Mapping[Input, int]
    sessions: Mapping[str, int]
    """Connections to the database, by the name that each gives itself."""
    outbox: Mapping[tuple[str, str], Blobs]
    burials: Rows
    handled: Handled
    server: Server
    slot: Slot | None
    agents: Rows
    held: Mapping[str, int]
    proposals: Mapping[str, int] | None
    latest: tuple[Decision, ...]


def stored(settings: Settings, door: Door) -> Stored:
    """Read it.

    Raises:
        Unavailable: PostgreSQL does not answer.
        Misconfigured: it does not let us in.
        SchemaBehind: it is not as migrations leave it.

    """
    try:
        with connection(settings) as database:
            return _read(database, door)
    except psycopg.ProgrammingError as error:  # no such table, column or grant
        raise SchemaBehind(f"the database is not as this version has it: {error}; mend: rollcall db migrate") from error


def _read(database: Connection, door: Door) -> Stored:
    database.execute("set statement_timeout = '2s'")
    ((now,),) = database.execute("select clock_timestamp()").fetchall()
    server, slot = look_at_slot(database, door)
    return Stored(
        now=now,
        positions={Input(*row[:3]): row[3] for row in database.execute(_POSITIONS)},
        sessions=dict(database.execute(_SESSIONS).fetchall()),
        outbox={(reader, topic): Blobs(number, oldest) for reader, topic, number, oldest in database.execute(_OUTBOX)},
        burials=burials_of(database),
        handled=handled(database),
        server=server,
        slot=slot,
        agents=agents_of(database),
        held=dict(database.execute("select agent, count(*) from rollcall.held group by 1").fetchall()),
        latest=tuple(Decision(**row) for row in rows(database, _LATEST, list(get_args(Status)), NEWEST, NEWEST)),
        proposals=_proposals(database),
    )


def _proposals(database: Connection) -> dict[str, int] | None:
    database.execute(f"set statement_timeout = {COUNTED_WITHIN // timedelta(milliseconds=1)}".encode())
    try:
        found = database.execute("select status, count(*) from mart.proposal_status group by 1 order by 1")
        return dict(found.fetchall())
    except psycopg.errors.QueryCanceled:
        return None


# What a backfill has left behind when its agent went aboard is nobody's position any more.
_POSITIONS = """
select reader, topic, partition, next_offset from rollcall.positions p
where not starts_with(reader, 'backfill.') or exists (
    select from rollcall.carriers c
    where c.reader = p.reader and c.topic = p.topic and c.partition = p.partition)"""

_SESSIONS = """
select application_name, count(*) from pg_stat_activity
where datname = current_database() and starts_with(usename, 'rollcall_') group by 1"""

_OUTBOX = """
select reader, topic, count(*), greatest(clock_timestamp() - min(written_at), interval '0')
from rollcall.outbox group by 1, 2"""

# One look into the index per status: a history of any length costs the same.
_LATEST = """
select newest.at, newest.status, coalesce(p.kind, '') as kind, coalesce(e.name, newest.subject) as about
from (
    select d.recorded_at as at, d.status, d.subject, d.proposal_id, d.log_offset
    from unnest(%s::text[]) each (status) cross join lateral (
        select * from mart.decisions where mart.decisions.status = each.status order by recorded_at desc limit %s) d
    order by d.recorded_at desc limit %s
) newest
left join mart.proposals p on p.proposal_id = newest.proposal_id
left join public.employees e on newest.subject = 'employee:' || e.id
order by newest.at desc, newest.log_offset desc"""
