"""Avro schemas from event models: strings for vocabularies, no enums, no open unions, so that schemas can evolve."""

import types
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

from pydantic.fields import FieldInfo

from schemas.events import Event

PLAIN: Mapping[type, Any] = {
    str: "string",
    int: "long",
    bool: "boolean",
    UUID: {"type": "string", "logicalType": "uuid"},
    datetime: {"type": "long", "logicalType": "timestamp-micros"},
    date: {"type": "int", "logicalType": "date"},
}


@cache
def schema(event: type[Event]) -> dict[str, Any]:
    """Return the Avro record of an event model; field order is the model's."""
    return {
        "type": "record",
        "name": event.__name__,
        "namespace": event.namespace,
        "doc": " ".join((event.__doc__ or "").split()),
        "fields": [_field(name, field) for name, field in event.model_fields.items()],
    }


def _field(name: str, field: FieldInfo) -> dict[str, Any]:
    described = {"name": name, "type": _type(field.annotation)}
    if not field.is_required():
        described["default"] = field.default
    return described


def _type(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:  # pydantic has taken it off a field already, but not off what a union is of
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        options = [each for each in get_args(annotation) if each is not types.NoneType]
        if len(options) != 1:
            raise TypeError(f"{annotation}: only a type or nothing can travel, not one of several types")
        return ["null", _type(options[0])]
    if get_origin(annotation) is list:
        return {"type": "array", "items": _type(get_args(annotation)[0])}
    if annotation not in PLAIN:
        raise TypeError(f"{annotation} has no Avro type here: see schemas/avro.py")
    return PLAIN[annotation]
