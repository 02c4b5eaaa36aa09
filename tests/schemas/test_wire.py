"""Events as records: what is written is what is read, by any version, and what is not is refused by name."""

import json

import pytest

from schemas.avro import schema
from schemas.events import WORLD, Event, PunchVoided, Tick
from schemas.faults import SchemaBehind, Undecodable, UnknownRecord, UnknownSchema
from schemas.topics import CDC, DECISIONS, DOMAIN, PROPOSALS, TOPICS, WORKFORCE, home
from schemas.wire import Codec, body, headers, subject
from tests.schemas.samples import SAMPLES, Unheard, sample

IDS = {subject(topic, event): 100 + n for n, (topic, event) in enumerate((t, e) for t in DOMAIN for e in t.events)}
NEXT = 999


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: type(event).__name__)
def test_what_is_written_is_read(event: Event) -> None:
    topic = next(each for each in DOMAIN if type(event) in each.events)
    codec = Codec(IDS)
    raw = codec.encode(topic, event)
    assert codec.decode(raw) == event
    assert body(raw) == raw[5:]


def test_every_topic_has_its_own_id_for_a_broadcast() -> None:
    tick = sample(Tick)
    here, there = (Codec(IDS).encode(topic, tick) for topic in (WORKFORCE, PROPOSALS))
    assert here != there
    assert body(here) == body(there)


def test_an_event_that_was_not_registered_cannot_be_written() -> None:
    with pytest.raises(SchemaBehind, match="rollcall topics apply"):
        Codec({}).encode(WORKFORCE, sample(Tick))


@pytest.mark.parametrize("raw", [None, b"", b"\x00\x00", b"\x01\x00\x00\x00\x64rest"])
def test_bytes_in_another_format_are_undecodable(raw: bytes | None) -> None:
    with pytest.raises(Undecodable, match="Confluent wire format"):
        Codec(IDS).decode(raw)


def test_an_unknown_id_is_asked_for_and_then_known() -> None:
    codec, event = Codec(IDS), sample(PunchVoided)
    raw = b"\x00" + NEXT.to_bytes(4, "big") + body(codec.encode(WORKFORCE, event))
    with pytest.raises(UnknownSchema) as unknown:
        codec.decode(raw)
    assert unknown.value.schema_id == NEXT
    codec.learn(NEXT, json.dumps(schema(PunchVoided)))
    assert codec.decode(raw) == event


def test_a_record_of_a_newer_version_is_read_by_what_this_one_knows() -> None:
    newer = json.loads(json.dumps(schema(PunchVoided)))
    newer["fields"].append({"name": "why", "type": ["null", "string"], "default": None})
    codec, event = Codec(IDS), sample(PunchVoided)
    codec.learn(NEXT, json.dumps(newer))
    raw = b"\x00" + NEXT.to_bytes(4, "big") + body(codec.encode(WORKFORCE, event)) + b"\x00"
    assert codec.decode(raw) == event


def test_a_name_that_this_version_does_not_know_stops() -> None:
    codec = Codec(IDS)
    codec.learn(NEXT, json.dumps(schema(Unheard)))
    with pytest.raises(UnknownRecord, match=r"rollcall\.tests\.Unheard"):
        codec.decode(b"\x00" + NEXT.to_bytes(4, "big"))


@pytest.mark.parametrize("cut", [6, 20, -1])
def test_half_a_record_is_undecodable(cut: int) -> None:
    raw = Codec(IDS).encode(WORKFORCE, sample(PunchVoided))
    with pytest.raises(Undecodable, match="PunchVoided"):
        Codec(IDS).decode(raw[:cut])


def test_headers_are_those_of_cloudevents() -> None:
    event = sample(PunchVoided)
    said = dict(headers(event))
    assert said["ce_type"] == b"rollcall.workforce.PunchVoided"
    assert said["ce_id"] == str(event.event_id).encode()
    assert said["ce_subject"] == event.key.encode()
    assert said["traceparent"].startswith(f"00-{event.correlation_id.hex}-".encode())
    assert len(said["traceparent"]) == 55


# -- topics


def test_an_event_of_one_key_is_at_home_in_one_topic() -> None:
    assert home(PunchVoided) is WORKFORCE
    assert DECISIONS.events
    for event in (Tick, Unheard):
        with pytest.raises(LookupError, match=event.__name__):
            home(event)


def test_every_event_but_a_broadcast_is_at_home_in_exactly_one_topic() -> None:
    carried = {event for topic in DOMAIN for event in topic.events if event not in WORLD}
    assert {home(event) for event in carried} == set(DOMAIN)


def test_every_topic_has_dead_letters_beside_it() -> None:
    assert {topic.name for topic in TOPICS} >= {f"{topic.name}.dlq" for topic in (CDC, *DOMAIN)}
    assert WORKFORCE.dlq.partitions == WORKFORCE.partitions
