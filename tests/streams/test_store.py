from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from schemas.faults import Fenced, PartitionsChanged, Refused, TopicRecreated, Unavailable
from schemas.origin import Origin, Place
from streams.database import Connection, Database
from streams.settings import Settings
from streams.store import Claim, Input, Log, Step, acknowledge, advance, claim, hold, stands
from tests.streams.runtime import database_of

pytestmark = pytest.mark.stack
__all__ = ["database_of"]  # a fixture
LOGS = {"numbers": Log("id-1", 3)}


@pytest.fixture
def database(database_of: Settings) -> Iterator[Database]:
    opened = Database(database_of.dsn("rollcall_agents"), "test-store", timedelta(seconds=4))
    yield opened
    opened.close()


@pytest.fixture
def whose() -> Input:
    return Input(f"reader-{uuid4().hex[:8]}", "numbers", 1)


def claimed(database: Database, whose: Input) -> Claim:
    claims, _ = database.run(lambda connection: claim(connection, [whose], uuid4().hex, LOGS))
    return claims[whose]


def commit(database: Database, held: Claim, step: Step) -> None:
    def work(connection: Connection) -> None:
        with connection.pipeline(), connection.transaction():
            advance(connection, held, step)

    database.run(work)


def test_a_first_claim_begins_at_the_beginning(database: Database, whose: Input) -> None:
    held = claimed(database, whose)

    assert (held.next_offset, held.next_sequence, held.epoch, held.marks, held.before) == (0, 1, 1, {}, "")
    assert held.emitter == f"{whose.reader}|id-1|1"


def test_a_step_moves_position_marks_memory_and_outbox(database: Database, whose: Input) -> None:
    held = claimed(database, whose)
    step = Step(7, {"a|x|0": Place(1, 41)}, b"memory", b"blob", emitted=3)

    commit(database, held, step)
    held.move(step)
    claims, left = database.run(lambda connection: claim(connection, [whose], "another", LOGS))

    again = claims[whose]
    assert (again.next_offset, again.next_sequence, again.memory) == (7, 4, b"memory") == (
        held.next_offset, held.next_sequence, held.memory,
    )  # fmt: skip
    assert again.marks == held.marks == {"a|x|0": Place(1, 41)}
    assert again.before == held.writer
    assert [(parcel.place, parcel.blob, parcel.emitter) for parcel in left] == [(Place(1, 1), b"blob", held.emitter)]


def test_what_kafka_has_confirmed_leaves_the_outbox(database: Database, whose: Input) -> None:
    held = claimed(database, whose)
    for emitted in (2, 1, 4):
        step = Step(held.next_offset + 1, blob=b"blob", emitted=emitted)
        commit(database, held, step)
        held.move(step)

    commit(database, held, Step(9, acknowledged=[Place(1, 1)]))
    database.run(lambda connection: acknowledge(connection, whose, [Place(1, 3)]))

    _, left = database.run(lambda connection: claim(connection, [whose], "another", LOGS))
    assert [parcel.place for parcel in left] == [Place(1, 4)]


def test_a_fenced_writer_leaves_nothing_behind(database: Database, whose: Input) -> None:
    zombie = claimed(database, whose)
    claimed(database, whose)

    def work(connection: Connection) -> None:
        with connection.pipeline(), connection.transaction():
            connection.execute("insert into rollcall.worlds values (%s, 'numbers', 1, 'w')", (whose.reader,))
            advance(connection, zombie, Step(1, blob=b"blob", emitted=1))

    with pytest.raises(Fenced):
        database.run(work)
    kept = database.run(
        lambda c: c.execute("select 1 from rollcall.worlds where reader = %s", (whose.reader,)).fetchall()
    )
    assert kept == []


def test_a_step_taken_twice_is_fenced_and_known_as_ones_own(database: Database, whose: Input) -> None:
    held = claimed(database, whose)
    step = Step(5, blob=b"blob", emitted=1)
    commit(database, held, step)

    with pytest.raises(Fenced):
        commit(database, held, step)

    assert database.run(lambda connection: stands(connection, held, step))
    assert not database.run(lambda connection: stands(connection, held, Step(6, emitted=1)))


def test_a_held_position_cannot_be_claimed_meanwhile(database: Database, database_of: Settings, whose: Input) -> None:
    held = claimed(database, whose)
    with psycopg.connect(database_of.dsn("rollcall_agents")) as other:
        hold(other, held)
        with pytest.raises(Unavailable, match="lock"):
            claimed(database, whose)


def test_a_topic_of_the_same_name_is_not_the_same_topic(database: Database, whose: Input) -> None:
    claimed(database, whose)

    with pytest.raises(TopicRecreated, match="numbers"):
        database.run(lambda c: claim(c, [whose], "w", {"numbers": Log("id-2", 3)}))
    with pytest.raises(PartitionsChanged, match="numbers"):
        database.run(lambda c: claim(c, [whose], "w", {"numbers": Log("id-1", 4)}))


def test_a_restore_raises_the_epoch_of_everything_that_follows(database: Database, database_of: Settings) -> None:
    whose = Input(f"reader-{uuid4().hex[:8]}", "numbers", 0)
    before = claimed(database, whose)
    commit(database, before, Step(1, blob=b"old", emitted=1))
    with psycopg.connect(database_of.dsn("postgres")) as operator:
        operator.execute("update rollcall.epoch set epoch = 2")
    try:
        claims, left = database.run(lambda c: claim(c, [whose], "w", LOGS))
        commit(database, claims[whose], Step(2, blob=b"new", emitted=1))
        _, both = database.run(lambda c: claim(c, [whose], "v", LOGS))
    finally:
        with psycopg.connect(database_of.dsn("postgres")) as operator:
            operator.execute("update rollcall.epoch set epoch = 1")

    assert [parcel.place.epoch for parcel in left] == [1]
    assert [(parcel.place.epoch, parcel.blob) for parcel in both] == [(1, b"old"), (2, b"new")]


def test_what_is_not_above_the_mark_is_a_repeat() -> None:
    held = Claim(Input("r", "t", 0), "w", 0, 1, 1, "id", {"e": Place(1, 10)})

    assert held.repeats(Origin("e", Place(1, 10)), {})
    assert not held.repeats(Origin("e", Place(1, 11)), {})
    assert held.repeats(Origin("e", Place(1, 11)), {"e": Place(1, 12)})
    assert not held.repeats(Origin("e", Place(2, 1)), {})  # after a restore sequences begin below the mark
    assert not held.repeats(Origin("f", Place(1, 1)), {})


def test_rows_that_the_database_refuses_are_told_from_a_database_that_is_away(database: Database, whose: Input) -> None:
    held = claimed(database, whose)

    with pytest.raises(Refused):
        commit(database, held, Step(-1))
    commit(database, held, Step(1))  # the connection goes on
