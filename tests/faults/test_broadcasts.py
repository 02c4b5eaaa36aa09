"""What a fold tells everybody is in every partition once, whenever its host dies."""

import signal
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.events import ClockOutageSuspected
from streams.settings import Settings
from tests.faults.counting import punch
from tests.hosts import Site, site

pytestmark = [pytest.mark.stack, pytest.mark.timeout(120)]
PUNCHES = [punch(who, number) for number in range(1, 6) for who in range(8)]


@pytest.fixture
def place(settings: Settings, tmp_path: Path) -> Iterator[Site]:
    with site(settings, tmp_path, "broadcasts", partitions=3) as made:
        yield made


@pytest.mark.parametrize("crash", ["before_commit:2", "after_commit:2", "after_send:2"])
def test_a_broadcast_is_in_each_partition_once_whenever_its_host_dies(place: Site, crash: str) -> None:
    for each in PUNCHES:
        place.tell(each)
    place.flush()
    dying = place.start(names=["broadcasting"], crash=crash, chunk=5)
    assert dying.process.wait(60) == -signal.SIGKILL
    place.start(names=["broadcasting"], chunk=5)
    place.caught_up(60)

    told: dict[int, list[ClockOutageSuspected]] = defaultdict(list)
    for record in place.news(place.sink):
        event = place.codec.decode(record.value)
        if isinstance(event, ClockOutageSuspected):
            assert record.key == event.key.encode()
            told[record.partition].append(event)
    assert set(told) == {0, 1, 2}
    first = {event.outage_id: event for event in told[0]}
    assert first.keys() == {each.punch_id for each in PUNCHES}
    for partition in told.values():
        assert len(partition) == len(PUNCHES), "none twice"
        assert {event.outage_id: event for event in partition} == first, "one event, the same in each"
        for who in {each.employee_id for each in PUNCHES}:
            assert [event.people for event in partition if event.location_id == who] == [1, 2, 3, 4, 5]
