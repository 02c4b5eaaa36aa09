"""A clock that falls silent while people are due is told to every partition, and so is that it is heard of again."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from confluent_kafka import Consumer, TopicPartition

from connectors import commands
from schemas.events import ClockOutageEnded, ClockOutageSuspected
from schemas.topics import FOLDED
from streams.decoding import Decoder
from streams.kafka import librdkafka
from streams.lag import ends
from streams.registry import Registry
from streams.settings import Settings
from tests.e2e.clinic import Clinic
from tests.eventually import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]
HOUR = timedelta(hours=1)
EVERYWHERE = {(topic.name, each) for topic in FOLDED for each in range(topic.partitions)}
Outage = ClockOutageSuspected | ClockOutageEnded


class Told:
    """What every partition of the folded topics is told of outages from now on: the newest of each place."""

    def __init__(self, settings: Settings, decoder: Decoder) -> None:
        self.newest: dict[tuple[str, int, UUID], Outage] = {}
        self._decoder = decoder
        self._consumer = Consumer({**librdkafka(settings), "group.id": "tests.clocks", "enable.auto.commit": False})
        self._consumer.assign([TopicPartition(*place, end) for place, end in ends(settings, EVERYWHERE).items()])

    def of(self, location_id: UUID) -> dict[tuple[str, int], Outage]:
        """Return the newest that each partition has been told of a place by now."""
        for record in self._consumer.consume(1000, 1):
            event = self._decoder.decode(record.value()) if record.error() is None else None
            if isinstance(event, Outage):
                place = record.topic(), record.partition(), event.location_id
                known = self.newest.get(place)
                self.newest[place] = event if known is None or known.revision < event.revision else known
        return {place[:2]: event for place, event in self.newest.items() if place[2] == location_id}

    def close(self) -> None:
        self._consumer.close()


@pytest.fixture
def told(clinic: Clinic) -> Iterator[Told]:
    """What is told while the clocks are watched; other tests' clinics have none."""
    with closing(Registry(clinic.settings.registry_url)) as registry:
        heard = Told(clinic.settings, Decoder(registry.codec(), registry))
        commands.set_mode(clinic.connection, "clock_watch", "live", author="tests")
        yield heard
        commands.set_mode(clinic.connection, "clock_watch", "paused", author="tests")
        heard.close()


def beats(clinic: Clinic, at: datetime) -> None:
    clinic.connection.execute(
        "insert into public.clock_heartbeats (device, location_id, at) values (%s, %s, %s)"
        " on conflict (device) do update set at = excluded.at",
        (f"door of {clinic.location_id}", clinic.location_id, at),
    )


def test_clock_that_falls_silent_is_told_to_every_partition_and_that_it_is_back(clinic: Clinic, told: Told) -> None:
    now = clinic.now()

    def everywhere(kind: type[Outage]) -> None:
        found = told.of(clinic.location_id)
        assert found.keys() == EVERYWHERE
        assert {(type(each), each.starts_at, each.people) for each in found.values()} == {(kind, now - 2 * HOUR, 2)}
        assert len({each.event_id for each in found.values()}) == 1, "one event, in each partition"

    beats(clinic, now - 2 * HOUR)
    for _ in range(2):
        clinic.shift(clinic.hire(), now - HOUR)
    eventually(lambda: everywhere(ClockOutageSuspected), within=90)
    again = clinic.now()
    beats(clinic, again)
    eventually(lambda: everywhere(ClockOutageEnded), within=90)
    assert {each.ends_at for each in told.of(clinic.location_id).values() if isinstance(each, ClockOutageEnded)} == {
        again
    }
