"""How a shift ends, and what it counts for: rule by rule as docs/attendance.md, derived by hand."""

from datetime import timedelta

import pytest

from agents.attendance import AGENT
from schemas.events import Event, ShiftJudged
from schemas.policies import AttendancePolicy
from tests.agents.attendance.telling import NINE, NOON, judgements, raised, under
from tests.agents.worlds import fold
from tests.builders import at, leave, punch, shift, tick

IN, OUT = punch(at("8:58")), punch(at("17:01"), "out")
FIVE, MORROW = tick(at("17:00")), tick(at("0:58", 1))
Said = tuple[str, int, int, int | None, bool]


def ending(*events: Event, name: str = f"shift of {NINE.starts_at.isoformat()}") -> Said:
    """Return (verdict, minutes late, minutes early, credit, whether settled) of the shift at nine on Monday."""
    shift_id = shift(at("0:00"), name=name).shift_id
    said = [each for each in fold(AGENT, *events) if isinstance(each, ShiftJudged) and each.shift_id == shift_id]
    last = said[-1]
    return last.verdict, last.minutes, last.minutes_early, last.credit, last.settled


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        ("17:00", ("on_time", 0, 0, 100, True)),
        ("16:55", ("on_time", 0, 0, 100, True)),
        ("16:54:01", ("on_time", 0, 0, 100, True)),
        ("16:54", ("early_leave", 0, 6, 50, True)),
        ("12:00", ("early_leave", 0, 300, 50, True)),
    ],
)
def test_last_out_decides_in_whole_minutes_beyond_the_grace(left: str, expected: Said) -> None:
    assert ending(NINE, IN, punch(at(left), "out"), FIVE) == expected


def test_nobody_has_left_early_before_the_shift_is_over() -> None:
    lunch = [NINE, IN, punch(at("12:00"), "out")]
    assert ending(*lunch, tick(at("16:59"))) == ("on_time", 0, 0, 100, False)
    assert ending(*lunch, FIVE) == ("early_leave", 0, 300, 50, True)
    assert ending(*lunch, FIVE, punch(at("12:45")), OUT) == ("on_time", 0, 0, 100, True)


def test_shift_is_settled_by_its_out_and_stays_judged_by_its_in_until_then() -> None:
    assert ending(NINE, IN) == ("on_time", 0, 0, 100, False)
    assert ending(NINE, IN, OUT) == ("on_time", 0, 0, 100, True)
    assert ending(NINE, punch(at("9:20"))) == ("late", 20, 0, 50, False)
    assert ending(NINE, punch(at("9:20")), OUT) == ("late", 20, 0, 50, True)


def test_out_is_missing_sixteen_hours_after_the_in_and_not_before() -> None:
    assert ending(NINE, IN, tick(at("0:57", 1))) == ("on_time", 0, 0, 100, False)
    assert ending(NINE, IN, MORROW) == ("missing_out", 0, 0, 75, True)
    assert ending(NINE, IN, MORROW, OUT) == ("on_time", 0, 0, 100, True)


def test_forgotten_out_does_not_block_the_next_in() -> None:
    tuesday = [shift(at("9:00", 1)), punch(at("8:57", 1)), punch(at("17:00", 1), "out")]
    assert ending(NINE, IN, MORROW, *tuesday) == ("missing_out", 0, 0, 75, True)
    assert ending(NINE, IN, MORROW, *tuesday, name=f"shift of {at('9:00', 1).isoformat()}") == (
        "on_time", 0, 0, 100, True,
    )  # fmt: skip


def test_only_the_last_stint_of_a_shift_can_lack_its_out() -> None:
    assert ending(NINE, IN, punch(at("12:45")), OUT, MORROW) == ("on_time", 0, 0, 100, True)
    assert ending(NINE, IN, punch(at("12:00"), "out"), punch(at("12:45")), tick(at("4:45", 1))) == (
        "missing_out", 0, 0, 75, True,
    )  # fmt: skip


