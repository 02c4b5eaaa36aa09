from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from connectors import commands
from connectors.commands import Allowance, CommandRefused
from schemas.faults import Fenced, TooManyBuried, Undecodable
from schemas.topics import DECISIONS, WORKFORCE
from streams import store
from streams.console import burial_rows
from streams.database import Connection, Database
from streams.deadletter import Raw, bury
from streams.outbox import Outgoing
from streams.quota import PER_HOUR, charge
from streams.settings import Settings
from streams.store import Claim, Input, Log, Step
from tests.streams.runtime import database_of

__all__ = ["database_of"]
pytestmark = pytest.mark.stack
SINK = Input("sink.attendance", WORKFORCE.name, 3)


def dead(count: int) -> list[Outgoing]:
    record = Raw(WORKFORCE.name, 3, 17, b"k", b"v", [])
    return [bury(record, SINK.reader, Undecodable("no such column"))] * count


@pytest.fixture
def database(database_of: Settings) -> Iterator[Database]:
    with psycopg.connect(database_of.dsn("postgres")) as owner:
        owner.execute("truncate rollcall.burials, rollcall.burial_quotas")
    with closing(Database(database_of.dsn("rollcall_sinks"), "tests")) as opened:
        yield opened


@pytest.fixture
def console(database_of: Settings, database: Database) -> Iterator[Connection]:
    with psycopg.connect(database_of.dsn("rollcall_console"), autocommit=True) as connection:
        yield connection


def bury_all(database: Database, count: int, whose: Input = SINK) -> None:
    """Bury in a transaction of its own, as a step does."""

    def work(connection: Connection) -> None:
        with connection.transaction():
            charge(connection, whose, dead(count))

    database.run(work)


def allow(console: Connection, allowed: Allowance) -> None:
    commands.allow_burials(console, allowed, author="ines", note="a bad import")


def counted(console: Connection) -> list[tuple[str, int]]:
    return console.execute("select reader, count from rollcall.burials order by 1, 2").fetchall()


def test_the_last_that_is_allowed_is_counted_and_one_more_leaves_nothing(
    database: Database, console: Connection
) -> None:
    bury_all(database, PER_HOUR - 1)
    bury_all(database, 1)
    with pytest.raises(TooManyBuried, match=r"1001 records of rollcall\.workforce\.v1") as stopped:
        bury_all(database, 1)
    assert counted(console) == [(SINK.reader, PER_HOUR)]
    assert "Undecodable, no such column" in str(stopped.value)
    assert f"rollcall dlq allow {WORKFORCE.name} NUMBER --reader {SINK.reader}" in str(stopped.value)


def test_each_reader_topic_and_hour_counts_for_itself_and_partitions_together(
    database: Database, database_of: Settings, console: Connection
) -> None:
    bury_all(database, PER_HOUR)
    bury_all(database, PER_HOUR, SINK._replace(reader="apply"))
    bury_all(database, PER_HOUR, SINK._replace(topic=DECISIONS.name))
    with pytest.raises(TooManyBuried):
        bury_all(database, 1, SINK._replace(partition=4))
    with psycopg.connect(database_of.dsn("postgres")) as owner:
        owner.execute("update rollcall.burials set hour = hour - interval '1 hour'")
    bury_all(database, 1)
    assert len(counted(console)) == 4


@pytest.mark.parametrize("reader", [SINK.reader, None], ids=["one reader", "every reader"])
def test_what_somebody_allows_holds_at_once_and_for_as_long_as_said(
    database: Database, database_of: Settings, console: Connection, reader: str | None
) -> None:
    bury_all(database, PER_HOUR)
    allow(console, Allowance(WORKFORCE.name, PER_HOUR + 5, reader))
    bury_all(database, 5)
    with pytest.raises(TooManyBuried, match="may bury 1005"):
        bury_all(database, 1)
    with psycopg.connect(database_of.dsn("postgres")) as owner:
        owner.execute("update rollcall.burial_quotas set until = clock_timestamp()")
    with pytest.raises(TooManyBuried, match="may bury 1000"):
        bury_all(database, 1)


def test_what_is_allowed_for_another_reader_or_topic_changes_nothing(database: Database, console: Connection) -> None:
    allow(console, Allowance(WORKFORCE.name, 9999, reader="apply"))
    allow(console, Allowance(DECISIONS.name, 9999, lasting=None))
    with pytest.raises(TooManyBuried):
        bury_all(database, PER_HOUR + 1)


def test_a_quota_is_set_for_a_topic_that_there_is_by_somebody_who_says_why(console: Connection) -> None:
    with pytest.raises(CommandRefused, match=r"there are: rollcall\.cdc, rollcall\.workforce\.v1"):
        allow(console, Allowance("workforce", 5))
    with pytest.raises(CommandRefused, match="0 or more"):
        allow(console, Allowance(WORKFORCE.name, -1))


def test_people_see_who_has_buried_how_much_of_what_they_may(
    database: Database, database_of: Settings, console: Connection
) -> None:
    bury_all(database, 7)
    allow(console, Allowance(WORKFORCE.name, 20))
    told = [(row["reader"], row["topic"], row["buried"], row["quota"]) for row in burial_rows(database_of)]
    assert told == [(SINK.reader, WORKFORCE.name, 7, 20), ("every reader", WORKFORCE.name, 0, 20)]
    assert {(row["allowed_by"], row["note"]) for row in burial_rows(database_of)} == {("ines", "a bad import")}


def test_in_a_pipeline_too_a_quota_stops_and_a_fenced_writer_is_fenced(database: Database, console: Connection) -> None:
    log = Log("id", 6)
    claims, _ = database.run(lambda connection: store.claim(connection, [SINK], "me", {SINK.topic: log}))

    def step(claim: Claim, count: int) -> None:
        def work(connection: Connection) -> None:
            with connection.pipeline(), connection.transaction():
                store.advance(connection, claim, Step(claim.next_offset + 1))
                charge(connection, SINK, dead(count))

        database.run(work)

    with pytest.raises(TooManyBuried):
        step(claims[SINK], PER_HOUR + 1)
    position = console.execute("select next_offset from rollcall.positions where reader = %s", (SINK.reader,))
    assert position.fetchone() == (0,), "nothing of the step is committed"
    claims[SINK].writer = "somebody else"
    with pytest.raises(Fenced):
        step(claims[SINK], 1)
    assert counted(console) == []
