"""A door of its own for a test: database, connector, slot and change log that no other test meets."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from os import getpid
from typing import Any
from uuid import UUID

import psycopg
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import NewTopic

from connectors.capture import Capture
from connectors.debezium import Door
from connectors.translate import CAPTURES
from schemas.faults import Unavailable
from schemas.topics import CDC
from streams import connect, topics
from streams.connect_rest import Connect
from streams.database import Connection
from streams.kafka import librdkafka
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

    def length(self) -> int:
        """How many records lie in the change log."""
        with _reading(self) as consumer:
            return int(consumer.get_watermark_offsets(TopicPartition(self.door.topic, 0), timeout=10)[1])

    def until(self, table: str, *keys: object, within: float = 60) -> list[Record]:
        """All of the change log up to where each of these keys of this table has come."""
        end, records = time.monotonic() + within, list[Record]()
        named, missing = f'"table":"{table}"'.encode(), {f'"{key}"'.encode() for key in keys}
        with _reading(self) as consumer:
            while time.monotonic() < end:
                for message in consumer.consume(1000, 0.1):
                    assert message.error() is None, message.error()
                    records.append((message.key(), message.value()))
                    if named in message.value():
                        missing -= {key for key in missing if key in message.key()}
                    if not missing:
                        return records
        raise AssertionError(
            f"{table}: {missing} not in {self.door.topic} after {within} s, but {len(records)} records"
        )


@contextmanager
def _reading(door: Captured) -> Iterator[Consumer]:
    consumer = Consumer({**librdkafka(door.settings), "group.id": "tests"})
    consumer.assign([TopicPartition(door.door.topic, 0, 0)])
    try:
        yield consumer
    finally:
        consumer.close()


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
    connector = Connect.of(settings, name)

    def forgotten() -> bool:
        try:
            if connector.configured() is not None:
                connector.stop()
                connector.delete()
        except Unavailable:  # a test has killed it
            return False
        return True

    eventually(forgotten, 60)
    with psycopg.connect(settings.dsn("postgres"), autocommit=True) as server:

        def dropped() -> bool:
            held = server.execute("select active from pg_replication_slots where slot_name = %s", (name,)).fetchone()
            if held is not None and not held[0]:
                server.execute("select pg_drop_replication_slot(%s)", (name,))
                return True
            return held is None

        eventually(dropped, 30)
