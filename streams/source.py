"""PostgreSQL as the source of changes: what it has of what a connector needs, and the SQL for what it lacks.

Everybody may look: the catalogues are open to any role that can log in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from psycopg.rows import class_row

from connectors.debezium import PUBLICATION, SIGNALS, Door
from streams.database import Connection
from streams.local.home import DATABASE_ROLES
from streams.migrate import OWNER

READER = "rollcall_ingest"
OLDEST = 170_000
"""``server_version_num`` from which slots follow a failover."""
SET_LOGICAL = "alter system set wal_level = 'logical';  -- takes a restart of the server"
SET_KEPT = "alter system set max_slot_wal_keep_size = '4GB';  -- takes `select pg_reload_conf()`"


@dataclass(frozen=True, slots=True)
class Server:
    """What holds for the whole server. Sizes in bytes, None: without limit."""

    version: int
    wal_level: str
    max_kept: int | None
    free_slots: int
    publication_owner: str | None
    reader: bool
    """Whether the connector's role exists."""
    replicates: bool
    """Whether it may replicate."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The connector's replication slot; `retained` and `behind` in bytes of the database's log."""

    active: bool
    wal_status: str | None
    retained: int | None
    behind: int | None


@dataclass(frozen=True, slots=True)
class Table:
    """One table that the connector reads."""

    name: str
    owner: str
    identity: str
    published: bool
    columns: tuple[str, ...]
    """Those that the connector should read."""
    unreadable: tuple[str, ...]
    """Columns that it should read and may not."""
    exposed: tuple[str, ...]
    """Columns that it may read and must not."""
    confirmed: bool

    @property
    def identified(self) -> bool:
        """Whether a change of a row says what it was before, where somebody asks."""
        return self.identity == "f" or self.name == SIGNALS


@dataclass(frozen=True, slots=True)
class Source:
    """All of it, as it was at one moment. Tables by qualified name; one that is missing does not exist."""

    server: Server
    slot: Slot | None
    tables: Mapping[str, Table]


def wanted(door: Door) -> dict[str, tuple[str, ...]]:
    """Return the qualified names of the tables that a connector reads, with the columns that it must not see."""
    return {SIGNALS: (), **{f"public.{each.table}": each.excluded for each in door.captures}}


def look(connection: Connection, door: Door) -> Source:
    """Read the catalogues of a connected database."""
    server, slot = look_at_slot(connection, door)
    there = connection.execute("select to_regclass('rollcall.captures') is not null").fetchone()
    confirmed = _CONFIRMED if there and there[0] else "false"
    with connection.cursor(row_factory=class_row(Table)) as tables:
        found = [
            table
            for name, excluded in wanted(door).items()
            for table in tables.execute(
                _TABLE.replace("_CONFIRMED", confirmed).encode(),
                {"name": name, "excluded": list(excluded), "publication": PUBLICATION, "reader": READER},
            )
        ]
    return Source(server, slot, {table.name: table for table in found})


def look_at_slot(connection: Connection, door: Door) -> tuple[Server, Slot | None]:
    """Read what holds for the whole server, and how the connector's slot stands."""
    with connection.cursor(row_factory=class_row(Server)) as servers:
        server = servers.execute(_SERVER, {"publication": PUBLICATION, "reader": READER}).fetchone()
    assert server is not None
    with connection.cursor(row_factory=class_row(Slot)) as slots:
        return server, slots.execute(_SLOT, {"slot": door.name}).fetchone()


def statements(source: Source | None, door: Door, database: str) -> Iterator[str]:
    """Yield the SQL that is left for a superuser, in order; `source` is None where nobody can log in yet.

    What the owner of the database can do is done by migrations, and shows here only when somebody has undone it.
    """
    if source is None:
        yield from _beginning(database)
        return
    server = source.server
    if server.wal_level != "logical":
        yield SET_LOGICAL
    if server.max_kept is None:
        yield SET_KEPT
    if server.reader and not server.replicates:
        yield f"alter role {READER} replication;"
    yield from _publication(source, door)
    for name in wanted(door):
        if name in source.tables:
            yield from _table(source.tables[name])
    if source.slot is None:
        yield (
            f"select pg_create_logical_replication_slot('{door.name}', 'pgoutput', failover => true);"
            "  -- only before the first `rollcall connectors apply`, which makes it where it may"
        )


def _beginning(database: str) -> Iterator[str]:
    yield SET_LOGICAL
    yield SET_KEPT
    for role in DATABASE_ROLES:
        yield f"create role {role} login{' replication' if role == READER else ''} password '…';"
    yield f"create database {database} owner {OWNER};"


def _publication(source: Source, door: Door) -> Iterator[str]:
    there = [source.tables[name] for name in wanted(door) if name in source.tables]
    owner = source.server.publication_owner
    if owner is None and there:
        yield f"create publication {PUBLICATION} for table {', '.join(table.name for table in there)};"
    elif owner is not None:
        yield from (
            f"alter publication {PUBLICATION} add table {table.name};" for table in there if not table.published
        )
    if there and owner != OWNER:
        yield f"alter publication {PUBLICATION} owner to {OWNER};"


def _table(table: Table) -> Iterator[str]:
    if table.owner != OWNER:
        yield f"alter table {table.name} owner to {OWNER};"
    if not table.identified:
        yield f"alter table {table.name} replica identity full;"
    lacking = table.unreadable
    if table.exposed:
        # What is granted by column goes with it.
        yield f"revoke select on {table.name} from {READER};"  # noqa: S608 - names of our own declaration
        lacking = table.columns
    if lacking:
        yield f"grant select ({', '.join(lacking)}) on {table.name} to {READER};"


_SERVER = """
select current_setting('server_version_num')::int as version,
       current_setting('wal_level') as wal_level,
       (select nullif(setting, '-1')::bigint * 1024 * 1024 from pg_settings where name = 'max_slot_wal_keep_size')
           as max_kept,
       current_setting('max_replication_slots')::int - (select count(*) from pg_replication_slots)::int as free_slots,
       (select pubowner::regrole::text from pg_publication where pubname = %(publication)s) as publication_owner,
       exists (select from pg_roles where rolname = %(reader)s) as reader,
       exists (
           select from pg_roles r where rolname = %(reader)s and (rolreplication or rolsuper or exists (
               select from pg_roles granted where granted.rolname = 'rds_replication'
               and pg_has_role(r.oid, granted.oid, 'member')))
       ) as replicates"""

_SLOT = """
select active, wal_status,
       pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint as retained,
       pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::bigint as behind
from pg_replication_slots where slot_name = %(slot)s"""

_TABLE = """
with columns as (
    select quote_ident(attname) as name, attname = any(%(excluded)s) as excluded,
           exists (select from pg_roles r where rolname = %(reader)s
                   and has_column_privilege(r.oid, attrelid, attnum, 'select')) as readable
    from pg_attribute where attrelid = to_regclass(%(name)s) and attnum > 0 and not attisdropped order by attnum
)
select %(name)s as name, relowner::regrole::text as owner, relreplident::text as identity,
       exists (select from pg_publication_rel join pg_publication p on p.oid = prpubid
               where prrelid = c.oid and pubname = %(publication)s)
           or exists (select from pg_publication where pubname = %(publication)s and puballtables) as published,
       array(select name from columns where not excluded) as columns,
       array(select name from columns where not excluded and not readable) as unreadable,
       array(select name from columns where excluded and readable) as exposed,
       _CONFIRMED as confirmed
from pg_class c where c.oid = to_regclass(%(name)s)"""

_CONFIRMED = """
coalesce((select confirmed_at is not null from rollcall.captures where table_name = relname), false)"""