def test_only_the_first_stint_of_a_shift_can_lack_its_in() -> None:
    assert ending(NINE, IN, punch(at("12:00"), "out"), OUT) == ("on_time", 0, 0, 100, True)
    assert ending(NINE, punch(at("12:00"), "out"), punch(at("12:45")), OUT) == ("missing_in", 0, 0, 75, True)


@pytest.mark.parametrize(
    ("came", "left", "expected"),
    [
        ("9:20", "16:00", ("late_and_early", 20, 60, 25, True)),
        ("10:30", "16:00", ("late_and_early", 90, 60, 25, True)),
        ("10:30", "17:00", ("very_late", 90, 0, 25, True)),
        ("9:05", "16:54", ("early_leave", 0, 6, 50, True)),
        ("9:06", "16:55", ("late", 6, 0, 50, True)),
    ],
)
def test_of_several_verdicts_the_one_with_the_lowest_credit_is_said(came: str, left: str, expected: Said) -> None:
    assert ending(NINE, punch(at(came)), punch(at(left), "out"), FIVE) == expected


def test_missing_punch_is_said_only_if_nothing_worse_is() -> None:
    assert ending(NINE, punch(at("9:20")), tick(at("1:20", 1))) == ("late", 20, 0, 50, True)
    assert ending(NINE, punch(at("12:00"), "out"), FIVE) == ("early_leave", 0, 300, 50, True)


def test_credits_are_the_policys_and_decide_what_is_said() -> None:
    mild = AttendancePolicy(credit_late=90, credit_missing_punch=10, very_late=timedelta(minutes=20))
    said = [each for each in under(mild, NINE, punch(at("9:19")), tick(at("1:19", 1))) if isinstance(each, ShiftJudged)]
    assert [(each.verdict, each.credit, each.minutes) for each in said] == [("late", 90, 19), ("missing_out", 10, 19)]
    assert len(raised(under(mild, NINE, punch(at("9:19")), tick(at("1:19", 1))), "lateness_entry")) == 1
    assert judgements(under(mild, NINE, punch(at("9:20")))) == [("very_late", 20)]


@pytest.mark.parametrize(
    ("since", "until", "punches", "expected"),
    [
        ("15:00", "17:00", ["8:58", "15:00"], ("on_time", 0, 0, 100, True)),
        ("15:00", "17:00", ["8:58", "14:00"], ("early_leave", 0, 60, 50, True)),
        ("9:00", "12:00", ["12:10", "17:00"], ("late", 10, 0, 50, True)),
        ("10:00", "12:00", ["13:00", "17:00"], ("very_late", 120, 0, 25, True)),
        ("12:00", "14:00", ["8:58", "11:00"], ("early_leave", 0, 240, 50, True)),
        ("8:00", "18:00", ["10:00", "11:00"], ("on_time", 0, 0, 100, True)),
    ],
)
def test_minutes_of_leave_are_neither_late_nor_early(
    since: str, until: str, punches: list[str], expected: Said
) -> None:
    came, left = punches
    told = [NINE, leave(at(since), at(until)), punch(at(came)), punch(at(left), "out")]
    assert ending(*told, FIVE) == expected


@pytest.mark.parametrize(
    ("status", "protected", "expected"),
    [
        ("approved", True, ("absent_excused", 0, 0, None, True)),
        ("approved", False, ("absent_provisional", 0, 0, None, False)),
        ("requested", True, ("absent_provisional", 0, 0, None, False)),
        ("refused", True, ("absent_provisional", 0, 0, None, False)),
    ],
)
def test_absence_is_what_the_leave_makes_of_it(status: str, *, protected: bool, expected: Said) -> None:
    asked = leave(at("15:00"), at("17:00"), status, protected=protected, recorded=at("9:00"))
    assert ending(NINE, asked, NOON) == expected


