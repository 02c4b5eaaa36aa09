"""When a break is suggested, and when not: rule by rule as docs/breaks.md, with values derived by hand."""

from datetime import timedelta

import pytest

from agents.break_suggester import AGENT, step
from agents.kernel import Outcome, Partition, Wake, World
from schemas.events import Event, NoticeRequested, ProposalMade, ProposalWithdrawn
from schemas.kinds.break_suggestion import BreakSuggestion
from schemas.policies.breaks import BreakPolicy
from tests.agents.worlds import fold, live, state_of, world
from tests.builders import (
    ELSEWHERE,
    EMPLOYEE,
    SUBJECT,
    at,
    cancelled,
    employed,
    kinds,
    location,
    mode,
    policy,
    punch,
    shift,
    tick,
    uid,
    voided,
)

NINE = punch(at("9:00"))
"""Monday at nine; six hours later it is 15:00."""
EVENING = tick(at("22:00"))


def suggested(*events: Event) -> list[str]:
    """Return the times since which somebody was said to work without a break."""
    made = [event for event in fold(AGENT, *events) if isinstance(event, ProposalMade)]
    return [f"{BreakSuggestion.model_validate_json(each.payload).since:%H:%M}" for each in made]


def test_break_is_suggested_once_the_limit_has_come_and_not_before() -> None:
    assert suggested(NINE, tick(at("14:59"))) == []
    assert suggested(NINE, tick(at("15:00"))) == ["09:00"]
    assert suggested(NINE, tick(at("15:00")), tick(at("15:01")), EVENING) == ["09:00"]


def test_suggestion_cites_what_it_rests_on() -> None:
    (made,) = fold(AGENT, NINE, tick(at("15:00")))
    assert isinstance(made, ProposalMade)
    expected = BreakSuggestion(employee_id=EMPLOYEE, punch_id=NINE.punch_id, since=at("9:00"))
    assert (made.subject, made.kind, made.payload) == (SUBJECT, "break_suggestion", expected.canonical())
    assert (made.agent, made.risk, made.cause, made.raised) == ("break_suggester", "low", str(NINE.punch_id), 1)
    assert (made.evidence, made.subject_version) == ([NINE.event_id], at("9:00"))
    assert (made.occurred_at, made.expires_at) == (at("15:00"), at("17:00"))
    assert made.rules == [
        "clocked in since 2026-03-02T09:00:00+00:00 without a break of 20 minutes, 6 hours is the longest stint"
    ]


def notices(*events: Event, word: str = "live") -> list[NoticeRequested]:
    partition = Partition([AGENT], world(mode(AGENT.name, word), location(zone="America/New_York"), employed()))
    return [event for event in fold(AGENT, *events, partition=partition) if isinstance(event, NoticeRequested)]


def test_whom_it_is_suggested_is_told_once_and_only_when_live() -> None:
    (told,) = notices(NINE, tick(at("15:00")), EVENING)
    assert (told.kind, told.recipient, told.occurred_at) == ("break_suggestion", SUBJECT, at("15:00"))
    assert (told.details, told.expires_at) == ('{"start": "2026-03-02T04:00:00-05:00"}', at("17:00"))
    out = punch(at("14:00"), "out")
    again = [NINE, tick(at("15:00")), out, voided(out), tick(at("15:01"))]
    assert len(suggested(*again)) == 2
    assert len(notices(*again)) == 1
    assert notices(NINE, EVENING, word="shadow") == []


def test_where_nobody_knows_what_time_it_is_nobody_is_told() -> None:
    for known in ((), (employed(),)):
        events = fold(AGENT, NINE, tick(at("15:00")), partition=live(AGENT, *known))
        assert kinds(events) == ["ProposalMade"]


@pytest.mark.parametrize("away", ["12:00", "14:59"])
def test_who_is_on_a_break_or_has_gone_home_is_left_alone(away: str) -> None:
    assert suggested(NINE, punch(at(away), "out"), EVENING) == []


def test_break_begins_a_new_stint() -> None:
    told = [NINE, punch(at("12:00"), "out"), punch(at("12:20"))]
    assert suggested(*told, tick(at("18:19"))) == []
    assert suggested(*told, tick(at("18:20"))) == ["12:20"]


