"""What people are told, over every real part: a fold asks for it, a row delivers it, and that is a fact again."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from uuid import UUID

import pytest
from confluent_kafka import Consumer, TopicPartition

from schemas.events import NoticeDelivered
from schemas.topics import WORKFORCE
from streams.kafka import librdkafka
from streams.outbox import partition_of
from streams.registry import Registry
from streams.settings import Settings
from tests.e2e.clinic import Clinic
from tests.e2e.test_dead_letters import rollcall
from tests.eventually import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]


def delivered(settings: Settings, employee_id: UUID) -> Iterator[NoticeDelivered]:
    """What has been delivered about somebody, as the topic has it."""
    key = str(employee_id).encode()
    with (
        closing(Consumer({**librdkafka(settings), "group.id": "notices"})) as consumer,
        closing(Registry.of(settings)) as registry,
    ):
        codec, place = registry.codec(), TopicPartition(WORKFORCE.name, partition_of(key, WORKFORCE.partitions), 0)
        end = consumer.get_watermark_offsets(place, timeout=5)[1]
        consumer.assign([place])
        while (message := consumer.poll(5)) is not None:
            if message.key() == key and isinstance(event := codec.decode(message.value()), NoticeDelivered):
                yield event
            if message.offset() + 1 >= end:
                return


def test_who_does_not_come_is_asked_once_and_that_it_reached_them_is_a_fact(clinic: Clinic) -> None:
    somebody = clinic.hire()
    shift = clinic.shift(somebody, clinic.now() - timedelta(minutes=20))
    query = (
        "select id, kind, recipient, delivered_at from public.notices where shift_id = %s and kind = 'late_check_in'"
    )
    ((notice, kind, recipient, at),) = eventually(lambda: clinic.rows(query, shift), within=60)
    assert recipient == f"employee:{somebody}"

    (fact,) = eventually(lambda: [*delivered(clinic.settings, somebody)], within=60)[:1]
    assert (fact.notice_id, fact.kind, fact.occurred_at, fact.shift_id) == (notice, kind, at, shift)

    listed = rollcall(clinic.settings, "notices", "list", "--for", str(somebody), "--json")
    (told,) = [each for each in json.loads(listed.stdout) if each["notice_id"] == str(notice)]
    assert told["state"] == "delivered"
    assert told["says"].startswith("Your shift began at ")
    assert rollcall(clinic.settings, "notices", "read", str(notice), "--as", str(somebody)).returncode == 0
    assert "read" in rollcall(clinic.settings, "notices", "list", "--for", str(somebody)).stdout
    other = rollcall(clinic.settings, "notices", "read", str(notice), "--as", str(clinic.manager_id))
    assert other.returncode == 2
    assert "rollcall notices list --for" in other.stderr
    assert len(clinic.rows(query, shift)) == 1
