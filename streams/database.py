"""One PostgreSQL connection in a thread of its own, with a deadline that shuts the socket.

A driver that waits for an answer that never comes cannot be cancelled: cancelling opens a connection and waits again.
Shutting the socket always works. Driver errors are translated here, once, by class and SQLSTATE.
"""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

import psycopg
from psycopg.rows import TupleRow

from schemas.faults import Fenced, Refused, Unavailable

Connection = psycopg.Connection[TupleRow]
T = TypeVar("T")
DEADLINE = timedelta(seconds=4)
FENCED = "RC001"
# A writer that was stopped in mid-transaction must not hold its locks against whoever has claimed since, and nobody
# waits for a lock for longer than the deadline.
OPTIONS = "-c idle_in_transaction_session_timeout=5s -c lock_timeout=3s -c statement_timeout={}ms"


class Database:
    """A connection that is opened when needed, used by one piece of work at a time, dropped after any doubt."""

    def __init__(self, dsn: str, name: str, deadline: timedelta = DEADLINE) -> None:
        """`name` is what ``pg_stat_activity`` shows; `deadline` is for one piece of work."""
        self._dsn, self._name, self._deadline = dsn, name, deadline.total_seconds()
        self._connection: Connection | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        self.answered = time.monotonic()
        """When the server last answered or refused: progress, even if nothing was committed."""

    async def call(self, work: Callable[[Connection], T]) -> T:
        """Do `work` in the connection's thread.

        Raises:
            Unavailable: no answer; whether it was committed is unknown.
            Fenced: another writer has claimed the position.
            Refused: the server does not accept the rows.

        """
        doing = asyncio.wrap_future(self._thread.submit(self._do, work))
        done, _ = await asyncio.wait([doing], timeout=self._deadline)
        if not done:
            self._cut()
        return await doing

    def run(self, work: Callable[[Connection], T]) -> T:
        """`call` for readers that live in threads; same errors."""
        doing: Future[T] = self._thread.submit(self._do, work)
        try:
            return doing.result(self._deadline)
        except TimeoutError:
            self._cut()
        return doing.result()

    def close(self) -> None:
        """Close the connection and end the thread."""
        self._thread.submit(self._drop).result()
        self._thread.shutdown()

    def _do(self, work: Callable[[Connection], T]) -> T:
        try:
            if self._connection is None:
                self._connection = self._connect()
            return work(self._connection)
        except psycopg.Error as error:
            raise self._translated(error) from error
        finally:
            self.answered = time.monotonic()

    def _connect(self) -> Connection:
        return psycopg.connect(
            self._dsn,
            autocommit=True,
            application_name=self._name,
            connect_timeout=3,
            tcp_user_timeout=int(self._deadline * 1250),
            prepare_threshold=1,
            options=OPTIONS.format(int(self._deadline * 2500)),
        )

    def _translated(self, error: psycopg.Error) -> Exception:
        said = str(error).strip() or type(error).__name__
        if error.sqlstate == FENCED:
            return Fenced(said)
        if isinstance(error, psycopg.DataError | psycopg.IntegrityError):
            return Refused(said)
        self._drop()
        if isinstance(
            error, psycopg.OperationalError | psycopg.InterfaceError | psycopg.errors.IdleInTransactionSessionTimeout
        ):
            return Unavailable(f"PostgreSQL ({self._name}): {said}")
        return error

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error):
                connection.close()

    def _cut(self) -> None:
        connection = self._connection
        if connection is None:
            return
        # The descriptor may be closed at this moment by its own thread; then there is nothing left to cut.
        with (
            contextlib.suppress(OSError, psycopg.Error),
            socket.socket(fileno=os.dup(connection.pgconn.socket)) as wire,
        ):
            wire.shutdown(socket.SHUT_RDWR)
