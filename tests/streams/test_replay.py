import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from streams.kafka import librdkafka
from streams.replay import Recording
from streams.settings import Settings
from tests.faults.counting import punch
from tests.faults.folds import PAUSE, switched, tick
from tests.hosts import Site, site

pytestmark = [pytest.mark.stack, pytest.mark.timeout(120)]
NAMES = ["broadcasting", "counting", "moody", "strict", "waking"]
PLACES = [("0", "UTC"), ("1", "America/Los_Angeles"), ("4242", "Asia/Kathmandu")]


@pytest.fixture
def place(settings: Settings, tmp_path: Path) -> Iterator[Site]:
    with site(settings, tmp_path, "replay", partitions=2) as made:
        yield made


def a_morning(place: Site) -> None:
    """Punches, a switch, repeats, a record that nobody can read, ticks: and a host that dies in between."""
    place.tell(switched("moody", "live", 1))
    for number in (1, 2, 3, 5, 4):
        for who in range(20):
            place.tell(punch(who, number))
    first = punch(3, 1)
    place.write(first.key, b"unreadable")
    again = place.write(first.key, place.codec.encode(place.source, punch(3, 6)))
    place.write(first.key, place.codec.encode(place.source, punch(3, 6)), origin=again)
    place.start(names=NAMES, crash="after_commit:3", chunk=20)
    place.flush()
    place.workers[0].process.wait(60)
    place.tell(switched("moody", "shadow", 2))
    place.tell(tick(first.occurred_at + PAUSE + (punch(0, 5).occurred_at - first.occurred_at)))
    place.start(names=NAMES)
    place.caught_up(60)
    place.stop()


def replay(place: Site, partition: int, seed: str, zone: str) -> dict[str, Any]:
    ((topic_id, until),) = place.rows(
        "select topic_id, next_offset from rollcall.positions where reader = %s and partition = %s",
        place.reader,
        partition,
    )
    recording = Recording(librdkafka(place.settings), place.reader, place.source.name, topic_id, partition, until)
    told = {
        "recording": asdict(recording),
        "names": NAMES,
        "sink": [place.sink.name, 2, "key"],
        "ends": place.ends(place.sink),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.streams.replaying", json.dumps(told)],
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_recorded_partition_gives_again_what_it_gave(place: Site) -> None:
    a_morning(place)

    found = [[replay(place, partition, seed, zone) for seed, zone in PLACES] for partition in (0, 1)]

    for partition in found:
        assert [each["differences"] for each in partition] == [0, 0, 0]
        assert len({each["digest"] for each in partition}) == 1
    recorded = sum(partition[0]["recorded"] for partition in found)
    assert recorded == len(place.events(place.sink)) > 200


def test_control_another_history_makes_a_difference(place: Site) -> None:
    a_morning(place)
    stolen = place.read(place.sink)[5]
    assert stolen.origin is not None
    again = f"{stolen.origin.emitter}|9|1".encode()  # a record that the host has never emitted, under its name
    others = [(name, value) for name, value in stolen.headers if name != "origin"]
    place.producer.produce(
        place.sink.name, stolen.value, stolen.key, stolen.partition, headers=[*others, ("origin", again)]
    )
    place.flush()

    found = [replay(place, partition, "0", "UTC") for partition in (0, 1)]

    assert sum(each["differences"] for each in found) == 1