def test_what_excuses_an_absence_comes_before_what_explains_it() -> None:
    refused = leave(at("9:00"), at("17:00"), "refused", name="refused")
    elsewhen = [punch(at("17:30")), punch(at("19:00"), "out")]
    sick = leave(at("9:00"), at("10:00"), name="sick", protected=True)
    assert ending(NINE, refused, NOON, *elsewhen) == ("worked_other_hours", 0, 0, None, True)
    assert ending(NINE, refused, *elsewhen, sick, NOON) == ("absent_excused", 0, 0, None, True)


def test_leave_that_begins_when_the_shift_ends_excuses_nothing() -> None:
    short = shift(at("9:00"), 1)
    assert ending(short, leave(at("10:00"), at("23:00")), tick(at("10:00"))) == (
        "absent_provisional", 0, 0, None, False,
    )  # fmt: skip


@pytest.mark.parametrize("status", ["approved", "refused"])
def test_leave_of_the_day_before_says_nothing(status: str) -> None:
    yesterday = leave(at("0:00", -1), at("9:00"), status, protected=True)
    assert ending(NINE, yesterday, NOON) == ("absent_provisional", 0, 0, None, False)


def test_absence_from_a_short_shift_is_found_at_its_end() -> None:
    short = shift(at("9:00"), 1)
    assert judgements(fold(AGENT, short, tick(at("9:59")))) == []
    assert judgements(fold(AGENT, short, tick(at("10:00")))) == [("absent_provisional", 0)]


@pytest.mark.parametrize(
    ("came", "left", "expected"),
    [
        ("5:00", "8:30", "worked_other_hours"),
        ("5:00", "9:00", "worked_other_hours"),
        ("5:00", "9:01", "early_leave"),
        ("17:00", "19:00", "worked_other_hours"),
        ("4:00", "4:59", "absent_provisional"),
        ("4:00", "5:00", "worked_other_hours"),
        ("23:00", "23:30", "worked_other_hours"),
        ("23:00:01", "23:30", "absent_provisional"),
        ("16:59", "19:00", "very_late"),
    ],
)
def test_work_near_a_shift_and_not_within_it_is_other_hours(came: str, left: str, expected: str) -> None:
    said = ending(NINE, punch(at(came)), punch(at(left), "out"), NOON, FIVE)
    assert said[0] == expected


def test_work_near_two_shifts_is_for_the_nearer_one_that_was_not_worked() -> None:
    noon, night = shift(at("13:00"), 2), shift(at("20:00"), 2)
    told = [noon, night, punch(at("15:30")), punch(at("18:30"), "out"), tick(at("22:00"))]
    assert judgements(fold(AGENT, *told)) == [("worked_other_hours", 0), ("absent_provisional", 0)]
    worked = [punch(at("13:00")), punch(at("15:00"), "out")]
    assert judgements(fold(AGENT, *worked, *told))[-1] == ("worked_other_hours", 0)


def test_nobody_has_to_come_on_call() -> None:
    called = shift(at("9:00"), kind="on_call")
    assert ending(called) == ("exempt", 0, 0, None, True)
    assert ending(called, NOON) == ("exempt", 0, 0, None, True)
    assert ending(called, punch(at("14:00")), punch(at("15:00"), "out")) == ("on_time", 0, 0, 100, True)


def test_work_at_other_hours_is_for_the_shift_that_somebody_had_to_come_to() -> None:
    told = [shift(at("18:00"), 2, kind="on_call", name="called"), punch(at("17:30")), punch(at("17:55"), "out")]
    assert ending(NINE, NOON, *told)[0] == "worked_other_hours"


def test_training_is_work() -> None:
    assert ending(shift(at("9:00"), kind="training"), punch(at("9:20")))[:2] == ("late", 20)


def test_slip_shows_that_somebody_was_there_in_time_and_never_that_they_were_not() -> None:
    assert ending(NINE, punch(at("8:59")), punch(at("9:00"), "out"), OUT) == ("on_time", 0, 0, 100, True)
    assert ending(NINE, punch(at("16:30")), punch(at("16:31"), "out"), OUT) == ("missing_in", 0, 0, 75, True)


