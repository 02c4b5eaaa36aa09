"""Versions of a schema read each other, all of them; the committed files are what the models say."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import fastavro
import pytest

from schemas.evolution import broken, broken_anywhere
from streams.schemas import SchemasDrifted, check, committed, compatible, declared, write

LONG = {"name": "count", "type": "long"}
NOTE = {"name": "note", "type": ["null", "string"], "default": None}


def record(*fields: dict[str, Any], name: str = "Said") -> dict[str, Any]:
    return {"type": "record", "namespace": "rollcall.tests", "name": name, "fields": list(fields)}


def test_a_field_with_a_default_may_come_and_go() -> None:
    assert broken(record(LONG), record(LONG, NOTE)) == []
    assert broken(record(LONG, NOTE), record(LONG)) == []
    assert broken(record(LONG, NOTE), record(NOTE, LONG)) == []


def test_what_breaks_readers_is_named() -> None:
    assert broken(record(), record(LONG)) == ["count was added without a default"]
    assert broken(record(LONG), record()) == ["count was removed and had no default"]
    assert broken(record(LONG), record({"name": "count", "type": "string"})) == ["count changed from long to string"]
    assert broken(record(), record(name="Other")) == ["rollcall.tests.Said was renamed to rollcall.tests.Other"]


def test_a_change_is_held_against_all_versions_not_only_the_last() -> None:
    back = [record(LONG), record(LONG, NOTE), record(LONG, {**NOTE, "type": ["null", "long"]})]
    assert broken_anywhere([back[0], back[2]]) == []
    assert broken_anywhere(back) == ["version 2 to 3: note changed from ['null', 'string'] to ['null', 'long']"]


@pytest.mark.parametrize("change", [record(LONG, NOTE), record(LONG), record(NOTE)])
def test_what_is_called_compatible_is_read_by_avro(change: dict[str, Any]) -> None:
    """The rule here against the library that reads the records."""
    base = record(LONG, NOTE)
    value = {"count": 3, "note": "x"}
    for writer, reader in ((base, change), (change, base)):
        buffer = BytesIO()
        fastavro.schemaless_writer(buffer, writer, value)
        buffer.seek(0)
        if broken(base, change):
            continue
        assert fastavro.schemaless_reader(buffer, writer, reader)["count"] == 3


# -- the committed files


def test_the_committed_schemas_are_those_of_the_models() -> None:
    check(declared(), committed())


def test_drift_names_the_event_and_the_mend() -> None:
    with pytest.raises(SchemasDrifted, match=r"not as committed: a, b; mend: rollcall schemas generate"):
        check({"a": record(LONG), "b": record()}, {"a": [record()]})


def test_an_event_that_history_has_cannot_be_dropped() -> None:
    with pytest.raises(SchemasDrifted, match="recorded history has them: gone"):
        check({}, {"gone": [record()]})


def test_versions_that_break_each_other_are_refused() -> None:
    with pytest.raises(SchemasDrifted, match="said: version 1 to 2: count was added without a default"):
        compatible({"said": [record(), record(LONG)]})


def test_a_change_is_written_as_a_next_version(tmp_path: Path) -> None:
    everything = write(tmp_path)
    assert len(everything) == len(declared())
    assert write(tmp_path) == []
    path = tmp_path / "rollcall.workforce.PunchVoided.v1.avsc"
    older = json.loads(path.read_text("utf-8"))
    older["fields"].append(NOTE)
    path.write_text(json.dumps(older), "utf-8")
    assert write(tmp_path) == ["rollcall.workforce.PunchVoided.v2.avsc"]
    check(declared(), committed(tmp_path))


def test_a_change_that_breaks_readers_is_not_written(tmp_path: Path) -> None:
    write(tmp_path)
    path = tmp_path / "rollcall.workforce.PunchVoided.v1.avsc"
    older = json.loads(path.read_text("utf-8"))
    older["fields"].append(LONG)
    path.write_text(json.dumps(older), "utf-8")
    with pytest.raises(SchemasDrifted, match="count was removed and had no default"):
        write(tmp_path)
    assert not (tmp_path / "rollcall.workforce.PunchVoided.v2.avsc").exists()
