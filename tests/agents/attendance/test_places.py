"""Closures and clocks that were out: what is held against nobody, at no moment; by docs/attendance.md."""

from datetime import datetime, timedelta
from itertools import chain

import pytest

from agents.attendance import AGENT
from schemas.events import Event, ShiftScheduled, WorldEvent
from tests.agents.attendance.telling import NINE, NOON, Said, ending
from tests.agents.worlds import fold, live, state_of
from tests.builders import ELSEWHERE, EMPLOYEE, at, leave, punch, shift, tick
from tests.facts import called, closure, delivered, exception, notice, outage_confirmed, outage_ended, outage_suspected

IN, OUT, OVER = punch(at("8:58")), punch(at("17:01"), "out"), tick(at("17:00"))
LATER = tick(at("12:00", 1))
ON_TIME: Said = ("on_time", 0, 0, 100, True)
EXCUSED: Said = ("absent_excused", 0, 0, None, True)


def order_free(*told: Event) -> Said:
    """Return what is said last, the same whether what holds for a place is known first or last."""
    places = [each for each in told if isinstance(each, WorldEvent) and each.key.split(":")[1].startswith("Cl")]
    others = [each for each in told if each not in places]
    first, last = ending(*places, *others), ending(*others, *places, tick(at("0:00", 9)))
    assert first[:3] == last[:3]
    return first


@pytest.mark.parametrize(
    ("since", "until", "came", "left", "expected"),
    [
        ("8:00", "12:00", "12:05", "17:00", ON_TIME),
        ("8:00", "12:00", "12:06", "17:00", ("late", 6, 0, 50, True)),
        ("15:00", "18:00", "9:00", "15:00", ON_TIME),
        ("15:00", "18:00", "9:00", "14:00", ("early_leave", 0, 60, 50, True)),
        ("0:00", "23:00", "10:00", "11:00", ON_TIME),
        ("17:00", "23:00", "9:00", "16:00", ("early_leave", 0, 60, 50, True)),
    ],
)
def test_nobody_has_to_be_where_it_is_closed(since: str, until: str, came: str, left: str, expected: Said) -> None:
    worked = [punch(at(came)), punch(at(left), "out"), OVER]
    assert order_free(closure(at(since), at(until)), NINE, *worked) == expected
    elsewhere = closure(at(since), at(until), where=ELSEWHERE)
    assert ending(elsewhere, NINE, *worked) == ending(NINE, *worked)


def test_a_day_on_which_it_is_closed_is_no_absence_and_back_if_it_was_open() -> None:
    closed = closure(at("0:00"), at("0:00", 1))
    assert ending(closed, NINE) == EXCUSED
    assert ending(NINE, NOON, closed) == EXCUSED
    opened = closure(at("0:00"), at("0:00", 1), revision=2, removed=True)
    assert ending(NINE, NOON, closed, opened)[0] == "absent_provisional"
    moved = closure(at("0:00", 5), at("0:00", 6), revision=2)
    assert ending(NINE, NOON, closed, moved)[0] == "absent_provisional"


def test_permissions_move_when_work_is_due() -> None:
    late, early = exception(NINE, "come_late", 30), exception(NINE, "leave_early", 60)
    assert ending(NINE, late, punch(at("9:35")), OUT) == ON_TIME
    assert ending(NINE, late, punch(at("9:36")), OUT) == ("late", 6, 0, 50, True)
    assert ending(NINE, early, IN, punch(at("16:00"), "out"), OVER) == ON_TIME
    assert ending(NINE, early, IN, punch(at("15:00"), "out"), OVER) == ("early_leave", 0, 60, 50, True)
    own = exception(NINE, "come_late", 30, by=EMPLOYEE)
    assert ending(NINE, own, punch(at("9:35")), OUT) == ("late", 35, 0, 50, True)


def test_who_is_excused_is_neither_late_nor_absent() -> None:
    excused = exception(NINE, "excused")
    assert ending(NINE, excused) == ending(NINE, NOON, excused) == EXCUSED
    assert ending(NINE, punch(at("12:00")), OUT, excused) == ON_TIME
    assert ending(NINE, NOON, exception(NINE, "excused", by=EMPLOYEE))[0] == "absent_provisional"


@pytest.mark.parametrize(
    ("since", "until", "came", "left", "expected"),
    [
        ("8:00", "10:00", "10:03", "17:00", ON_TIME),
        ("8:00", "10:00", "10:30", "17:00", ("late", 30, 0, 50, True)),
        ("9:30", "10:00", "10:30", "17:00", ("very_late", 60, 0, 25, True)),
        ("16:00", "18:00", "9:00", "15:30", ON_TIME),
        ("16:00", "18:00", "9:00", "15:00", ("early_leave", 0, 60, 50, True)),
        ("15:30", "16:00", "9:00", "15:00", ("early_leave", 0, 90, 50, True)),
        ("18:00", "19:00", "9:20", "16:00", ("late_and_early", 20, 60, 25, True)),
    ],
)
def test_minutes_in_an_outage_do_not_count(since: str, until: str, came: str, left: str, expected: Said) -> None:
    worked = [NINE, punch(at(came)), punch(at(left), "out"), OVER]
    suspected = outage_suspected(at(since))
    assert order_free(outage_confirmed(at(since), at(until)), *worked) == expected
    assert order_free(suspected, outage_ended(suspected, at(until)), *worked) == expected
    alone = outage_suspected(at(since), people=1)
    assert order_free(alone, outage_ended(alone, at(until)), *worked) == ending(*worked)
    unsaid = outage_ended(suspected, at(until), removed=True)
    assert ending(suspected, unsaid, *worked) == ending(*worked, suspected, unsaid) == ending(*worked)