def test_being_away_for_less_is_no_break() -> None:
    assert suggested(NINE, punch(at("12:00"), "out"), punch(at("12:19")), EVENING) == ["09:00"]
    often = [punch(at(f"12:{minute}"), way) for minute, way in ((0, "out"), (10, "in"), (15, "out"), (25, "in"))]
    assert suggested(NINE, *often, EVENING) == ["09:00"]


def test_changing_places_is_no_break() -> None:
    handover = [punch(at("12:00"), "out"), punch(at("12:00"), where=ELSEWHERE)]
    assert suggested(NINE, *handover, EVENING) == ["09:00"]


def test_second_in_punch_shows_a_forgotten_out_punch_unless_it_comes_at_once() -> None:
    assert suggested(NINE, punch(at("13:00")), tick(at("18:59"))) == []
    assert suggested(NINE, punch(at("13:00")), tick(at("19:00"))) == ["13:00"]
    assert suggested(NINE, punch(at("9:01")), EVENING) == ["09:00"]


def test_lone_out_punch_says_nothing() -> None:
    assert suggested(punch(at("8:50"), "out"), EVENING) == []
    assert suggested(punch(at("8:50"), "out"), NINE, EVENING) == ["09:00"]


def test_punch_of_a_device_that_does_not_ask_may_be_an_out() -> None:
    assert suggested(NINE, punch(at("12:00"), "unknown"), EVENING) == []


def test_taking_the_break_takes_the_suggestion_back() -> None:
    out = punch(at("15:10"), "out")
    events = fold(AGENT, NINE, tick(at("15:00")), out, punch(at("15:40")), EVENING)
    assert kinds(events) == ["ProposalMade", "ProposalWithdrawn", "ProposalMade"]
    (gone,) = (event for event in events if isinstance(event, ProposalWithdrawn))
    assert (gone.causation_id, gone.evidence) == (out.event_id, [out.event_id])


def test_out_punch_that_comes_before_the_tick_leaves_nothing_to_suggest() -> None:
    assert suggested(NINE, punch(at("15:10"), "out"), tick(at("15:11"))) == []


# -- shifts


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("9:00", 4, []),  # short: over before the limit
        ("9:00", 6, []),  # the limit is its end
        ("9:00", 6.49, []),  # nearly done by then
        ("9:00", 6.5, ["09:00"]),
        ("9:00", 8, ["09:00"]),
        ("15:00", 4, ["09:00"]),  # begins at the limit: it goes on
        ("15:01", 1, ["09:00"]),  # is another matter
        ("1:00", 8, ["09:00"]),  # was over at nine
    ],
)
def test_whose_planned_work_is_over_or_nearly_so_is_left_alone(start: str, hours: float, expected: list[str]) -> None:
    assert suggested(shift(at(start), hours), NINE, EVENING) == expected


def test_last_of_the_shifts_on_the_way_counts() -> None:
    assert suggested(shift(at("9:00"), 4), shift(at("13:00"), 4), NINE, EVENING) == ["09:00"]
    assert suggested(shift(at("9:00"), 6), shift(at("15:00"), 4), NINE, EVENING) == ["09:00"]


def test_shift_that_is_given_away_or_lengthened_counts_as_it_is_now() -> None:
    short = shift(at("9:00"), 5)
    given = cancelled(short).model_copy(update={"recorded_at": at("14:00")})
    assert suggested(short, NINE, given, EVENING) == ["09:00"]
    assert suggested(short, NINE, shift(at("9:00"), 9, revision=2), EVENING) == ["09:00"]
    assert suggested(NINE, EVENING, shift(at("9:00"), 5)) == ["09:00"]
    events = fold(AGENT, NINE, tick(at("15:00")), shift(at("9:00"), 5))
    assert kinds(events) == ["ProposalMade", "ProposalWithdrawn"]


# -- corrections


def test_corrected_punch_moves_the_limit() -> None:
    told = [punch(at("9:00"), name="p"), punch(at("10:00"), name="p", revision=2)]
    assert suggested(*told, tick(at("15:59"))) == []
    assert suggested(*told, tick(at("16:00"))) == ["10:00"]
    assert suggested(*reversed(told), tick(at("16:00"))) == ["10:00"]


def test_correction_that_removes_the_cause_takes_the_suggestion_back() -> None:
    after = fold(AGENT, NINE, tick(at("15:00")), voided(NINE))
    assert kinds(after) == ["ProposalMade", "ProposalWithdrawn"]
    out = punch(at("12:00"), "out")
    back = punch(at("12:05"), name="back")
    later = punch(at("12:30"), name="back", revision=2)
    events = fold(AGENT, NINE, out, back, tick(at("15:00")), later)
    assert kinds(events) == ["ProposalMade", "ProposalWithdrawn"]


