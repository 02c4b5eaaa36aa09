"""What a reader cannot take is buried with its cause; neighbours go on; after the mend it is given again."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from confluent_kafka import Producer

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


def letters(settings: Settings) -> list[dict[str, Any]]:
    listed = rollcall(settings, "dlq", "list", "--json")
    assert listed.returncode == 0, listed.stderr
    found: list[dict[str, Any]] = json.loads(listed.stdout)
    return found


@pytest.mark.parametrize(
    ("value", "cause"),
    [(b"not a record", "Undecodable"), (b"\x00\x7f\xff\xff\xffbody", "UnknownSchema")],
    ids=["bytes", "unknown schema id"],
)
def test_bytes_that_nobody_understands_are_buried_and_neighbours_go_on(
    clinic: Clinic, value: bytes, cause: str
) -> None:
    somebody = clinic.hire()
    producer = Producer({"bootstrap.servers": clinic.settings.bootstrap})
    placed: list[Any] = []
    producer.produce(WORKFORCE.name, value, str(somebody), callback=lambda _, message: placed.append(message))
    producer.flush(10)
    shift = clinic.late(somebody, clinic.now() - HOUR, minutes=9)  # the same key, so the same partition
    eventually(lambda: clinic.entry(shift) == 9, within=60)
    source = f"{WORKFORCE.name}-{placed[0].partition()}-{placed[0].offset()}"
    buried = [letter for letter in letters(clinic.settings) if letter["source"] == source]
    assert {letter["cause"] for letter in buried} == {cause}
    assert {"agents.workforce", "sink.attendance"} <= {letter["reader"] for letter in buried}


def test_a_row_that_breaks_a_constraint_is_given_again_after_the_mend(clinic: Clinic) -> None:
    somebody, other = clinic.hire(), clinic.hire()
    with psycopg.connect(clinic.settings.dsn("rollcall_migrator"), autocommit=True) as owner:
        owner.execute("alter table mart.attendance add constraint broken check (minutes <> 13) not valid")
        try:
            shift = clinic.late(somebody, clinic.now() - HOUR, minutes=13)
            neighbour = clinic.late(other, clinic.now() - HOUR, minutes=14)
            eventually(lambda: clinic.verdict(neighbour) == ("late", 14), within=60)
            eventually(lambda: clinic.entry(shift) == 13)  # the applier is another reader
            assert clinic.verdict(shift) is None
            (letter,) = eventually(
                lambda: [each for each in letters(clinic.settings) if "broken" in each["error"]], within=30
            )
            assert (letter["reader"], letter["cause"]) == ("sink.attendance", "Refused")
        finally:
            owner.execute("alter table mart.attendance drop constraint broken")
    again = rollcall(clinic.settings, "dlq", "retry", letter["id"], "--as", "tests")
    assert again.returncode == 0, again.stderr
    eventually(lambda: clinic.verdict(shift) == ("late", 13), within=30)


def test_a_letter_that_is_not_there_is_named(installation: Settings) -> None:
    refused = rollcall(installation, "dlq", "retry", "rollcall.workforce.v1.dlq-0-999999")
    assert refused.returncode == 2
    assert "rollcall dlq list" in refused.stderr
