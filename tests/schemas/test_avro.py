"""Avro schemas follow from the models, and only from what can evolve."""

from datetime import datetime
from typing import Any

import pytest
from pydantic import create_model

from schemas.avro import schema
from schemas.events import Event, PunchRecorded, ShiftJudged
from tests.schemas.samples import Unheard


def fields(event: type[Event]) -> dict[str, Any]:
    return {field["name"]: field for field in schema(event)["fields"]}


def test_a_record_is_named_after_its_event_and_family() -> None:
    said = schema(PunchRecorded)
    assert (said["type"], said["namespace"], said["name"]) == ("record", "rollcall.workforce", "PunchRecorded")
    assert [field["name"] for field in said["fields"]][:2] == ["event_id", "occurred_at"]


def test_types_of_columns() -> None:
    said = fields(PunchRecorded)
    assert said["punch_id"]["type"] == {"type": "string", "logicalType": "uuid"}
    assert said["occurred_at"]["type"] == {"type": "long", "logicalType": "timestamp-micros"}
    assert said["device"]["type"] == ["null", "string"]
    assert fields(ShiftJudged)["minutes"]["type"] == "long"


def test_a_field_with_a_default_says_it() -> None:
    class Changed(Unheard):
        """With a field that came later."""

        since: int = 3

    assert fields(Changed)["since"] == {"name": "since", "type": "long", "default": 3}
    assert "default" not in fields(Changed)["event_id"]


@pytest.mark.parametrize("kind", [float, int | str, dict[str, int], list[float]])
def test_what_cannot_evolve_has_no_schema(kind: Any) -> None:
    odd = create_model("Odd", __base__=Unheard, odd=(kind, ...))
    with pytest.raises(TypeError):
        schema(odd)


def test_vocabularies_are_strings() -> None:
    assert fields(ShiftJudged)["verdict"]["type"] == "string"
    assert datetime not in {type(field.get("default")) for field in schema(ShiftJudged)["fields"]}