def test_a_punch_that_met_a_clock_that_was_out_is_not_missing() -> None:
    assert ending(NINE, IN, LATER)[0] == ending(outage_confirmed(at("12:00"), at("16:59")), NINE, IN, LATER)[0]
    for since, until in (("16:55", "17:05"), ("17:00", "17:01"), ("12:00", "20:00"), ("22:00", "23:30")):
        assert order_free(outage_confirmed(at(since), at(until)), NINE, IN, LATER) == ON_TIME
    for since, until in (("8:30", "9:00"), ("5:00", "5:10"), ("9:00", "12:00")):
        assert order_free(outage_confirmed(at(since), at(until)), NINE, OUT) == ON_TIME
    assert ending(outage_confirmed(at("9:01"), at("12:00")), NINE, OUT)[0] == "missing_in"


def worked(day: int) -> list[Event]:
    return [punch(at("8:57", day)), punch(at("17:02", day), "out")]


def every_moment(told: list[Event], until: datetime) -> list[str]:
    """Fold events in order of their recording, with a tick every quarter of an hour; return all that was ever said."""
    ticks = [tick(at("0:00") + quarter * timedelta(minutes=15)) for quarter in range(4 * 24 * 30)]
    order = sorted([*told, *(each for each in ticks if each.at <= until)], key=lambda each: each.recorded_at)
    partition, heard = live(AGENT), list[str]()
    for event in order:
        for each in fold(AGENT, event, partition=partition):
            heard.append(getattr(each, "verdict", type(each).__name__))
        rows = state_of(partition).shifts if partition.cells else ()
        assert all(each.credit in (None, 100) for each in rows if each.settled), event
    return heard


def late_by(events: list[Event], recorded: datetime) -> list[Event]:
    return [
        each.model_copy(update={"recorded_at": recorded + timedelta(seconds=number)})
        for number, each in enumerate(events)
    ]


def planned(days: int) -> list[ShiftScheduled]:
    return [shift(at("9:00", day), name=f"shift {day}", recorded=at("0:00", -9)) for day in range(days)]


def test_a_clock_that_is_dead_for_six_hours_and_then_tells_all_harms_nobody() -> None:
    suspected = outage_suspected(at("9:00"), 3)
    dead: list[Event] = [
        suspected.model_copy(update={"recorded_at": at("9:30")}),
        *late_by(worked(0)[:1], at("15:00")),
        outage_ended(suspected, at("15:00")).model_copy(update={"recorded_at": at("15:01")}),
        punch(at("17:02"), "out"),
    ]
    heard = every_moment([*planned(1), *dead], at("0:00", 5))
    assert heard[-1] == "on_time"
    assert "no_call_no_show" not in heard
    assert "ProposalMade" not in heard


def test_a_clock_that_is_dead_for_two_days_harms_nobody_with_the_punches_or_without() -> None:
    suspected = outage_suspected(at("9:00"), 3)
    asked = [delivered(notice("absence_question", at("17:00", day), each)) for day, each in enumerate(planned(2))]
    silence: list[Event] = [
        suspected.model_copy(update={"recorded_at": at("9:30")}),
        outage_ended(suspected, at("8:30", 2)).model_copy(update={"recorded_at": at("8:30", 2)}),
        *worked(2),
    ]
    burst = late_by(list(chain(worked(0), worked(1))), at("8:31", 2))
    for told in ([*planned(3), *asked, *silence, *burst], [*planned(3), *asked, *silence]):
        heard = every_moment(told, at("0:00", 9))
        assert "no_call_no_show" not in heard
        assert "ProposalMade" not in heard


def test_an_outage_elsewhere_changes_no_state() -> None:
    partition = live(AGENT)
    fold(AGENT, NINE, IN, OUT, partition=partition)
    partition.take_changes()
    for event in (outage_suspected(at("8:00"), where=ELSEWHERE), outage_confirmed(at("8:00", 20), at("9:00", 20))):
        assert fold(AGENT, event, partition=partition) == []
    assert partition.take_changes().cells == {}


def test_where_an_edit_has_put_the_shift_counts_too() -> None:
    moved = shift(at("9:00"), revision=2, where=ELSEWHERE, recorded=at("8:00"))
    known = shift(at("9:00"), recorded=at("0:00", -9))
    out = outage_confirmed(at("8:00"), at("9:30"), where=ELSEWHERE)
    told = [known, moved, punch(at("9:30")), OUT]
    assert ending(*told) == ("late", 30, 0, 50, True)
    assert ending(*told, out) == ending(out, *told) == ON_TIME
    gone = outage_confirmed(at("8:00"), at("9:30"), where=ELSEWHERE, revision=2, removed=True)
    assert ending(*told, out, gone) == ("late", 30, 0, 50, True)


def test_leave_that_is_protected_is_remembered_with_what_it_is_worth() -> None:
    partition = live(AGENT)
    unprotected = exception(NINE, "unprotected")
    call = [NINE, NOON, delivered(notice("absence_question", at("12:00"), NINE))]
    fold(
        AGENT,
        *call,
        called(NINE),
        unprotected,
        OVER,
        leave(at("9:00"), at("17:00"), protected=True),
        partition=partition,
    )
    (row,) = state_of(partition).shifts
    assert (row.verdict, row.credit, row.protected, row.without_leave) == ("absent_excused", None, True, 50)
