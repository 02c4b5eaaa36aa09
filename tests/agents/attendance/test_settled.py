"""What score and flags are given: each shift that is judged to its end, in order of its start."""

from agents.attendance.settled import settled
from schemas.events import Event
from tests.agents.attendance.telling import NINE, partition_after
from tests.agents.worlds import state_of
from tests.builders import at, leave, punch, shift, tick, uid


def told(*events: Event) -> list[tuple[str, int | None, bool]]:
    partition = partition_after(*events)
    found = settled(state_of(partition))
    assert [each.order for each in found] == sorted(each.order for each in found)
    return [(each.verdict, each.credit, each.protected) for each in found]


def test_a_shift_counts_once_its_out_is_known_and_an_absence_not_before_it_is_explained() -> None:
    assert told(NINE, punch(at("9:20"))) == []
    assert told(NINE, punch(at("9:20")), punch(at("17:00"), "out")) == [("late", 50, False)]
    assert told(NINE, tick(at("12:00"))) == []


def test_leave_that_excuses_is_protected_or_not() -> None:
    for protected in (False, True):
        day = leave(at("0:00"), at("23:00"), protected=protected)
        assert told(NINE, day, tick(at("12:00"))) == [("absent_excused", None, protected)]


def test_contact_is_the_last_punch_before_the_start() -> None:
    partition = partition_after(
        NINE, punch(at("8:58")), punch(at("17:00"), "out"), shift(at("9:00", 1), name="b"), punch(at("9:00", 1))
    )
    (first,) = settled(state_of(partition))
    assert (first.id, first.contact_at) == (NINE.shift_id.bytes, at("8:58"))
    partition = partition_after(NINE, punch(at("9:10")), punch(at("17:00"), "out"))
    (alone,) = settled(state_of(partition))
    assert alone.contact_at is None
    assert alone.location_id == uid("clinic").bytes
