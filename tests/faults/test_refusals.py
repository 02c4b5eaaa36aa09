"""What a host cannot go on with: it stops, with an exit code that is not 0 and a message that says what to do."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewPartitions

from schemas.events import ShiftJudged
from streams.settings import Settings
from tests.eventually import eventually
from tests.faults.counting import punch
from tests.faults.trial import CLEAN, Trial
from tests.hosts import STOPPED, Site, create, delete, site

pytestmark = [pytest.mark.stack, pytest.mark.timeout(120)]


@pytest.fixture
def place(settings: Settings, tmp_path: Path) -> Iterator[Site]:
    with site(settings, tmp_path, "refusals", partitions=2) as made:
        yield made


def fold_some(place: Site, **task: Any) -> None:
    for number in range(1, 4):
        place.tell(punch(0, number))
        place.tell(punch(1, number))
    place.start(**task)
    place.caught_up(60)


def refuses(place: Site, *said: str, **task: Any) -> None:
    worker = place.start(**task)
    assert worker.process.wait(60) == STOPPED
    assert all(each in worker.said() for each in said), worker.said()


def test_a_position_beyond_the_end_of_the_log(place: Site) -> None:
    fold_some(place)
    place.stop()
    stand_at(place, 1_000)

    refuses(place, "PositionOutsideLog", "position 1000")


def test_a_position_before_the_start_of_the_log(place: Site) -> None:
    fold_some(place)
    place.stop()
    admin = AdminClient({"bootstrap.servers": place.settings.bootstrap, "log_level": 2})
    kept = [TopicPartition(place.source.name, each, 1) for each, end in place.ends(place.source).items() if end]
    for done in admin.delete_records(kept).values():
        done.result(20)
    stand_at(place, 0)

    refuses(place, "PositionOutsideLog", "position 0")


def stand_at(place: Site, position: int) -> None:
    place.database.execute("update rollcall.positions set next_offset = %s where reader = %s", (position, place.reader))


def test_a_topic_that_was_deleted_and_created_again(place: Site) -> None:
    fold_some(place)
    place.stop()
    delete(place.settings, [place.source])
    eventually(lambda: created(place), 20)

    refuses(place, "TopicRecreated", place.source.name)


def created(place: Site) -> bool:
    try:
        create(place.settings, (place.source,))
    except KafkaException as error:  # the deletion is still under way
        raise AssertionError(str(error)) from error
    return True


@pytest.mark.parametrize("which", ["source", "sink"])
def test_another_number_of_partitions(place: Site, which: str) -> None:
    fold_some(place)
    place.stop()
    topic = place.source if which == "source" else place.sink
    admin = AdminClient({"bootstrap.servers": place.settings.bootstrap, "log_level": 2})
    for done in admin.create_partitions([NewPartitions(topic.name, 3)]).values():
        done.result(20)

    refuses(place, "PartitionsChanged", topic.name)


def test_two_processes_with_one_static_id(settings: Settings, tmp_path: Path) -> None:
    with site(settings, tmp_path, "twins") as place:
        trial = Trial(place, records=3_000, seconds=6)
        trial.begin(workers=1)
        trial.moved(100)
        twin = place.start("0")
        ended = trial.slots[0]
        eventually(lambda: ended.process.poll() is not None or twin.process.poll() is not None, 40)
        first = ended if ended.process.poll() is not None else twin
        assert first.process.poll() == STOPPED
        assert "another process runs as" in first.said()
        trial.slots[0] = twin if first is ended else ended  # the other one goes on
        verdict = trial.finish()

    assert verdict.stopped == (f"{first.log.name} left with {STOPPED}: {first.said()[-800:]}",)
    assert verdict == CLEAN.__class__(stopped=verdict.stopped)


def test_a_fold_that_never_returns(place: Site) -> None:
    place.tell(punch(0, 1))

    refuses(place, "nothing has moved", "records wait", names=["hanging"], patience=6.0)


def test_after_a_restore_the_epoch_keeps_what_follows_from_being_taken_for_a_repeat(place: Site) -> None:
    lost = restored(place, raise_epoch=True)

    assert lost == 0


def test_control_a_restore_without_a_new_epoch_loses_answers(place: Site) -> None:
    lost = restored(place, raise_epoch=False)

    assert lost > 0


def restored(place: Site, *, raise_epoch: bool) -> int:
    """Answers lost when the database goes back to its beginning, and from there on fewer are given than before."""
    fold_some(place, names=["counting", "another"])
    place.stop()
    place.database.execute(
        "truncate rollcall.positions, rollcall.marks, rollcall.outbox,"
        " rollcall.states, rollcall.worlds, rollcall.carriers"
    )
    if raise_epoch:
        place.database.execute("update rollcall.epoch set epoch = epoch + 1")
    for number in (4, 5):
        place.tell(punch(0, number))
        place.tell(punch(1, number))
    place.start(names=["counting"])
    place.caught_up()
    answered = {(event.key, event.version) for event in place.events(place.sink) if isinstance(event, ShiftJudged)}
    return sum((punch(who, number).key, number) not in answered for who in (0, 1) for number in range(1, 6))
