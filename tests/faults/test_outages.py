"""PostgreSQL that is cut off exactly at COMMIT, or away for longer than a member may be silent; Kafka that dies."""

import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.local.runner import Stack
from streams.settings import Settings
from tests.faults.proxy import Cut, Proxy
from tests.faults.trial import CLEAN, Trial
from tests.hosts import Site, site

pytestmark = [pytest.mark.stack, pytest.mark.timeout(150)]
CUTS: tuple[Cut, ...] = ("answer", "commit", "late")


@pytest.fixture
def place(settings: Settings, tmp_path: Path) -> Iterator[Site]:
    with site(settings, tmp_path, "outages") as made:
        yield made


def behind(proxy: Proxy, **task: object) -> dict[str, object]:
    return {"settings": {"postgres_port": proxy.port}, **task}


def test_commits_whose_fate_is_unknown(place: Site, proxy: Proxy) -> None:
    trial = Trial(place, seconds=14, task=behind(proxy, chunk=50))
    trial.begin()
    trial.moved(200)
    for cut in CUTS * 2:
        proxy.arm(cut)
        assert trial.until(lambda: not proxy.armed, 20)
        trial.moved(50)

    assert trial.finish() == CLEAN
    assert sorted(proxy.cuts) == sorted(CUTS * 2)


def test_a_database_that_is_away_for_longer_than_a_member_may_be_silent(place: Site, proxy: Proxy) -> None:
    trial = Trial(place, seconds=8, task=behind(proxy, max_poll_interval=4.0))
    trial.begin()
    trial.moved(200)
    proxy.hole = True
    trial.wait(9)
    proxy.hole = False

    assert trial.finish() == CLEAN


def test_a_broker_that_is_ended_and_then_killed(place: Site, stack: Stack) -> None:
    trial = Trial(place, seconds=15)
    trial.begin()
    trial.moved(200)
    for number in (signal.SIGTERM, signal.SIGKILL):
        trial.joined()
        stack.kill("kafka", number)
        trial.wait(5)
        trial.moved(50, 60)

    assert trial.finish() == CLEAN


@pytest.mark.parametrize("static", [True, False])
def test_all_of_it_at_once(place: Site, proxy: Proxy, *, static: bool) -> None:
    chance = random.Random(11)
    trial = Trial(place, seconds=14, static=static, task=behind(proxy, chunk=50))
    trial.begin()
    trial.moved(200)
    asleep: set[int] = set()
    for deed in ("kill", "stop", "cut", "hole", "cut", "stop", "term") * 2:
        slot = chance.randrange(3)
        if slot in asleep:
            deed = "wake"
        hurt(trial, proxy, deed, slot, chance)
        asleep = (asleep | {slot}) if deed == "stop" else asleep - {slot}
        trial.wait(chance.uniform(0.3, 1.5))
        proxy.hole = False
    for slot in asleep:
        trial.kill(slot, signal.SIGCONT)

    assert trial.finish() == CLEAN


def hurt(trial: Trial, proxy: Proxy, deed: str, slot: int, chance: random.Random) -> None:
    signals = {"stop": signal.SIGSTOP, "wake": signal.SIGCONT, "term": signal.SIGTERM, "kill": signal.SIGKILL}
    if deed == "cut":
        proxy.arm(chance.choice(CUTS))
    elif deed == "hole":
        proxy.hole = True
    else:
        trial.kill(slot, signals[deed])
