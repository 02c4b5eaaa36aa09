"""Cases that are open defects of other engines, by name; and what each number of the policy changes, and when."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agents.attendance import AGENT
from schemas.events import Event
from schemas.policies import AttendancePolicy
from tests.agents.attendance.telling import NINE, Said, ending, published, said
from tests.agents.worlds import fold
from tests.builders import CLINIC, EMPLOYEE, at, leave, location, punch, shift, tick
from tests.facts import called, closure, delivered, employment, exception, notice, outage_confirmed

ON_TIME: Said = ("on_time", 0, 0, 100, True)
IN, OUT, OVER = punch(at("8:58")), punch(at("17:01"), "out"), tick(at("17:00"))


def last(*events: Event) -> dict[str, str]:
    """Return the newest verdict of each shift, by its start."""
    return {f"{each.starts_at:%d %H:%M}": each.verdict for each in said(fold(AGENT, *events))}


def test_a_night_checkout_belongs_to_the_night_and_not_to_the_shift_of_the_next_day() -> None:
    night, day = shift(at("22:00"), 8), shift(at("14:00", 1))
    told = [night, day, punch(at("21:55")), punch(at("6:05", 1), "out")]
    assert last(*told, tick(at("12:00", 1))) == {"02 22:00": "on_time"}
    came = [punch(at("13:55", 1)), punch(at("22:03", 1), "out")]
    assert last(*told, *came) == {"02 22:00": "on_time", "03 14:00": "on_time"}


def test_a_day_off_is_no_absence() -> None:
    week = [NINE, IN, OUT, shift(at("9:00", 2)), punch(at("9:00", 2)), punch(at("17:00", 2), "out")]
    assert last(*week, tick(at("0:00", 9))) == {"02 09:00": "on_time", "04 09:00": "on_time"}
    free = shift(at("9:00", 1))
    closed = closure(at("0:00", 1), at("0:00", 2))
    assert last(*week, free, closed, tick(at("0:00", 9)))["03 09:00"] == "absent_excused"


def test_a_forgotten_out_does_not_block_the_next_in() -> None:
    tuesday = [shift(at("9:00", 1)), punch(at("8:57", 1)), punch(at("17:00", 1), "out")]
    assert last(NINE, IN, tick(at("1:00", 1)), *tuesday) == {"02 09:00": "missing_out", "03 09:00": "on_time"}


def test_an_absence_on_the_same_day_as_work_is_one_of_its_shift_alone() -> None:
    morning, evening = shift(at("7:00"), 4), shift(at("18:00"), 4)
    told = [morning, evening, punch(at("6:58")), punch(at("11:00"), "out")]
    asked = delivered(notice("absence_question", at("22:00"), evening))
    assert last(*told, asked, tick(at("22:00", 2))) == {"02 07:00": "on_time", "02 18:00": "no_call_no_show"}


def test_more_than_24_hours_in_a_day_are_impossible() -> None:
    rounds = [shift(at("7:30") + timedelta(hours=hours), 8) for hours in (0, 8, 16, 24)]
    found = last(*rounds, punch(at("7:30")), tick(at("0:00", 9)))
    assert list(found.values()) == ["on_time", "missing_out", "absent_unexplained", "absent_unexplained"]


@pytest.mark.parametrize("minutes", [0, 5, 6])
def test_leave_for_a_part_of_the_day_moves_the_start(minutes: int) -> None:
    came = punch(at("12:00") + timedelta(minutes=minutes))
    found = ending(NINE, leave(at("9:00"), at("12:00")), came, OUT)
    assert found == (ON_TIME if minutes < 6 else ("late", 6, 0, 50, True))


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Pacific/Chatham", "America/St_Johns", "America/New_York"])
def test_the_zone_of_a_device_is_of_no_interest(zone: str) -> None:
    local = ZoneInfo(zone)
    came, left = (
        datetime.fromisoformat(each).replace(tzinfo=local) for each in ("2026-02-28T21:59", "2026-03-01T06:01")
    )
    night = shift(datetime(2026, 2, 28, 22, tzinfo=local).astimezone(UTC))
    told = [location(CLINIC, zone, 2), night, punch(came), punch(left, "out")]
    assert ending(*told, of=night.shift_id) == ON_TIME


@pytest.mark.parametrize(
    ("zone", "evening", "hours"),
    [
        ("America/New_York", "2026-03-07", 7.5),
        ("America/New_York", "2026-10-31", 9.5),
        ("America/New_York", "2026-06-01", 8.5),
        ("Europe/Berlin", "2026-03-28", 7.5),
        ("Europe/Berlin", "2026-10-24", 9.5),
        ("Australia/Lord_Howe", "2026-10-03", 8.0),
        ("Asia/Kathmandu", "2027-12-31", 8.5),
        ("America/New_York", "2028-02-28", 8.5),
    ],
)
def test_a_night_from_11_to_half_past_7_lasts_as_long_as_it_lasts(zone: str, evening: str, hours: float) -> None:
    local, began = ZoneInfo(zone), datetime.fromisoformat(evening)
    ended = (began + timedelta(days=1)).replace(hour=7, minute=30, tzinfo=local).astimezone(UTC)
    start = began.replace(hour=23, tzinfo=local).astimezone(UTC)
    night = shift(start, (ended - start) / timedelta(hours=1))
    assert ended - start == timedelta(hours=hours)
    for early, expected in ((5, ON_TIME), (6, ("early_leave", 0, 6, 50, True))):
        left = punch(ended - timedelta(minutes=early), "out")
        assert ending(night, punch(start), left, tick(ended), of=night.shift_id) == expected
    half = [night, punch(start + timedelta(hours=hours / 2)), punch(ended, "out")]
    assert ending(*half, of=night.shift_id)[1] == 30 * hours


HOURS = timedelta(hours=1)
NEXT = tick(at("12:00", 1))
ASKED = delivered(notice("absence_question", at("17:00"), NINE))
LATE_20: list[Event] = [NINE, punch(at("9:20")), OUT]
ABSENT: list[Event] = [NINE, ASKED, tick(at("0:00", 20))]
FIELDS: dict[str, tuple[Any, list[Event]]] = {
    "grace": (timedelta(minutes=20), LATE_20),
    "very_late": (timedelta(minutes=20), LATE_20),
    "early_window": (HOURS, [NINE, punch(at("7:59")), tick(at("16:00"))]),
    "late_window": (HOURS, [NINE, punch(at("18:01"), "out"), tick(at("16:00"))]),
    "same_punch": (timedelta(), [NINE, *(punch(at(each), "unknown") for each in ("8:58", "8:59", "17:01")), NEXT]),
    "shortest_stint": (timedelta(), [NINE, IN, punch(at("8:59"), "out"), OUT]),
    "longest_stint": (8 * HOURS, [shift(at("9:00"), 4), IN, punch(at("19:30"), "out"), NEXT]),
    "handover": (timedelta(minutes=30), [NINE, punch(at("6:00")), shift(at("7:00"), 1.5), tick(at("23:30"))]),
    "no_show_after": (3 * HOURS, [NINE, tick(at("11:00"))]),
    "call_grace": (HOURS, [NINE, called(NINE, at("18:01")), ASKED, tick(at("0:00", 20))]),
    "plan_notice": (
        48 * HOURS,
        [
            shift(at("9:00"), recorded=at("9:00", -9)),
            shift(at("8:00"), 9, name=f"shift of {NINE.starts_at.isoformat()}", revision=2, recorded=at("7:00", -1)),
            IN,
            OUT,
        ],
    ),
    "settle_after": (72 * HOURS, [NINE, ASKED, tick(at("17:00", 2))]),
    "question_wait": (96 * HOURS, [NINE, ASKED, tick(at("17:00", 2))]),
    "credit_on_time": (90, [NINE, IN, OUT]),
    "credit_late": (51, LATE_20),
    "credit_very_late": (26, [NINE, punch(at("10:00")), OUT]),
    "credit_early_leave": (51, [NINE, IN, punch(at("16:00"), "out"), OVER]),
    "credit_late_and_early": (26, [NINE, punch(at("9:20")), punch(at("16:00"), "out"), OVER]),
    "credit_missing_punch": (76, [NINE, OUT]),
    "credit_absent_called_out": (51, [NINE, called(NINE), exception(NINE, "unprotected"), tick(at("0:00", 20))]),
    "credit_absent_unexcused": (1, [leave(at("9:00"), at("12:00"), "refused"), *ABSENT]),
    "credit_no_call_no_show": (1, ABSENT),
    "overrides": (({"location_id": CLINIC, "changes": {"credit_late": 51}},), LATE_20),
}
NOT_JUDGING = {"proposal_lifetime", "history", "flag_count", "flag_window"}


@pytest.mark.parametrize("field", FIELDS)
def test_each_number_counts_from_when_it_takes_effect_and_judges_what_begins_then(field: str) -> None:
    changed, told = FIELDS[field]
    document = AttendancePolicy(**{field: changed})
    usual = ending(*told)
    for effective, counts in ((at("9:00:01"), False), (at("9:00"), True), (at("5:00"), True)):
        rules = published(document, effective)
        assert (ending(rules, *told) != usual) is counts, effective
        assert ending(*told, rules, tick(at("0:00", 21))) == ending(rules, *told, tick(at("0:00", 21)))


def test_no_number_that_judges_a_shift_is_forgotten_here() -> None:
    assert set(FIELDS) | NOT_JUDGING >= {each for each in AttendancePolicy.model_fields if not each.startswith(OTHERS)}


OTHERS = ("score", "flag", "review", "notice", "check_in", "late_check", "never", "welfare", "question_from")


def test_the_version_that_judged_is_said() -> None:
    rules = published(AttendancePolicy(grace=timedelta()), at("9:00"), version=7)
    assert [each.policy_version for each in said(fold(AGENT, rules, NINE, IN, OUT))] == [7, 7]


def test_everything_at_once_is_decided_for_the_employee() -> None:
    told: list[Event] = [
        employment(when=at("0:00", -9)),
        NINE,
        called(NINE, at("8:00")),
        exception(NINE, "come_late", 60),
        leave(at("13:00"), at("14:00")),
        outage_confirmed(at("10:00"), at("10:30")),
    ]
    assert ending(*told, punch(at("10:35")), OUT) == ON_TIME
    assert ending(*told, punch(at("10:36")), OUT) == ("late", 6, 0, 50, True)
    assert ending(*told, tick(at("0:00", 9)))[0] == "absent_called_out"
    assert (
        ending(*told, exception(NINE, "absence_confirmed", by=EMPLOYEE), tick(at("0:00", 9)))[0] == "absent_called_out"
    )
