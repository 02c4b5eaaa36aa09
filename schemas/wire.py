"""Events as Kafka records: Confluent wire format (0x00, schema id, Avro body), CloudEvents binary-mode headers.

Reads and writes bytes only; which schema has which id is told by whoever asks the registry.
"""

import json
from collections.abc import Mapping
from io import BytesIO
from struct import Struct
from typing import Any
from uuid import UUID

import fastavro
from pydantic import ValidationError

from schemas.avro import schema
from schemas.events import Event
from schemas.faults import SchemaBehind, Undecodable, UnknownRecord, UnknownSchema
from schemas.ids import text
from schemas.topics import DOMAIN, Topic

PREFIX = Struct(">bI")
MODELS: Mapping[str, type[Event]] = {event.fullname(): event for topic in DOMAIN for event in topic.events}


def _plain(avro: Any) -> Any:
    """Return a schema whose UUIDs are the strings that they are on the wire: pydantic reads them thrice as fast."""
    if isinstance(avro, list):
        return [_plain(each) for each in avro]
    if isinstance(avro, dict):
        return "string" if avro.get("logicalType") == "uuid" else {name: _plain(each) for name, each in avro.items()}
    return avro


READERS: Mapping[str, Any] = {name: fastavro.parse_schema(_plain(schema(event))) for name, event in MODELS.items()}
IDENTITIES: Mapping[str, tuple[str, ...]] = {
    name: tuple(field["name"] for field in schema(event)["fields"] if "uuid" in json.dumps(field["type"]))
    for name, event in MODELS.items()
}
"""Fields that are UUIDs, or lists of them, or none."""
TYPES: Mapping[type[Event], bytes] = {event: name.encode() for name, event in MODELS.items()}
Headers = list[tuple[str, bytes]]


def subject(topic: Topic, event: type[Event]) -> str:
    """Return the registry's subject (TopicRecordName): order per key matters more than one type per topic."""
    return f"{topic.name}-{event.fullname()}"


class Codec:
    """Encodes with the ids that were registered, decodes whatever writer schema it has been told of."""

    def __init__(self, ids: Mapping[str, int]) -> None:
        """`ids`: registered schema id by subject."""
        self._ids = dict(ids)
        self._writers: dict[int, tuple[Any, str]] = {}
        for topic in DOMAIN:
            for event in topic.events:
                if subject(topic, event) in ids:
                    self._writers[ids[subject(topic, event)]] = (READERS[event.fullname()], event.fullname())

    def learn(self, schema_id: int, text: str) -> None:
        """Know a writer's schema, as the registry gave it."""
        parsed = fastavro.parse_schema(_plain(json.loads(text)))
        self._writers[schema_id] = (parsed, parsed["name"])

    def encode(self, topic: Topic, event: Event) -> bytes:
        """Return the record's value.

        Raises:
            SchemaBehind: this event was never registered for this topic.

        """
        name = type(event).fullname()
        schema_id = self._ids.get(f"{topic.name}-{name}")
        if schema_id is None:
            raise SchemaBehind(f"{topic.name} has no schema for {name}; mend: rollcall topics apply")
        buffer = BytesIO(PREFIX.pack(0, schema_id))
        buffer.seek(PREFIX.size)
        fields = event.__dict__.copy()
        for each in IDENTITIES[name]:
            value = fields[each]
            fields[each] = text(value) if type(value) is UUID else _written(value)
        fastavro.schemaless_writer(buffer, READERS[name], fields)
        return buffer.getvalue()

    def decode(self, raw: bytes | None) -> Event:
        """Read a record's value.

        Raises:
            Undecodable: not the wire format, or not what its schema says.
            UnknownSchema: ask the registry, `learn`, and try again; if it does not know either, the record is buried.
            UnknownRecord: a known schema names an event that this version does not have.

        """
        if raw is None or len(raw) < PREFIX.size or raw[0] != 0:
            raise Undecodable("not in Confluent wire format: a record's value starts with 0x00 and a schema id")
        schema_id = PREFIX.unpack_from(raw)[1]
        if schema_id not in self._writers:
            raise UnknownSchema(schema_id)
        writer, name = self._writers[schema_id]
        if name not in MODELS:
            raise UnknownRecord(f"schema {schema_id} is {name}, which this version does not know: update it")
        try:
            body = BytesIO(raw)
            body.seek(PREFIX.size)
            fields = fastavro.schemaless_reader(body, writer, None if writer is READERS[name] else READERS[name])
            decoded: Event = MODELS[name].__pydantic_validator__.validate_python(fields)
        except (ValidationError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError) as error:
            raise Undecodable(f"not a {name} (schema {schema_id}): {error}") from error
        return decoded


def _written(value: list[UUID] | None) -> list[str] | None:
    return None if value is None else [text(each) for each in value]


def body(raw: bytes) -> bytes:
    """Return the Avro body without the registry's id: what "byte for byte" compares."""
    return raw[PREFIX.size :]


def headers(event: Event) -> Headers:
    """Return CloudEvents 1.0 binary-mode headers, and a traceparent that names the correlation as the trace."""
    identity = text(event.event_id)
    trace, span = text(event.correlation_id).replace("-", ""), identity.replace("-", "")[:16]
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", identity.encode()),
        ("ce_type", TYPES[type(event)]),
        ("ce_source", b"/rollcall"),
        ("ce_time", event.occurred_at.isoformat().encode()),
        ("ce_subject", event.key.encode()),
        ("ce_tenantid", event.tenant_id.encode()),
        ("content-type", b"application/avro"),
        ("traceparent", f"00-{trace}-{span}-01".encode()),
    ]
