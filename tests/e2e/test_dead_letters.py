"""What a reader cannot take is buried with its cause; neighbours go on; after the mend it is given again."""

import json
import os
import subprocess
import sys
from base64 import b64decode, b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from confluent_kafka import Message, Producer

from schemas.topics import WORKFORCE
from streams.settings import Settings
from tests.e2e.clinic import Clinic
from tests.eventually import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]
HOUR = timedelta(hours=1)


def rollcall(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "streams", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ROLLCALL_HOME": str(settings.home)},
    )


def letters(settings: Settings, *chosen: str) -> list[dict[str, Any]]:
    listed = rollcall(settings, "dlq", "list", "--json", *chosen)
    assert listed.returncode == 0, listed.stderr
    found: list[dict[str, Any]] = json.loads(listed.stdout)
    return found


def produce(settings: Settings, key: UUID, *values: bytes) -> list[Message]:
    """Write records that no translator would write; return them as they lie in the log."""
    producer = Producer({"bootstrap.servers": settings.bootstrap})
    placed: list[Message] = []
    for value in values:
        producer.produce(
            WORKFORCE.name,
            value,
            str(key),
            headers=[("x", b"\xff")],
            callback=lambda _, message: placed.append(message),
        )
    assert producer.flush(10) == 0
    return placed


@pytest.mark.parametrize(
    ("value", "cause"),
    [(b"not a record", "Undecodable"), (b"\x00\x7f\xff\xff\xffbody", "UnknownSchema")],
    ids=["bytes", "unknown schema id"],
)
def test_bytes_that_nobody_understands_are_buried_and_neighbours_go_on(
    clinic: Clinic, value: bytes, cause: str
) -> None:
    somebody = clinic.hire()
    (placed,) = produce(clinic.settings, somebody, value)
    shift = clinic.late(somebody, clinic.now() - HOUR, minutes=9)  # the same key, so the same partition
    eventually(lambda: clinic.entry(shift) == 9, within=60)
    source = f"{WORKFORCE.name}-{placed.partition()}-{placed.offset()}"
    buried = [letter for letter in letters(clinic.settings) if letter["source"] == source]
    assert {letter["cause"] for letter in buried} == {cause}
    assert {"agents.workforce", "sink.attendance"} <= {letter["reader"] for letter in buried}


def test_rows_that_break_a_constraint_are_given_again_after_the_mend_in_whatever_order(clinic: Clinic) -> None:
    somebody, other = clinic.hire(), clinic.hire()
    refused = ("--key", str(somebody), "--reader", "sink.attendance", "--cause", "Refused")
    with psycopg.connect(clinic.settings.dsn("rollcall_migrator"), autocommit=True) as owner:
        owner.execute("alter table mart.attendance add constraint broken check (minutes <> 13) not valid")
        try:
            shifts = [clinic.late(somebody, clinic.now() - HOUR * ago, minutes=13) for ago in (14, 3)]
            neighbour = clinic.late(other, clinic.now() - HOUR, minutes=14)
            eventually(lambda: clinic.verdict(neighbour) == ("late", 14), within=60)
            eventually(lambda: [clinic.entry(each) for each in shifts] == [13, 13])  # the applier is another reader
            assert [clinic.verdict(each) for each in shifts] == [None, None]
            found = eventually(lambda: (found := letters(clinic.settings, *refused))[1:] and found, within=30)
        finally:
            owner.execute("alter table mart.attendance drop constraint broken")
    assert all("broken" in each["error"] and each["state"] == "open" for each in found)

    unasked = rollcall(clinic.settings, "dlq", "retry", *refused)
    assert unasked.returncode == 2
    assert "--yes" in unasked.stderr
    again = rollcall(clinic.settings, "dlq", "retry", *reversed([each["id"] for each in found]), "--as", "tests")
    assert again.returncode == 0, again.stderr
    eventually(lambda: [clinic.verdict(each) for each in shifts] == [("late", 13)] * 2, within=30)

    assert letters(clinic.settings, *refused) == []
    retried = letters(clinic.settings, *refused, "--state", "retried")
    assert [each["id"] for each in retried] == [each["id"] for each in found]


def test_what_is_parked_is_off_the_list_with_its_reason_and_can_still_be_exported(
    clinic: Clinic, tmp_path: Path
) -> None:
    somebody = clinic.hire()
    produce(clinic.settings, somebody, b"not a record", b"nor this")
    mine = ("--key", str(somebody), "--reader", "agents.workforce", "--since", "10m")
    found = eventually(lambda: (found := letters(clinic.settings, *mine))[1:] and found, within=60)
    parked = rollcall(
        clinic.settings, "dlq", "park", *mine, "--yes", "--limit", "1", "--as", "ines", "--note", "a test"
    )
    assert parked.returncode == 0, parked.stderr

    first, second = (each["id"] for each in found)
    assert [each["id"] for each in letters(clinic.settings, *mine)] == [second]
    shown = rollcall(clinic.settings, "dlq", "show", first)
    assert shown.returncode == 0, shown.stderr
    for words in (f"{first}  parked", "parked by ines: a test", "Confluent wire format", "|not a record|"):
        assert words in shown.stdout

    file = tmp_path / "letters.jsonl"
    exported = rollcall(clinic.settings, "dlq", "export", *mine, "--state", "all", "--output", str(file))
    assert exported.returncode == 0, exported.stderr
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(each["id"], each["state"]) for each in lines] == [(first, "parked"), (second, "open")]
    assert [b64decode(each["value"]) for each in lines] == [b"not a record", b"nor this"]
    assert {(b64decode(each["key"]), *map(tuple, each["headers"])) for each in lines} == {
        (str(somebody).encode(), ("x", b64encode(b"\xff").decode()))
    }


def test_a_letter_that_is_not_there_is_named(installation: Settings) -> None:
    refused = rollcall(installation, "dlq", "retry", "rollcall.workforce.v1.dlq-0-999999")
    assert refused.returncode == 2
    assert "rollcall dlq list" in refused.stderr