def test_correction_that_shows_a_stint_was_too_long_suggests_at_once_if_that_is_of_use() -> None:
    out, back = punch(at("13:00"), "out"), punch(at("13:30"))
    told = [NINE, out, back, tick(at("19:30")), voided(out).model_copy(update={"recorded_at": at("16:00")})]
    assert suggested(*told, tick(at("19:31"))) == ["13:30"], "without an out-punch the in-punch still shows a break"
    never = voided(back).model_copy(update={"recorded_at": at("16:00")})
    assert suggested(*told[:3], voided(out), never, tick(at("16:01"))) == ["09:00"]
    late = voided(back).model_copy(update={"recorded_at": at("17:00")})
    assert suggested(*told[:3], voided(out), late, tick(at("17:01"))) == []


def test_suggestion_is_raised_anew_when_its_cause_comes_back() -> None:
    out = punch(at("15:05"), "out")
    events = fold(AGENT, NINE, tick(at("15:00")), out, voided(out))
    made = [event for event in events if isinstance(event, ProposalMade)]
    assert [each.raised for each in made] == [1, 2]
    assert len({each.proposal_id for each in made}) == 2


def test_correction_of_what_was_said_takes_it_back_and_says_it_anew() -> None:
    earlier = punch(at("8:30"), name="p", revision=2)
    events = fold(AGENT, punch(at("9:00"), name="p"), tick(at("15:00")), earlier)
    assert kinds(events) == ["ProposalMade", "ProposalWithdrawn", "ProposalMade"]
    assert suggested(punch(at("9:00"), name="p"), tick(at("15:00")), earlier) == ["09:00", "08:30"]


# -- policies


def test_policy_in_force_at_the_last_punch_judges() -> None:
    strict = policy(BreakPolicy(longest_stint=timedelta(hours=4)), at("8:00"))
    (made,) = fold(AGENT, strict, NINE, tick(at("13:00")))
    assert isinstance(made, ProposalMade)
    assert (made.policy_version, made.occurred_at) == (1, at("13:00"))
    later = policy(BreakPolicy(longest_stint=timedelta(hours=4)), at("9:01"))
    assert suggested(later, NINE, tick(at("13:00"))) == []


def test_policy_that_comes_after_the_facts_judges_them_again() -> None:
    strict = policy(BreakPolicy(longest_stint=timedelta(hours=4)), at("8:00"))
    assert suggested(NINE, strict, tick(at("13:00"))) == ["09:00"]
    partition = live(AGENT)
    fold(AGENT, NINE, partition=partition)
    partition.take_changes()
    fold(AGENT, policy(BreakPolicy(), at("8:00")), partition=partition)
    assert partition.take_changes().cells == {}


# -- bounds


def test_old_facts_are_forgotten() -> None:
    partition = live(AGENT)
    fold(AGENT, shift(at("8:00")), NINE, tick(at("15:00")), punch(at("17:00"), "out"), partition=partition)
    assert len(state_of(partition).raised) == 1
    fold(AGENT, shift(at("9:00", 3)), punch(at("9:00", 3)), partition=partition)
    work = state_of(partition)
    assert (len(work.punches), len(work.shifts), work.raised) == (1, 1, ())


def test_state_stays_small_however_long_somebody_works_here() -> None:
    partition, sizes = live(AGENT), []
    for day in range(60):
        fold(AGENT, shift(at("9:00", day)), punch(at("9:00", day)), tick(at("15:00", day)), partition=partition)
        sizes.append(len(AGENT.encode(state_of(partition))))
    assert max(sizes) < 1_000
    assert sizes[-1] == sizes[10]


def test_nothing_is_known_of_somebody_of_whom_nothing_came() -> None:
    assert step(None, Wake("break_suggester", str(uid("nobody")), at("9:00")), World()) == Outcome(None)


def test_wake_up_that_comes_again_takes_nothing_back() -> None:
    partition = live(AGENT)
    fold(AGENT, NINE, tick(at("15:00")), partition=partition)
    again = Wake("break_suggester", str(EMPLOYEE), at("14:00"))
    assert step(state_of(partition), again, partition.world) == Outcome(state_of(partition))
