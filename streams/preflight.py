"""What is held against the settings before anything is consumed: the earliest place to say what is missing."""

from schemas.faults import Misconfigured
from streams import migrate, topics
from streams.database import Connection
from streams.login import login
from streams.settings import Settings


def check(settings: Settings, role: str) -> None:
    """Refuse to begin where something must be mended or started first; each message says what, where and how.

    Raises:
        Misconfigured: a secret, a place or the server's own configuration is wrong.
        SchemaBehind: database, topics or registry lack what this version declares.
        MigrationChanged, PartitionsChanged: they have something else.
        Unavailable: PostgreSQL, Kafka or the registry does not answer.

    """
    migrate.check(settings, role)
    with login(settings, role) as connection:
        tells(connection)
    topics.check(settings)


def tells(connection: Connection) -> None:
    """Refuse a PostgreSQL server that cannot tell of its changes.

    Raises:
        Misconfigured: its log is not written for that.

    """
    row = connection.execute("select current_setting('wal_level')").fetchone()
    if row is None or row[0] != "logical":
        info = connection.info
        raise Misconfigured(
            f"PostgreSQL at {info.host}:{info.port} has wal_level = {row and row[0]}: changes cannot be read from it;"
            " mend: rollcall connectors plan --sql prints what a superuser runs"
        )