def inferred(*clocks: str) -> list[Event]:
    return [punch(at(clock), "unknown") for clock in clocks]


@pytest.mark.parametrize(
    ("clocks", "expected"),
    [
        (["8:57", "17:02"], ("on_time", 0, 0, 100, True)),
        (["9:20", "17:02"], ("late", 20, 0, 50, True)),
        (["9:20"], ("on_time", 0, 0, 100, False)),
        (["9:20", "12:00"], ("on_time", 0, 0, 100, False)),
        (["9:20", "12:00", "12:45"], ("on_time", 0, 0, 100, False)),
        (["9:20", "12:00", "12:45", "17:00"], ("late", 20, 0, 50, True)),
        (["12:00", "12:45", "17:00"], ("on_time", 0, 0, 100, False)),
        (["17:02"], ("on_time", 0, 0, 100, False)),
        (["22:59"], ("on_time", 0, 0, 100, False)),
    ],
)
def test_what_was_inferred_is_held_against_nobody_unless_all_of_it_fits(clocks: list[str], expected: Said) -> None:
    assert ending(NINE, *inferred(*clocks)) == expected
    assert all(each.inferred for each in fold(AGENT, NINE, *inferred(*clocks)) if isinstance(each, ShiftJudged))


def test_inferred_punches_that_do_not_pair_off_lack_one() -> None:
    later = tick(at("12:00", 1))
    assert ending(NINE, *inferred("9:20", "12:00", "17:00"), later) == ("missing_out", 0, 0, 75, True)
    assert ending(NINE, *inferred("17:02"), later) == ("missing_out", 0, 0, 75, True)
    assert ending(NINE, *inferred("9:20", "12:00"), FIVE) == ("late_and_early", 20, 300, 25, True)


def test_stint_through_two_shifts_is_cut_at_their_boundaries() -> None:
    first, second = shift(at("7:00"), 6), shift(at("13:00"), 4)
    whole = fold(AGENT, first, second, punch(at("6:58")), punch(at("16:00"), "out"), FIVE)
    assert judgements(whole)[-2:] == [("on_time", 0), ("early_leave", 0)]
    forgot = fold(AGENT, first, second, punch(at("6:58")), tick(at("22:58")))
    assert judgements(forgot) == [("on_time", 0), ("on_time", 0), ("missing_out", 0)]
    nobody_knows_since_when = fold(AGENT, first, second, punch(at("17:01"), "out"))
    assert judgements(nobody_knows_since_when) == [("missing_in", 0), ("on_time", 0)]
    once = fold(AGENT, first, second, *inferred("6:58"), tick(at("22:58")))
    assert judgements(once) == [("on_time", 0), ("on_time", 0), ("missing_out", 0)]


def test_in_of_the_next_shift_does_not_show_that_somebody_had_left_the_one_before() -> None:
    told = [shift(at("7:00"), 6), shift(at("13:00"), 4), punch(at("6:58")), punch(at("13:20")), OUT]
    assert judgements(fold(AGENT, *told))[-1] == ("on_time", 0)


def test_who_is_known_to_have_left_has_not_stayed_for_the_next_shift() -> None:
    told = [shift(at("7:00"), 6), shift(at("13:00"), 4), punch(at("6:58")), punch(at("12:50"))]
    assert judgements(fold(AGENT, *told, punch(at("12:55"), "out"), FIVE))[-1] == ("absent_provisional", 0)


def test_out_without_an_in_ends_what_began_after_the_punch_before() -> None:
    told = [NINE, IN, punch(at("16:30"), "out"), FIVE]
    assert ending(*told) == ("early_leave", 0, 30, 50, True)
    assert ending(*told, punch(at("18:30"), "out")) == ("on_time", 0, 0, 100, True)
    assert ending(*told, punch(at("17:10")), punch(at("17:20"), "out"), punch(at("18:30"), "out")) == (
        "early_leave", 0, 30, 50, True,
    )  # fmt: skip
