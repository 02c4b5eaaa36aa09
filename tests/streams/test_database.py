import asyncio
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from schemas.faults import Unavailable
from streams.database import Connection, Database
from streams.settings import Settings

pytestmark = pytest.mark.stack


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = Database(settings.dsn("rollcall_agents"), "test-database", timedelta(seconds=1))
    yield opened
    opened.close()


def backend(connection: Connection) -> int:
    row = connection.execute("select pg_backend_pid()").fetchone()
    assert row is not None
    return int(row[0])


def test_work_that_gets_no_answer_ends_at_the_deadline(database: Database) -> None:
    first = database.run(backend)

    with pytest.raises(Unavailable):
        database.run(lambda connection: connection.execute("select pg_sleep(30)"))

    assert database.run(backend) != first


def test_the_loop_goes_on_while_work_waits(database: Database) -> None:
    async def both() -> list[int]:
        slow = asyncio.ensure_future(
            database.call(lambda connection: connection.execute("select pg_sleep(0.2)").fetchone())
        )
        await asyncio.sleep(0)
        turns = []
        while not slow.done():
            turns.append(1)
            await asyncio.sleep(0)
        return turns

    assert len(asyncio.run(both())) > 1


def test_a_server_that_says_nothing_counts_as_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        accepted: list[socket.socket] = []
        threading.Thread(target=lambda: accepted.append(mute.accept()[0]), daemon=True).start()
        database = Database(f"host=127.0.0.1 port={mute.getsockname()[1]} user=nobody", "test", timedelta(seconds=1))
        with pytest.raises(Unavailable):
            database.run(backend)
        database.close()
        for each in accepted:
            each.close()


def test_a_writer_that_sleeps_in_mid_transaction_is_thrown_out(database: Database) -> None:
    def locks(connection: Connection) -> str:
        row = connection.execute("show idle_in_transaction_session_timeout").fetchone()
        assert row is not None
        return str(row[0])

    assert database.run(locks) == "5s"
