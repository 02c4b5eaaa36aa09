"""Log in to PostgreSQL as one of its roles, or say which of the settings is to be mended."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.pq import Ping

from schemas.faults import Fault, Misconfigured, Unavailable
from streams.database import Connection
from streams.settings import Settings

CONNECT_TIMEOUT = 5


@contextmanager
def login(settings: Settings, role: str) -> Iterator[Connection]:
    """Open a connection in autocommit mode.

    Raises:
        Misconfigured: the server answers, and refuses the role, its password or the database.
        Unavailable: it does not answer, or goes away.

    """
    try:
        opened = psycopg.connect(settings.dsn(role), autocommit=True, connect_timeout=CONNECT_TIMEOUT)
    except psycopg.OperationalError as error:
        raise _refusal(settings, role, error) from error
    with opened:
        try:
            yield opened
        except psycopg.OperationalError as error:
            raise Unavailable(f"{_place(settings)}: {error}") from error


def _refusal(settings: Settings, role: str, error: psycopg.OperationalError) -> Fault:
    """Tell silence from refusal: the driver mostly has one class for both, the server does not."""
    asked = psycopg.conninfo.make_conninfo(settings.dsn(role), connect_timeout=CONNECT_TIMEOUT)
    said = " ".join(str(error).split())
    # Who has not answered in time is not asked again: it would take as long, and hold up every thread of this process.
    silent = isinstance(error, psycopg.errors.ConnectionTimeout)
    match Ping.NO_RESPONSE if silent else psycopg.pq.PGconn.ping(asked.encode()):
        case Ping.OK:
            secret = f"ROLLCALL_PASSWORDS__{role.upper()}"
            known = f"check {secret}" if role in settings.passwords else f"set {secret}, which is missing"
            return Misconfigured(
                f"{_place(settings)} refuses {role} at database {settings.postgres_database}: {said};"
                f" mend: {known}, and see that role and database exist"
            )
        case Ping.REJECT:
            return Unavailable(f"{_place(settings)} is starting or stopping: {said}; mend: wait, and try again")
        case _:
            return Unavailable(
                f"{_place(settings)} does not answer: {said};"
                " mend: rollcall up, or check ROLLCALL_POSTGRES_HOST and ROLLCALL_POSTGRES_PORT"
            )


def _place(settings: Settings) -> str:
    return f"PostgreSQL at {settings.postgres_host}:{settings.postgres_port}"
