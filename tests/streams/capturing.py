"""A door of its own for a test: database, connector, slot and change log that no other test meets."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from os import getpid
from typing import Any
from uuid import UUID

import psycopg
from confluent_kafka import Consumer, KafkaError, TopicPartition
from confluent_kafka.admin import NewTopic

from connectors.capture import Capture
from connectors.debezium import Door
from connectors.translate import CAPTURES
from schemas.topics import CDC
from streams import connect, topics
from streams.database import Connection
from streams.migrate import migrate
from streams.settings import Settings
from tests.eventually import eventually
from tests.fresh import NUMBERS, fresh_database

Record = tuple[bytes, bytes]


@dataclass(slots=True)
class Captured:
    """A fresh database behind its own connector."""

    settings: Settings
    door: Door
    connection: Connection

    def apply(self, captures: Sequence[Capture[Any]] = CAPTURES) -> list[str]:
        self.door = replace(self.door, captures=tuple(captures))
        return connect.apply(self.settings, self.door)

    def write(self, table: str, **row: Any) -> None:
        names, places = ", ".join(row), ", ".join(["%s"] * len(row))
        self.connection.execute(f"insert into public.{table} ({names}) values ({places})", list(row.values()))

    def employee(self, number: int) -> UUID:
        """Somebody to work, at a place; the same for the same number."""
        place, person = UUID(int=900), UUID(int=number)
        self.connection.execute(
            "insert into public.locations (id, name, zone) values (%s, 'North', 'UTC') on conflict do nothing", (place,)
        )
        self.write("employees", id=person, name="Ann", location_id=place, hired_on="2026-01-01")
        return person

    def log(self) -> list[Record]:
        """All that lies in the change log."""
        consumer = Consumer(
            {"bootstrap.servers": self.settings.bootstrap, "group.id": "tests", "enable.partition.eof": True}
        )
        consumer.assign([TopicPartition(self.door.topic, 0, 0)])
        records: list[Record] = []
        try:
            while (message := consumer.poll(10)) is not None:
                error = message.error()
                if error is not None:
                    assert error.code() == KafkaError._PARTITION_EOF, error
                    break
                records.append((message.key(), message.value()))
        finally:
            consumer.close()
        return records

    def until(self, table: str, key: object, within: float = 60) -> list[Record]:
        """The change log, once it has this key of this table, and all that was committed before it."""

        def there() -> list[Record]:
            records = self.log()
            named = (f'"table":"{table}"'.encode(), f'"{key}"'.encode())
            return records if any(named[0] in value and named[1] in key_ for key_, value in records) else []

        return eventually(there, within)


@contextmanager
def captured(settings: Settings) -> Iterator[Captured]:
    name = f"door_{getpid()}_{next(NUMBERS)}"
    door = Door(name, f"tests.cdc.{name}")
    admin = topics.admin(settings)
    with fresh_database(settings) as fresh:
        migrate(fresh)
        config = dict(topics.configuration(CDC))
        admin.create_topics([NewTopic(door.topic, 1, 1, config=config)])[door.topic].result(10)
        with psycopg.connect(fresh.dsn("rollcall_migrator"), autocommit=True) as connection:
            try:
                yield Captured(fresh, door, connection)
            finally:
                _close(fresh, name)
    admin.delete_topics([door.topic])[door.topic].result(10)


def _close(settings: Settings, name: str) -> None:
    """Forget the connector, and give back the slot that it held."""
    connector = connect.Connect(settings.connect_url, name)
    if connector.configured() is not None:
        connector.stop()
        connector.delete()
    with psycopg.connect(settings.dsn("postgres"), autocommit=True) as server:

        def dropped() -> bool:
            held = server.execute("select active from pg_replication_slots where slot_name = %s", (name,)).fetchone()
            if held is not None and not held[0]:
                server.execute("select pg_drop_replication_slot(%s)", (name,))
                return True
            return held is None

        eventually(dropped, 30)
