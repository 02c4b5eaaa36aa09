"""The translator on the real log: rows become events once, dead letters come back, a snapshot is awaited."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import NewTopic

from connectors import commands
from schemas.events import Event, JobPositionDescribed, PolicyPublished, ShiftScheduled
from schemas.faults import Unavailable
from schemas.topics import CDC, WORKFORCE, Topic
from schemas.wire import Codec, Headers
from streams import topics
from streams.deadletter import Raw, own
from streams.kafka import librdkafka
from streams.reader import open_reader
from streams.registry import Registry
from streams.settings import Settings
from streams.translator import ROLE, Lookahead, Translating
from tests.connectors.changelog import Changelog, clock, heartbeat, shift
from tests.eventually import eventually
from tests.schemas.samples import sample
from tests.streams.capturing import Captured, captured

pytestmark = pytest.mark.stack


@dataclass(slots=True)
class Translated:
    """A door whose changes are translated into a topic of the test's own."""

    door: Captured
    output: Topic
    codec: Codec
    seen: list[Raw] = field(default_factory=list)

    def events(self) -> list[Event]:
        return [self.codec.decode(record.value) for record in self.read(self.output)]

    def read(self, topic: Topic) -> list[Raw]:
        consumer = Consumer({"bootstrap.servers": self.door.settings.bootstrap, "group.id": "tests"})
        places = [TopicPartition(topic.name, each, 0) for each in range(topic.partitions)]
        try:
            left = sum(consumer.get_watermark_offsets(place, timeout=10)[1] for place in places)
            consumer.assign(places)
            found = []
            while left and (message := consumer.poll(10)) is not None:
                assert message.error() is None, message.error()
                said: Headers = message.headers() or []
                place = (message.topic(), message.partition(), message.offset())
                found.append(Raw(*place, message.key(), message.value(), said))
                left -= 1
            return found
        finally:
            consumer.close()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Translate in a thread, as the role does."""
        stopping = threading.Event()
        work = Translating(
            self.output,
            self.codec,
            Lookahead(librdkafka(self.door.settings), self.door.door.topic),
            replace(CDC, name=self.door.door.topic),
        )
        reader = open_reader(work, self.door.settings, ROLE, stopping)
        thread = threading.Thread(target=reader.run)
        thread.start()
        try:
            yield
        finally:
            stopping.set()
            thread.join()


@contextmanager
def translating(settings: Settings, partitions: int = 2) -> Iterator[Translated]:
    with captured(settings) as door:
        output = Topic(f"tests.{door.door.name}", partitions, WORKFORCE.keyed_by, WORKFORCE.events, folded=True)
        dead = replace(CDC, name=door.door.topic).dlq
        admin = topics.admin(settings)
        new = [NewTopic(each.name, each.partitions, 1) for each in (output, dead)]
        for future in admin.create_topics(new).values():
            future.result(10)
        topics.apply(settings)
        known = Registry(settings.registry_url).codec()
        ids = {
            f"{output.name}-{event.fullname()}": int.from_bytes(known.encode(WORKFORCE, sample(event))[1:5], "big")
            for event in WORKFORCE.events
        }
        codec = Codec(ids)
        for name, schema_id in ids.items():
            text = Registry(settings.registry_url).text(schema_id)
            assert text is not None, name
            codec.learn(schema_id, text)
        yield Translated(door, output, codec)
        for future in admin.delete_topics([output.name, dead.name]).values():
            future.result(10)


def named(events: list[Event], kind: type[Event]) -> list[Any]:
    return [each for each in events if type(each) is kind]


def test_rows_become_events_by_key_and_in_every_partition_and_a_restart_repeats_none(settings: Settings) -> None:
    with translating(settings) as here:
        here.door.apply()
        with here.running():
            here.door.write("job_positions", id=UUID(int=1), code="vet")
            for number in range(10, 14):
                person = here.door.employee(number)
                here.door.write(
                    "shifts",
                    id=UUID(int=number),
                    employee_id=person,
                    location_id=UUID(int=900),
                    starts_at="2026-03-02 08:00Z",
                    ends_at="2026-03-02 16:00Z",
                )
            eventually(lambda: len(named(here.events(), ShiftScheduled)) == 4, 30)
        with here.running():
            here.door.write("job_positions", id=UUID(int=2), code="end")
            eventually(lambda: len(named(here.events(), JobPositionDescribed)) == 4, 30)
        events, records = here.events(), here.read(here.output)
    assert sorted(each.shift_id.int for each in named(events, ShiftScheduled)) == [10, 11, 12, 13]
    assert [sorted(each.code for each in named(events, JobPositionDescribed))] == [["end", "end", "vet", "vet"]]
    ticks = [
        (record.partition, here.codec.decode(record.value)) for record in records if record.key == b"world:Tick:clock"
    ]
    assert [tick for partition, tick in ticks if partition == 0] == [
        tick for partition, tick in ticks if partition == 1
    ]
    assert len(ticks) >= 2
    origins = [dict(record.headers)["origin"] for record in records]
    assert len(set(origins)) == len(origins)


def test_what_cannot_be_translated_is_buried_and_given_again_after_the_mend(settings: Settings) -> None:
    with translating(settings) as here:
        here.door.apply()
        dead = replace(CDC, name=here.door.door.topic).dlq
        with here.running():
            here.door.write("policies", name="astrology", document="{}", author="ann", reason="stars")
            here.door.write("job_positions", id=UUID(int=1), code="neighbour")
            eventually(lambda: named(here.events(), JobPositionDescribed), 30)
            (letter,) = eventually(lambda: here.read(dead), 30)
            said = dict(letter.headers)
            assert (said["dlq-reader"], said["dlq-cause"]) == (f"translate.{here.output.name}".encode(), b"Undecodable")
            assert b"no policy is called 'astrology'" in said["dlq-error"]
            mended = replace_policy(letter)
            commands.retry_dead_letter(here.door.connection, mended, author="ann")
            eventually(lambda: named(here.events(), PolicyPublished), 30)
        published, again = named(here.events(), PolicyPublished)
    assert published == again, "one of each partition"
    assert published.model_dump()["policy"] == "attendance"
    assert published.model_dump()["revision"] & (1 << 56) - 1 == int(said["dlq-offset"])


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter as the command line finds it."""

    reader: str
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    woken: str | None = None
    id: str = "a.dlq-0-1"


