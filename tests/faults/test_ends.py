"""A host that is told to end has ended soon, at whatever moment it is told, and whether Kafka answers or not."""

import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.local.runner import Stack
from streams.settings import Settings
from tests.faults.trial import CLEAN, Trial
from tests.hosts import STOPPED, Site, site

pytestmark = [pytest.mark.stack, pytest.mark.timeout(150)]
HARDLY_BEGUN = -signal.SIGTERM
"""Told before it had heard of signals."""


@pytest.fixture
def place(settings: Settings, tmp_path: Path) -> Iterator[Site]:
    with site(settings, tmp_path, "ends") as made:
        yield made


def test_at_any_moment_of_its_start(place: Site) -> None:
    chance, pause = random.Random(3), threading.Event()
    trial = Trial(place, records=1_000, seconds=3)
    trial.begin()
    for _ in range(4):
        worker = place.start(str(3 + chance.randrange(2)))
        pause.wait(chance.uniform(0.5, 3.0))
        worker.process.terminate()
        assert worker.left() in (0, HARDLY_BEGUN), worker.said()


def test_when_a_thread_of_fausts_does_not_end(place: Site) -> None:
    trial = Trial(place, records=1_000, seconds=1, task={"clinging": True})
    trial.begin(workers=1)

    assert trial.finish() == CLEAN
    assert "leaving with threads that do not end" in trial.slots[0].said()


def test_while_kafka_does_not_answer(place: Site, stack: Stack) -> None:
    trial = Trial(place, records=1_000, seconds=3)
    trial.begin()
    trial.moved(100)
    stack.kill("kafka", signal.SIGKILL)
    trial.wait(0.3)
    for worker in place.workers:
        worker.process.terminate()
    assert {worker.left() for worker in place.workers} <= {0, STOPPED}
