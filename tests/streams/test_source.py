"""PostgreSQL of somebody else's: the SQL that is printed is all that its superuser has to run, and is printed once."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.debezium import Door
from schemas.faults import Misconfigured
from streams.doctor import postgres
from streams.doctor.checks import checks
from streams.doctor.examination import examine
from streams.doctor.finding import State
from streams.doctor.installation import Installation
from streams.login import login
from streams.migrate import migrate
from streams.plans import superuser_statements
from streams.preflight import tells
from tests.streams.cluster import Cluster, cluster

pytestmark = pytest.mark.stack


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[Cluster]:
    with cluster(tmp_path / "home") as running:
        yield running


def findings(theirs: Cluster) -> dict[str, State]:
    wanted = [check for check in checks(external=True) if check in postgres.CHECKS]
    return {each.name: each.finding.state for each in examine(Installation(theirs.settings), wanted)}


def bad(theirs: Cluster) -> set[str]:
    return {name for name, state in findings(theirs).items() if state is State.BAD}


def run(theirs: Cluster, lines: list[str], database: str = "postgres") -> None:
    """As the superuser who was sent them: passwords filled in."""
    with theirs.superuser(database) as superuser:
        for line in lines:
            role = re.match(r"create role (\w+)", line)
            secret = theirs.settings.passwords[role[1]].get_secret_value() if role else "…"
            superuser.execute(line.replace("…", secret).encode())


def test_what_is_printed_is_enough(theirs: Cluster) -> None:
    assert bad(theirs) == {"PostgreSQL"}, "nobody of ours can log in"
    lines, why = superuser_statements(theirs.settings)
    assert "ROLLCALL_PASSWORDS__ROLLCALL_MIGRATOR" in why

    run(theirs, [line for line in lines if "alter system" not in line])
    assert {"logical WAL", "migrations"} <= bad(theirs)
    migrate(theirs.settings)
    with login(theirs.settings, "rollcall_migrator") as connection, pytest.raises(Misconfigured, match="--sql"):
        tells(connection)
    left, _ = superuser_statements(theirs.settings)
    assert [line.split("=")[0].strip() for line in left[:2]] == [
        "alter system set wal_level",
        "alter system set max_slot_wal_keep_size",
    ]

    run(theirs, left[:2])
    theirs.stop()
    theirs.start()
    assert bad(theirs) == {"captures", "replication slot"}, "which are for `rollcall connectors apply`"
    (slot,), _ = superuser_statements(theirs.settings)
    run(theirs, [slot], "rollcall")
    assert superuser_statements(theirs.settings) == ([], "")

    with theirs.superuser() as superuser:
        superuser.execute("alter role rollcall_ingest noreplication")
    assert "connector's role" in bad(theirs)
    run(theirs, superuser_statements(theirs.settings)[0])
    assert "connector's role" not in bad(theirs)


def test_a_slot_that_nobody_reads_is_lost_beyond_the_limit(theirs: Cluster) -> None:
    run(theirs, superuser_statements(theirs.settings)[0])
    theirs.stop()
    theirs.start()
    migrate(theirs.settings)
    run(theirs, superuser_statements(theirs.settings)[0], "rollcall")
    with theirs.superuser() as superuser:
        superuser.execute("alter system set max_slot_wal_keep_size = '1MB'")
        superuser.execute("select pg_reload_conf()")
        for number in range(4):
            superuser.execute(f"create table t{number} (id int)".encode())
            superuser.execute("select pg_switch_wal()")
        superuser.execute("checkpoint")
    source = Installation(theirs.settings).source
    lost = postgres.slot(source.slot, source.server)
    assert lost.state is State.BAD
    assert "raise the epoch" in lost.fix
    assert Door().name == "rollcall"
