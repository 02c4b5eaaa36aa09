"""Hosts that come, go, die and sleep, with a static name in the group and without."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition

from streams.settings import Settings
from tests.faults.trial import CLEAN, Trial, dying, falls_asleep
from tests.hosts import Site, site

pytestmark = [pytest.mark.stack, pytest.mark.timeout(150)]
POINTS = ["after_poll", "after_fold", "before_commit", "after_commit", "after_send"]


@pytest.fixture
def place(settings: Settings, tmp_path: Path) -> Iterator[Site]:
    with site(settings, tmp_path, "kills") as made:
        yield made


def test_three_hosts_share_the_work(place: Site) -> None:
    trial = Trial(place, seconds=3)
    trial.begin()

    assert trial.finish() == CLEAN


def test_hosts_join_and_leave(place: Site) -> None:
    trial = Trial(place, seconds=10, static=False)
    trial.begin()
    trial.moved(500)
    for leaves in (0, 1, 2, 0):
        leaver = trial.slots.pop(leaves)
        leaver.kill(signal.SIGTERM)
        trial.spawn(leaves)
        trial.moved(100)

    assert trial.finish() == CLEAN


def test_hosts_die_at_every_point_and_are_back_at_once(place: Site) -> None:
    trial = Trial(place, seconds=12, crashes=dying(POINTS * 2, seed=3), task={"chunk": 50}, wanted=10)
    trial.begin()
    trial.moved(800)
    trial.kill(0)
    trial.kill(1)

    assert trial.finish() == CLEAN
    assert trial.deaths >= 10


def test_hosts_without_a_static_name_die(place: Site) -> None:
    trial = Trial(place, seconds=8, static=False, crashes=dying(POINTS[1:4], seed=4), task={"chunk": 50}, wanted=3)
    trial.begin()

    assert trial.finish() == CLEAN
    assert trial.deaths >= 3


def test_a_zombie_wakes_up_after_its_partitions_have_gone(place: Site) -> None:
    trial = Trial(place, seconds=12, static=False)
    trial.begin()
    trial.moved(500)
    for sleeper in (0, 1):
        trial.kill(sleeper, signal.SIGSTOP)
        trial.wait(4)  # twice the session
        trial.kill(sleeper, signal.SIGCONT)
        trial.moved(50)

    assert trial.finish() == CLEAN


def two_fall_asleep(trial: Trial, *crashes: str) -> None:
    """Two of three stop where they are told to, are put out of the group, and wake up."""
    trial._producing.start()
    for slot, crash in enumerate((*crashes, None)):
        trial.spawn(slot, crash)
    for slot in range(len(crashes)):
        falls_asleep(trial.slots[slot])
    trial.wait(4)
    for slot in range(len(crashes)):
        trial.kill(slot, signal.SIGCONT)


def test_a_zombie_wakes_up_between_fold_and_commit_or_between_commit_and_send(place: Site) -> None:
    trial = Trial(place, seconds=10, task={"chunk": 50})
    two_fall_asleep(trial, "stop-after_commit:3", "stop-after_fold:3")

    assert trial.finish() == CLEAN


def test_a_group_offset_that_is_ahead_is_not_believed(place: Site) -> None:
    trial = Trial(place, seconds=2)
    trial._producing.start()
    assert trial._half.wait(60)
    group = Consumer({"bootstrap.servers": place.settings.bootstrap, "group.id": place.reader, "log_level": 2})
    ends = place.ends(place.source)
    group.commit(
        offsets=[TopicPartition(place.source.name, each, end) for each, end in ends.items()], asynchronous=False
    )
    group.close()
    for slot in range(3):
        trial.spawn(slot)

    assert trial.finish() == CLEAN


def test_control_without_an_outbox_answers_are_lost(place: Site) -> None:
    place.database.execute("create rule nothing as on insert to rollcall.outbox do instead nothing")
    dead = dying(["after_commit"] * 3, seed=5)
    trial = Trial(place, records=4_000, seconds=2, crashes=dead, task={"chunk": 50}, wanted=3)
    trial.begin()

    verdict = trial.finish()

    assert verdict.lost == 0
    assert verdict.lost_answers > 0


def test_control_without_the_fence_a_zombie_does_harm(place: Site) -> None:
    place.database.execute(
        "create or replace function rollcall.fenced(p_reader text, p_topic text, p_partition integer) returns void"
        " language sql as ''"
    )
    trial = Trial(place, records=4_000, seconds=8, task={"chunk": 50})
    two_fall_asleep(trial, "stop-after_fold:3", "stop-after_fold:3")

    verdict = trial.finish(20)

    assert verdict.lost + verdict.doubled + verdict.reordered + verdict.lost_answers + verdict.wrong_answers > 0
