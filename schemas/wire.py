"""Events as Kafka records: Confluent wire format (0x00, schema id, Avro body), CloudEvents binary-mode headers.

Reads and writes bytes only; which schema has which id is told by whoever asks the registry.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from struct import Struct
from typing import Any, NamedTuple

import fastavro
from pydantic import ValidationError

from schemas.avro import schema
from schemas.events import Event
from schemas.faults import SchemaBehind, Undecodable, UnknownRecord, UnknownSchema
from schemas.ids import text
from schemas.topics import DOMAIN, Topic

PREFIX = Struct(">bI")
MODELS: Mapping[str, type[Event]] = {event.fullname(): event for topic in DOMAIN for event in topic.events}
TYPES: Mapping[type[Event], bytes] = {event: name.encode() for name, event in MODELS.items()}
Headers = list[tuple[str, bytes]]
Convert = Callable[[Any], Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """Return an instant as Avro's ``timestamp-micros`` has it."""
    return (at - EPOCH) // MICROSECOND


@lru_cache(maxsize=4_096)  # those of a cause come again in what follows from it
def instant(value: int) -> datetime:
    """Return the instant that `micros` gives this number."""
    return EPOCH + timedelta(microseconds=value)


WRITTEN: Mapping[str, Convert] = {"uuid": text, "timestamp-micros": micros}
READ: Mapping[str, Convert] = {"timestamp-micros": instant}
"""A UUID is left to pydantic, which reads its text thrice as fast as it takes the object."""


def _plain(avro: Any) -> Any:
    """Return a schema without the logical types that are converted here, which takes half as long as in fastavro."""
    if isinstance(avro, list):
        return [_plain(each) for each in avro]
    if isinstance(avro, dict):
        plain = {name: _plain(each) for name, each in avro.items()}
        return plain["type"] if plain.get("logicalType") in WRITTEN else plain
    return avro


def _converted(avro: Any, by: Mapping[str, Convert]) -> Convert | None:
    """Return how a value of this Avro type is converted, if it is."""
    if not isinstance(avro, list | dict):
        return None
    if isinstance(avro, dict) and avro["type"] != "array":
        return by.get(avro.get("logicalType", ""))
    inner = _converted(avro[1] if isinstance(avro, list) else avro["items"], by)
    if inner is None:
        return None
    if isinstance(avro, list):
        return lambda value: None if value is None else inner(value)
    return lambda values: [inner(each) for each in values]


class Form(NamedTuple):
    """How an event travels: its plain Avro schema, and the fields that are converted on the way out and in."""

    avro: Any
    out: tuple[tuple[str, Convert], ...]
    into: tuple[tuple[str, Convert], ...]


def _form(event: type[Event]) -> Form:
    avro = schema(event)
    out, into = (
        tuple((field["name"], done) for field in avro["fields"] if (done := _converted(field["type"], by)))
        for by in (WRITTEN, READ)
    )
    return Form(fastavro.parse_schema(_plain(avro)), out, into)


FORMS: Mapping[type[Event], Form] = {event: _form(event) for event in MODELS.values()}


def subject(topic: Topic, event: type[Event]) -> str:
    """Return the registry's subject (TopicRecordName): order per key matters more than one type per topic."""
    return f"{topic.name}-{event.fullname()}"


class Codec:
    """Encodes with the ids that were registered, decodes whatever writer schema it has been told of."""

    def __init__(self, ids: Mapping[str, int]) -> None:
        """`ids`: registered schema id by subject."""
        self._ids = dict(ids)
        self._prefixes: dict[tuple[str, type[Event]], bytes] = {}
        self._writers: dict[int, tuple[Any, str]] = {}
        for topic in DOMAIN:
            for event in topic.events:
                if subject(topic, event) in ids:
                    self._writers[ids[subject(topic, event)]] = (FORMS[event].avro, event.fullname())

    def learn(self, schema_id: int, text: str) -> None:
        """Know a writer's schema, as the registry gave it."""
        parsed = fastavro.parse_schema(_plain(json.loads(text)))
        self._writers[schema_id] = (parsed, parsed["name"])

    def encode(self, topic: Topic, event: Event) -> bytes:
        """Return the record's value.

        Raises:
            SchemaBehind: this event was never registered for this topic.

        """
        prefix = self._prefixes.get((topic.name, type(event))) or self._prefix(topic, type(event))
        form = FORMS[type(event)]
        fields = event.__dict__.copy()
        for name, convert in form.out:
            fields[name] = convert(fields[name])
        buffer = BytesIO()
        buffer.write(prefix)
        fastavro.schemaless_writer(buffer, form.avro, fields)
        return buffer.getvalue()

    def _prefix(self, topic: Topic, event: type[Event]) -> bytes:
        schema_id = self._ids.get(subject(topic, event))
        if schema_id is None:
            raise SchemaBehind(f"{topic.name} has no schema for {event.fullname()}; mend: rollcall topics apply")
        prefix = self._prefixes[topic.name, event] = PREFIX.pack(0, schema_id)
        return prefix

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
            model = MODELS[name]
            form = FORMS[model]
            fields: Any = fastavro.schemaless_reader(body, writer, None if writer is form.avro else form.avro)
            for each, convert in form.into:
                fields[each] = convert(fields[each])
            decoded: Event = model.__pydantic_validator__.validate_python(fields)
        except (ValidationError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError) as error:
            raise Undecodable(f"not a {name} (schema {schema_id}): {error}") from error
        return decoded


def body(raw: bytes) -> bytes:
    """Return the Avro body without the registry's id: what "byte for byte" compares."""
    return raw[PREFIX.size :]


SPECVERSION, SOURCE = ("ce_specversion", b"1.0"), ("ce_source", b"/rollcall")
CONTENT_TYPE = ("content-type", b"application/avro")


def headers(event: Event) -> Headers:
    """Return CloudEvents 1.0 binary-mode headers, and a traceparent that names the correlation as the trace."""
    identity, trace = event.event_id, event.correlation_id
    return [
        SPECVERSION,
        ("ce_id", text(identity).encode()),
        ("ce_type", TYPES[type(event)]),
        SOURCE,
        ("ce_time", event.occurred_at.isoformat().encode()),
        ("ce_subject", event.key.encode()),
        ("ce_tenantid", event.tenant_id.encode()),
        CONTENT_TYPE,
        ("traceparent", b"00-%032x-%016x-01" % (trace.int, identity.int >> 64)),
    ]
