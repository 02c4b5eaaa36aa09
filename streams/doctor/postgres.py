"""PostgreSQL: reachable, able to tell of its changes, and as the migrations have left it."""

from connectors.debezium import Door
from streams import migrate
from streams.doctor.examination import Check
from streams.doctor.finding import Finding, bad, listed, ok, warn
from streams.doctor.installation import Installation
from streams.local.home import DATABASE_ROLES
from streams.login import login
from streams.migrate import OWNER
from streams.source import OLDEST, SET_KEPT, SET_LOGICAL, Server, Slot, Source, statements, wanted

LOST = "lost"
APPLY = "rollcall connectors apply"
NEW_EPOCH = "raise the epoch, as docs/runbooks/connector-failed.md tells"


def answers(installation: Installation) -> Finding:
    """Whether the owner of the database gets in."""
    settings = installation.settings
    number = installation.source.server.version
    return ok(f"{number // 10_000}.{number % 10_000} at {settings.postgres_host}:{settings.postgres_port}")


def logins(installation: Installation) -> Finding:
    """Whether every role gets in that a process of ours uses; the connector's own login is Connect's."""
    for role in DATABASE_ROLES:
        with login(installation.settings, role):
            pass
    return ok(f"all {len(DATABASE_ROLES)} roles log in")


def able(server: Server) -> Finding:
    """Whether the server can tell of its changes."""
    if server.version < OLDEST:
        return bad(f"PostgreSQL {server.version // 10_000}", f"PostgreSQL {OLDEST // 10_000} or newer")
    if server.wal_level != "logical":
        return bad(f"wal_level = {server.wal_level}", SET_LOGICAL)
    return ok("wal_level = logical")


def reader(server: Server) -> Finding:
    """Whether the connector's role may replicate."""
    if not server.reader:
        return bad("there is no role rollcall_ingest", "create role rollcall_ingest login replication password '…';")
    if not server.replicates:
        return bad("rollcall_ingest may not replicate", "alter role rollcall_ingest replication;")
    return ok("rollcall_ingest may replicate")


def migrations(installation: Installation) -> Finding:
    """Whether the database is of this version."""
    migrate.check(installation.settings)
    return ok(f"all {len(migrate.migrations())} applied")


def publication(source: Source, door: Door) -> Finding:
    """Whether all captured tables are published."""
    if source.server.publication_owner is None:
        return bad("there is no publication", _sql("publication rollcall", source, door))
    lacking = [name for name in wanted(door) if name not in source.tables or not source.tables[name].published]
    if lacking:
        return bad(f"not published: {listed(lacking)}", _sql("publication rollcall", source, door))
    return ok(f"{len(wanted(door))} tables")


def ownership(source: Source, door: Door) -> Finding:
    """Whether migrations and captures can change what is published."""
    others = {table.name: table.owner for table in source.tables.values() if table.owner != OWNER}
    if source.server.publication_owner not in (OWNER, None):
        others["the publication"] = str(source.server.publication_owner)
    if others:
        said = listed([f"{name} belongs to {owner}" for name, owner in others.items()])
        return bad(said, _sql("owner to", source, door))
    return ok(f"all belong to {OWNER}")


def identity(source: Source, door: Door) -> Finding:
    """Whether a change says what the row was before."""
    partial = [table.name for table in source.tables.values() if not table.identified]
    if partial:
        return bad(f"changes come without the row before: {listed(partial)}", _sql("replica identity", source, door))
    return ok("full, of every captured table")


def columns(source: Source, door: Door) -> Finding:
    """Whether the connector can read what it should, and nothing else."""
    exposed = [f"{table.name}.{column}" for table in source.tables.values() for column in table.exposed]
    if exposed:
        return bad(f"the connector may read what must not travel: {listed(exposed)}", _sql(" select ", source, door))
    unreadable = [f"{table.name}.{column}" for table in source.tables.values() for column in table.unreadable]
    if unreadable:
        return bad(f"the connector may not read {listed(unreadable)}", _sql(" select ", source, door))
    return ok("the connector may read what travels, and nothing else")


def captures(source: Source, door: Door) -> Finding:
    """Whether the tables take rows."""
    names = [f"public.{each.table}" for each in door.captures]
    shut = [name for name in names if (table := source.tables.get(name)) and not table.confirmed]
    if shut:
        return bad(f"these take no rows yet: {listed(shut)}", APPLY)
    return ok("every captured table takes rows")


def slot(found: Slot | None, server: Server) -> Finding:
    """Whether the connector's place in the database's log is kept, and at what price."""
    if found is None:
        fix = f"{APPLY}; if there has been one before, {NEW_EPOCH}"
        return bad("there is no replication slot" + ("" if server.free_slots > 0 else ", and no room for one"), fix)
    if found.wal_status == LOST:
        return bad("the slot is lost: the log that it needs is gone", NEW_EPOCH)
    if not found.active:
        return bad(f"nobody reads the slot, which keeps {size(found.retained)} of log", APPLY)
    return ok("active")


def slot_lag(found: Slot | None, server: Server) -> Finding:
    """Whether what the slot keeps stays below what it may; asked when there is a slot."""
    assert found is not None
    said = f"{size(found.behind)} behind, keeps {size(found.retained)}"
    if server.max_kept is None:
        return warn(f"{said} and may keep all of the disk", SET_KEPT)
    said += f" of {size(server.max_kept)}"
    if 2 * (found.retained or 0) > server.max_kept:
        return warn(said, "rollcall connectors status, and see that it reads; beyond the limit changes are lost")
    return ok(said)


def _sql(about: str, source: Source, door: Door) -> str:
    fixes = [each for each in statements(source, door, "") if about in each]
    return " ".join(fixes) or "restore the tables that migrations have made"


def size(number: int | None) -> str:
    """Return a number of bytes as people say it."""
    amount, units = float(number or 0), iter(("bytes", "kB", "MB", "GB", "TB"))
    unit = next(units)
    while amount >= 1024:
        amount, unit = amount / 1024, next(units)
    return f"{amount:.0f} {unit}"


CHECKS = (
    Check("PostgreSQL", answers),
    Check("database logins", logins, needs=("PostgreSQL",)),
    Check("logical WAL", lambda each: able(each.source.server), needs=("PostgreSQL",)),
    Check("connector's role", lambda each: reader(each.source.server), needs=("PostgreSQL",)),
    Check("migrations", migrations, needs=("PostgreSQL",)),
    Check("publication", lambda each: publication(each.source, each.door), needs=("migrations",)),
    Check("ownership", lambda each: ownership(each.source, each.door), needs=("migrations",)),
    Check("replica identity", lambda each: identity(each.source, each.door), needs=("migrations",)),
    Check("columns", lambda each: columns(each.source, each.door), needs=("migrations",)),
    Check("captures", lambda each: captures(each.source, each.door), needs=("migrations",)),
    Check("replication slot", lambda each: slot(each.source.slot, each.source.server), needs=("logical WAL",)),
    Check("slot lag", lambda each: slot_lag(each.source.slot, each.source.server), needs=("replication slot",)),
)