def replace_policy(raw: Raw) -> Letter:
    """The letter, as if this version knew the policy under its name."""
    said = dict(raw.headers)
    value = (raw.value or b"").replace(b"astrology", b"attendance")
    place = (said["dlq-reader"].decode(), said["dlq-topic"].decode(), 0, int(said["dlq-offset"]))
    return Letter(*place, raw.key, value, own(raw.headers))


def test_a_dead_letter_of_the_output_goes_to_its_partition_for_its_reader_byte_for_byte(settings: Settings) -> None:
    with translating(settings) as here:
        here.door.apply()
        letter = Letter("sink.attendance", here.output.name, 1, 3, b"k", b"\x00\xff", [("ce_id", b"\xfe")], "woken")
        with here.running():
            commands.retry_dead_letter(here.door.connection, letter, author="ann")

            def found() -> list[Raw]:
                return [record for record in here.read(here.output) if dict(record.headers).get("for")]

            (given,) = eventually(found, 30)
    assert (given.partition, given.key, given.value) == (1, b"k", b"\x00\xff")
    said = dict(given.headers)
    assert (said["for"], said["woken"], said["ce_id"]) == (b"sink.attendance", b"woken", b"\xfe")


def test_looking_ahead_waits_for_the_end_of_a_run(settings: Settings) -> None:
    rows = [("business_clock", clock()), ("shifts", shift(1)), ("heartbeat", heartbeat())]
    broken = Changelog().snapshot(rows, whole=False).records
    name = "tests.lookahead"
    admin = topics.admin(settings)
    admin.create_topics([NewTopic(name, 1, 1)])[name].result(10)
    producer = Producer({"bootstrap.servers": settings.bootstrap})

    def append(records: list[tuple[bytes, bytes]]) -> None:
        for key, value in records:
            producer.produce(name, value, key, 0)
        assert producer.flush(10) == 0

    try:
        look = Lookahead(librdkafka(settings), name)
        append([*broken, (b"", b"garbage")])
        with pytest.raises(Unavailable, match="not seen to its end"):
            look(0)
        append(Changelog().snapshot(rows).records)
        assert eventually(lambda: answered(look, 0), 10) == "broken off"
        assert eventually(lambda: answered(look, len(broken) + 1), 10) == "whole"
        assert look(0) is False
    finally:
        admin.delete_topics([name])[name].result(10)


def answered(look: Lookahead, offset: int) -> str:
    try:
        return "whole" if look(offset) else "broken off"
    except Unavailable:
        return ""
