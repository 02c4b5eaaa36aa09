from datetime import timedelta

import pytest

from schemas.faults import NoProgress
from streams.liveness import Liveness


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def liveness(clock: Clock) -> Liveness:
    return Liveness(timedelta(seconds=60), clock)


def test_nothing_to_do_is_no_standstill(liveness: Liveness, clock: Clock) -> None:
    for _ in range(5):
        clock.time += 59
        liveness.check(0, [], joined=True, waiting=False)


def test_work_that_waits_for_too_long_ends_the_process(liveness: Liveness, clock: Clock) -> None:
    clock.time += 60
    liveness.check(5, [], joined=True, waiting=False)
    clock.time += 1
    with pytest.raises(NoProgress, match="5 records wait"):
        liveness.check(5, [], joined=True, waiting=False)


def test_an_answer_counts_even_when_it_is_no(liveness: Liveness, clock: Clock) -> None:
    for _ in range(5):
        clock.time += 59
        liveness.check(5, [clock.time - 1], joined=True, waiting=True)


def test_a_group_that_is_never_joined_ends_the_process(liveness: Liveness, clock: Clock) -> None:
    clock.time += 61
    with pytest.raises(NoProgress, match="not joined"):
        liveness.check(0, [], joined=False, waiting=False)


def test_partitions_that_never_flow_end_the_process(liveness: Liveness, clock: Clock) -> None:
    clock.time += 61
    with pytest.raises(NoProgress, match="not positioned"):
        liveness.check(0, [], joined=True, waiting=True)
