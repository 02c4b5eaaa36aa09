"""What the supervisor has decided is known from its own state, or is not known yet; it is never guessed."""

from collections.abc import Iterator

import psycopg
import pytest

from agents.supervisor import AGENT
from schemas.faults import Unavailable
from schemas.topics import PROPOSALS
from streams.database import Connection
from streams.decided import decided
from streams.migrate import migrate
from streams.outbox import partition_of
from streams.settings import Settings
from tests.fresh import fresh_database
from tests.sinks.apply.remembering import remember
from tests.sinks.events import decided as decision
from tests.sinks.events import uid

pytestmark = pytest.mark.stack
MADE = decision("approved")
WHERE = partition_of(MADE.subject.encode(), PROPOSALS.partitions)
CARRIER = "insert into rollcall.carriers values ('supervisor', %s, %s, %s, %s, 0)"


@pytest.fixture(scope="module")
def settings_of_it(settings: Settings) -> Iterator[Settings]:
    with fresh_database(settings) as fresh:
        migrate(fresh)
        yield fresh


@pytest.fixture
def server(settings_of_it: Settings) -> Iterator[Connection]:
    with psycopg.connect(settings_of_it.dsn("postgres"), autocommit=True) as opened:
        yield opened
        opened.execute("delete from rollcall.states")
        opened.execute("delete from rollcall.carriers")


@pytest.fixture
def applier(settings_of_it: Settings) -> Iterator[Connection]:
    with psycopg.connect(settings_of_it.dsn("rollcall_applier"), autocommit=True) as opened:
        yield opened


def test_what_it_has_decided_is_known_to_the_word(applier: Connection, server: Connection) -> None:
    assert not decided(applier, MADE)
    remember(server, MADE)
    assert decided(applier, MADE)
    assert not decided(applier, MADE.model_copy(update={"approvals": [uid("somebody")]}))
    assert not decided(applier, MADE.model_copy(update={"subject": f"employee:{uid('other')}"}))


def test_the_applier_sees_no_other_state(applier: Connection, server: Connection) -> None:
    remember(server, MADE)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        applier.execute("select from rollcall.states")


@pytest.mark.parametrize("reader", ["backfill.supervisor", None])
def test_while_its_state_is_rebuilt_only_what_is_there_is_known(
    applier: Connection, server: Connection, reader: str | None
) -> None:
    server.execute(CARRIER, (PROPOSALS.name, WHERE, AGENT.version, reader))
    with pytest.raises(Unavailable, match="rebuilt"):
        decided(applier, MADE)
    remember(server, MADE)
    assert decided(applier, MADE)
    server.execute("update rollcall.carriers set reader = 'agents'")
    assert not decided(applier, decision("approved", "another"))


def test_the_state_of_a_newer_version_is_not_guessed_at(applier: Connection, server: Connection) -> None:
    remember(server, MADE)
    server.execute("update rollcall.states set version = version + 1")
    with pytest.raises(Unavailable, match="newer"):
        decided(applier, MADE)
