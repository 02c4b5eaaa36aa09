"""Who is told what, and when: rule by rule as docs/notices.md, with instants derived by hand. Everybody is in UTC."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.attendance import AGENT
from agents.kernel import Partition
from schemas.events import Event, NoticeRequested, WorldEvent
from schemas.policies.notices import NoticePolicy
from tests.agents.laws import resumes_anywhere, said
from tests.agents.worlds import STAFF, fold, live, state_of
from tests.builders import (
    EMPLOYEE,
    MANAGER,
    MINUTE,
    at,
    cancelled,
    employed,
    leave,
    location,
    mode,
    policy,
    punch,
    shift,
    tick,
    voided,
)
from tests.facts import called, closure, delivered, exception, outage_ended, outage_suspected

NINE = shift(at("9:00"))
"""Monday, 9:00 to 17:00."""
NIGHT = shift(at("22:00"), name="night")
"""Monday, 22:00 to Tuesday, 6:00."""
MIDNIGHT = at("23:59")
THEM, BOSS = f"employee:{EMPLOYEE}", f"employee:{MANAGER}"
CHECK, FOUND, QUESTION = "late_check_in", "absence_provisional", "absence_question"


def clock(since: datetime, until: datetime, minutes: int = 1) -> list[Event]:
    """Ticks from one instant to another, a minute apart."""
    count = (until - since) // (minutes * MINUTE)
    return [tick(since + minutes * number * MINUTE) for number in range(count + 1)]


def monday(*known: Event, until: datetime = MIDNIGHT) -> list[Event]:
    """Facts, and the ticks of the day among them, in the order in which all of it is recorded."""
    return sorted([*known, *clock(at("8:00"), until)], key=lambda event: event.recorded_at)


def requests(events: list[Event]) -> list[NoticeRequested]:
    return [event for event in events if isinstance(event, NoticeRequested)]


def notices(events: list[Event]) -> list[tuple[str, str, datetime]]:
    return [(each.kind, each.recipient, each.occurred_at) for each in requests(events)]


def told(*events: Event, to: tuple[WorldEvent, ...] = STAFF) -> list[tuple[str, str, datetime]]:
    return notices(fold(AGENT, *events, partition=live(AGENT, *to)))


def checks(*events: Event, to: tuple[WorldEvent, ...] = STAFF) -> list[datetime]:
    return [when for kind, _, when in told(*events, to=to) if kind == CHECK]


def test_who_does_not_come_is_asked_and_then_their_manager_told_and_then_asked_what_it_was() -> None:
    assert told(*monday(NINE)) == [
        (CHECK, THEM, at("9:11")),
        (FOUND, BOSS, at("11:00")),
        (QUESTION, THEM, at("17:00")),
    ]


@pytest.mark.parametrize("came", ["8:50", "9:09", "9:10:59"])
def test_who_has_come_by_then_is_not_asked(came: str) -> None:
    assert told(*monday(NINE, punch(at(came)), punch(at("17:00"), "out"))) == []


def test_who_comes_after_they_were_asked_is_left_alone() -> None:
    assert told(*monday(NINE, punch(at("9:12")), punch(at("17:00"), "out"))) == [(CHECK, THEM, at("9:11"))]


@pytest.mark.parametrize(
    ("since", "until", "status", "asked"),
    [
        ("9:00", "17:00", "requested", []),
        ("9:00", "17:00", "approved", []),
        ("9:00", "17:00", "refused", [at("9:11")]),
        ("9:00", "17:00", "cancelled", [at("9:11")]),
        ("9:00", "12:00", "approved", [at("12:11")]),
        ("9:00", "10:00", "requested", [at("10:11")]),
        ("9:05", "10:00", "approved", [at("10:06")]),  # five minutes before and six after it
        ("9:11", "10:00", "approved", [at("10:00")]),
        ("9:12", "10:00", "approved", [at("9:11")]),
        ("9:09", "17:00", "approved", []),
        ("9:00", "16:50", "approved", []),  # ten minutes are left of it
    ],
)
def test_nobody_is_asked_while_leave_is_open(since: str, until: str, status: str, asked: list[datetime]) -> None:
    assert checks(*monday(leave(at(since), at(until), status), NINE)) == asked


def test_nobody_is_asked_whom_nobody_waits_for() -> None:
    on_call = shift(at("9:00"), kind="on_call")
    assert told(*monday(on_call)) == []
    assert checks(*monday(NINE, cancelled(NINE).model_copy(update={"recorded_at": at("9:05")}))) == []
    assert checks(*monday(NINE), to=(*STAFF, closure(at("8:00"), at("10:00")))) == [at("10:11")]


def test_nobody_is_asked_while_the_clocks_of_the_place_are_silent() -> None:
    silent = outage_suspected(at("9:00"))
    assert checks(*monday(NINE), to=(*STAFF, silent)) == []
    assert checks(*monday(NINE), to=(*STAFF, silent, outage_ended(silent, at("10:00")))) == [at("10:11")]


CALL = called(NINE, at("8:30"))


@pytest.mark.parametrize(
    "known",
    [CALL, exception(NINE, "excused", when=at("8:00")), exception(NINE, "worked", when=at("8:00"), by=EMPLOYEE)],
)
def test_nobody_is_asked_what_they_or_others_have_said_already(known: Event) -> None:
    assert [kind for kind, _, _ in told(*monday(NINE, known)) if kind != FOUND] == []


def test_who_may_come_late_is_asked_later() -> None:
    assert checks(*monday(NINE, exception(NINE, "come_late", minutes=60, when=at("8:00")))) == [at("10:11")]


def test_of_a_shift_that_was_moved_its_latest_beginning_counts() -> None:
    sooner, later = (
        shift(at(start), name="nine", revision=2).model_copy(update={"recorded_at": at("8:00")})
        for start in ("8:30", "10:00")
    )
    planned = shift(at("9:00"), name="nine").model_copy(update={"recorded_at": at("8:00", -3)})
    assert checks(planned, *monday(sooner)) == [at("9:11")]
    assert checks(planned, *monday(later)) == [at("10:11")]


def test_who_does_not_answer_is_looked_after() -> None:
    asked = requests(fold(AGENT, *monday(NINE), partition=live(AGENT, *STAFF)))[-1]
    reached = delivered(asked, at("17:00:30"))
    days = clock(at("0:00", 1), at("19:00", 2), 10)
    events = [*monday(NINE, reached), *days]
    assert told(punch(at("9:00", -40)), *events)[3:] == [
        ("welfare_check", BOSS, at("17:00", 2)),
        ("welfare_check", "role:hr", at("17:00", 2)),
    ]
    came = [*monday(NINE, reached), punch(at("9:00", 2)), *days]  # they are there again: nobody has to look
    assert len(told(*came)) == 3


def test_a_short_shift_is_over_before_anybody_is_asked() -> None:
    assert checks(*monday(shift(at("9:00"), 11 / 60))) == []
    assert checks(*monday(shift(at("9:00"), 12 / 60))) == [at("9:11")]


def test_a_shift_that_is_recorded_when_it_is_over_asks_nobody_where_they_are() -> None:
    late = NINE.model_copy(update={"recorded_at": at("18:00")})
    assert told(*monday(late)) == [(FOUND, BOSS, at("18:00")), (QUESTION, THEM, at("18:00"))]


def test_two_shifts_are_two_matters() -> None:
    after = shift(at("18:00"), 4)
    assert checks(*monday(NINE, after)) == [at("9:11"), at("18:11")]


def test_a_question_waits_until_it_may_be_asked() -> None:
    day = [*monday(NIGHT), *clock(at("0:00", 1), at("9:00", 1))]
    assert told(*day)[-1] == (QUESTION, THEM, at("7:00", 1))


def test_a_question_is_asked_inside_the_next_own_shift_when_that_is_sooner() -> None:
    evening = shift(at("14:00"), name="evening")  # to 22:00: too late to be asked but at work
    next_ = shift(at("23:00"), name="next")
    events = monday(evening, next_, punch(at("22:55")).model_copy(update={"recorded_at": at("22:55")}))
    assert (QUESTION, THEM, at("23:00")) in told(*events)


def test_a_question_is_asked_in_local_hours_of_the_place() -> None:
    kolkata = (location(zone="Asia/Kolkata"), employed())  # 5 h 30 ahead: seven in the morning is 1:30
    day = shift(at("5:00"), name="day")  # to 13:00, which is 18:30 there
    evening = shift(at("6:00"), name="evening")  # to 14:00, which is 19:30 there
    assert told(*clock(at("0:00"), at("4:59")), day, *clock(at("5:00"), at("23:59")), to=kolkata)[-1][2] == at("13:00")
    events = [evening, *clock(at("6:00"), at("23:59")), *clock(at("0:00", 1), at("4:00", 1))]
    assert told(*events, to=kolkata)[-1] == (QUESTION, THEM, at("1:30", 1))


def test_a_question_that_leave_answers_is_not_asked_and_one_that_leave_no_longer_answers_is() -> None:
    asks = leave(at("9:00"), at("17:00"), "requested").model_copy(update={"recorded_at": at("12:00")})
    assert QUESTION not in [kind for kind, _, _ in told(*monday(NINE, asks))]
    refused = leave(at("9:00"), at("17:00"), "cancelled", revision=2).model_copy(update={"recorded_at": at("18:00")})
    assert told(*monday(NINE, asks, refused))[-1] == (QUESTION, THEM, at("18:00"))


def test_a_punch_that_turns_up_before_the_question_cancels_it() -> None:
    worked = [punch(at("9:00"), name="in"), punch(at("17:00"), "out", name="out")]
    found = [each.model_copy(update={"recorded_at": at("16:00")}) for each in worked]
    assert [kind for kind, _, _ in told(*monday(NINE, *found))] == [CHECK, FOUND]


def test_each_is_told_once_whatever_is_corrected_afterwards() -> None:
    came = punch(at("9:00")).model_copy(update={"recorded_at": at("18:00")})
    gone = voided(came).model_copy(update={"recorded_at": at("19:00")})
    assert len(told(*monday(NINE, came, gone), *clock(at("0:00", 1), at("12:00", 1), 10))) == 3


def test_nobody_is_told_two_things_within_half_an_hour() -> None:
    one, other = shift(at("9:00"), 1, name="one"), shift(at("10:00"), 1, name="other")
    to_them = [each for each in told(*monday(one, other)) if each[1] == THEM]
    assert [(kind, when) for kind, _, when in to_them] == [
        (CHECK, at("9:11")),
        (QUESTION, at("10:00")),
        (CHECK, at("10:30")),  # due at 10:11
        (QUESTION, at("11:00")),
    ]
    to_boss = [when for kind, to, when in told(*monday(one, other)) if to == BOSS]
    assert to_boss == [at("10:00"), at("11:00")]


def test_what_would_be_told_too_late_is_not_told() -> None:
    short = policy(NoticePolicy(pause=timedelta(hours=2)), at("0:00"))
    one, other = shift(at("9:00"), 1, name="one"), shift(at("10:00"), 1, name="other")
    assert checks(*monday(one, other), to=(*STAFF, short)) == [at("9:11")]


def test_the_next_shift_is_not_forgotten_over_one_that_is_told_too_late() -> None:
    short = policy(NoticePolicy(pause=timedelta(hours=2)), at("0:00"))
    shifts = [shift(at(start), 1, name=start) for start in ("9:00", "10:00", "15:00")]
    assert checks(*monday(*shifts), to=(*STAFF, short)) == [at("9:11"), at("15:11")]


def test_numbers_are_the_policys() -> None:
    patient = policy(NoticePolicy(late_after=timedelta(minutes=45)), at("0:00"))
    assert checks(*monday(NINE), to=(*STAFF, patient)) == [at("9:46")]


def test_a_policy_that_is_published_meanwhile_moves_what_is_still_to_come() -> None:
    sooner = policy(NoticePolicy(late_after=timedelta(minutes=5)), at("9:00")).model_copy(
        update={"recorded_at": at("8:59"), "occurred_at": at("8:59")}
    )
    assert checks(*monday(NINE, sooner)) == [at("9:06")]


def test_a_manager_is_told_at_any_hour_and_hr_where_there_is_no_manager() -> None:
    assert (FOUND, BOSS, at("0:00", 1)) in told(*monday(NIGHT), tick(at("0:00", 1)))
    orphan = (location(), employed(manager=None))
    assert (FOUND, "role:hr", at("11:00")) in told(*monday(NINE), to=orphan)


def test_nothing_is_told_before_it_is_known_where_and_whom() -> None:
    assert told(*monday(NINE), to=()) == []
    assert told(*monday(NINE, until=at("12:00")), to=(location(),)) == [(CHECK, THEM, at("9:11"))]


def test_a_notice_says_when_the_shift_began_in_local_time_and_until_when_it_is_of_use() -> None:
    there = live(AGENT, location(zone="America/New_York"), employed())
    check, found, question = requests(fold(AGENT, *monday(NINE), partition=there))
    assert (check.details, check.expires_at) == ('{"start": "2026-03-02T04:00:00-05:00"}', NINE.ends_at)
    assert (check.shift_id, check.employee_id) == (NINE.shift_id, EMPLOYEE)
    assert (found.expires_at, question.expires_at) == (at("11:00", 14), at("17:00", 14))
    shorter = policy(NoticePolicy(lifetimes={FOUND: timedelta(days=1)}), at("0:00"))
    _, found, _ = requests(fold(AGENT, *monday(NINE), partition=live(AGENT, *STAFF, shorter)))
    assert found.expires_at == at("11:00", 1)


@pytest.mark.parametrize("word", ["paused", "shadow"])
def test_an_agent_that_is_not_live_tells_nobody_and_once_it_is_nothing_old(word: str) -> None:
    partition = Partition([AGENT], live(AGENT, *STAFF).world.with_fact(mode(AGENT.name, word, 2)))
    switched = mode(AGENT.name, "live", 3)
    events = [*monday(NINE), switched, *clock(at("0:00", 1), at("12:00", 1))]
    assert notices(fold(AGENT, *events, partition=partition)) == []
    assert len(state_of(partition).notices.told) == 3


def test_what_is_long_past_is_told_to_nobody_and_forgotten() -> None:
    partition = live(AGENT, *STAFF)
    fold(AGENT, *monday(NINE), partition=partition)
    later = shift(at("9:00", 15), name="later")
    fold(
        AGENT,
        *clock(at("0:00", 1), at("8:00", 15), 60),
        later,
        *clock(at("8:00", 15), at("9:30", 15)),
        partition=partition,
    )
    assert [each.shift_id for each in state_of(partition).notices.told] == [later.shift_id.bytes]
    old = shift(at("9:00", -15), name="old").model_copy(update={"recorded_at": at("8:00")})
    assert told(*monday(old, until=at("12:00"))) == []


KNOWN: list[Event] = [
    NINE,
    NIGHT,
    shift(at("18:30"), 3, name="evening"),
    punch(at("18:25")),
    punch(at("21:30"), "out"),
    leave(at("9:00"), at("12:00")),
]


def early(known: list[Event]) -> list[Event]:
    """The same, recorded before anything of it is due."""
    return [each.model_copy(update={"recorded_at": at("8:00")}) for each in known]


@given(st.permutations(KNOWN), st.lists(st.sampled_from(KNOWN), max_size=4))
def test_whatever_order_facts_come_in_before_it_is_due_the_same_is_told(order: list[Event], again: list[Event]) -> None:
    ticks = clock(at("8:59"), at("9:00", 1), 7)
    early = [each.model_copy(update={"recorded_at": at("8:00")}) for each in (*order, *again)]
    assert told(*early, *ticks) == told(
        *[each.model_copy(update={"recorded_at": at("8:00")}) for each in KNOWN], *ticks
    )


@given(st.permutations(KNOWN), st.lists(st.sampled_from(KNOWN), max_size=6), st.integers(1, 90))
def test_nobody_is_told_the_same_twice_however_often_and_late_facts_come(
    order: list[Event], again: list[Event], minutes: int
) -> None:
    mixed = [
        *order[:3],
        *clock(at("8:00"), at("14:00"), minutes),
        *order[3:],
        *again,
        *clock(at("14:00"), at("12:00", 1), minutes),
    ]
    found = requests(said(live(AGENT, *STAFF), mixed))
    assert len({each.notice_id for each in found}) == len(found) == len({(each.kind, each.shift_id) for each in found})
    to_them = sorted(each.occurred_at for each in found if each.recipient == THEM)
    assert all(after - before >= 30 * MINUTE for before, after in pairwise(to_them))


@given(st.permutations(KNOWN), st.integers(1, 90))
def test_it_is_told_whatever_is_stored_and_loaded_in_between(order: list[Event], minutes: int) -> None:
    resumes_anywhere(lambda: live(AGENT, *STAFF), [*order, *clock(at("8:00"), at("12:00", 1), minutes)])
