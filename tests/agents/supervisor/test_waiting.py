"""Nobody is told of proposals outside of their hours, nor all the time (X22, S1-R8); what waits is told if it holds."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from agents.kernel import Partition, Wake
from agents.supervisor import AGENT
from schemas.events import Event, NoticeRequested, ProposalMade
from schemas.policies.notices import NoticePolicy
from tests.agents.supervisor.desk import FLAG, desk, last
from tests.agents.worlds import STAFF, fold, live, state_of
from tests.builders import (
    ELSEWHERE,
    EMPLOYEE,
    HR,
    MANAGER,
    SUBJECT,
    at,
    employed,
    location,
    policy,
    proposal,
    report,
    review,
    tick,
    withdrawal,
)

BOSS, WHOM = f"employee:{MANAGER}", f"employee:{EMPLOYEE}"
EVENING, MORNING = at("20:00"), at("7:00", 1)
HALF = timedelta(minutes=30)


def late(name: str = "flag", when: datetime = EVENING) -> ProposalMade:
    return proposal(name, kind="attendance_flag", payload=FLAG, risk="medium", when=when, cause=name)


def told(*events: Event, on: Partition | None = None) -> list[tuple[str, str, datetime]]:
    emitted = fold(AGENT, *events, partition=on or desk())
    return [(each.kind, each.recipient, each.recorded_at) for each in emitted if isinstance(each, NoticeRequested)]


def test_at_night_people_are_told_nothing_and_in_the_morning_what_holds() -> None:
    on = desk()
    assert told(late(), tick(at("6:59", 1)), on=on) == []
    assert state_of(on).due == MORNING
    assert told(tick(MORNING), on=on) == [("proposal_about_you", WHOM, MORNING), ("proposal_asked", BOSS, MORNING)]
    assert told(tick(at("12:00", 2)), on=on) == []


def test_what_came_to_nothing_over_night_is_told_to_nobody() -> None:
    assert told(late(), withdrawal(late(), at("21:00")), tick(MORNING), tick(MORNING + HALF)) == []


def test_who_was_to_be_asked_is_not_when_somebody_else_has_decided() -> None:
    on = desk()
    approved = fold(AGENT, late(), review(late(), by=HR, when=at("21:00")), partition=on)
    done = report(late(), last(approved).decision_id, "applied", at("21:01"))
    assert told(done, tick(MORNING), on=on) == [
        ("proposal_applied", WHOM, MORNING),
        ("proposal_applied", BOSS, MORNING),
    ]


def test_what_was_approved_and_has_no_effect_yet_is_still_news_to_its_subject() -> None:
    on = desk()
    assert told(late(), review(late(), by=HR, when=at("21:00")), tick(MORNING), on=on) == [
        ("proposal_about_you", WHOM, MORNING)
    ]


@pytest.mark.parametrize("outcome", ["reverted", ""])
def test_what_was_taken_back_over_night_is_told_as_that(outcome: str) -> None:
    on = desk()
    said = fold(AGENT, late(), review(late(), by=HR, when=at("21:00")), partition=on)
    said = fold(AGENT, report(late(), last(said).decision_id, "applied", at("21:01")), partition=on)
    said = fold(AGENT, withdrawal(late(), at("22:00")), partition=on)
    if outcome:
        fold(AGENT, report(late(), last(said).decision_id, outcome, at("22:01")), partition=on)
    assert told(tick(MORNING), on=on) == [("proposal_retracted", WHOM, MORNING)]


def test_whoever_holds_a_role_is_told_at_once() -> None:
    grave = late().model_copy(update={"risk": "high"})
    asked = [("proposal_asked", "role:admin", EVENING), ("proposal_asked", "role:hr", EVENING)]
    assert told(grave) == asked


def test_hours_are_those_of_the_place_of_whom_it_is_for() -> None:
    facts = (
        location(ELSEWHERE, "America/New_York"),
        employed(MANAGER, ELSEWHERE, None).model_copy(update={"revision": 2}),
    )
    on = live(AGENT, *STAFF, *facts)
    assert told(late(), on=on) == [("proposal_asked", BOSS, EVENING)], "it is three in the afternoon there"
    nowhere = live(AGENT, *STAFF, employed(where=ELSEWHERE).model_copy(update={"revision": 2}))
    assert ("proposal_about_you", WHOM, EVENING) in told(late(), on=nowhere), "where that is is not known"


def test_a_person_who_is_not_known_is_told_at_once() -> None:
    unknown = live(AGENT, *(each for each in STAFF if each != employed(MANAGER, manager=None)))
    assert ("proposal_asked", BOSS, EVENING) in told(late(), on=unknown)


def test_between_two_notices_to_a_person_there_is_the_pause_of_the_policy() -> None:
    on, noon = desk(), at("12:00")
    first, second = late("one", noon), late("two", noon + timedelta(minutes=5))
    assert [when for _, _, when in told(first, second, on=on)] == [noon, noon]
    assert told(tick(noon + HALF - timedelta(minutes=1)), on=on) == []
    assert {(kind, when) for kind, _, when in told(tick(noon + HALF), on=on)} == {
        ("proposal_asked", noon + HALF),
        ("proposal_about_you", noon + HALF),
    }
    restless = desk(policy(NoticePolicy(pause=timedelta())))
    assert len(told(first, second, on=restless)) == 4


def test_several_that_have_waited_are_told_one_after_the_other() -> None:
    on = desk()
    assert told(late("one"), late("two"), late("three"), on=on) == []
    times = [MORNING, MORNING + HALF, MORNING + 2 * HALF]
    assert [when for _, who, when in told(*map(tick, times), on=on) if who == WHOM] == times


def test_a_reminder_that_comes_at_night_waits_and_is_dropped_when_it_is_answered() -> None:
    on = desk()
    told(late(), tick(MORNING), on=on)
    assert told(tick(at("20:00", 7)), on=on) == []
    assert told(review(late(), "reject", by=HR, when=at("21:00", 7)), on=on) == []
    assert {kind for kind, _, _ in told(tick(at("7:00", 8)), on=on)} == {"proposal_dropped"}
    again = desk()
    told(late(), tick(at("20:00", 7)), on=again)
    assert ("proposal_reminder", BOSS, at("7:00", 8)) in told(tick(at("7:00", 8)), on=again)


def test_of_what_is_forgotten_nobody_is_told() -> None:
    on = desk()
    assert told(late(), on=on) == []
    forgotten = replace(state_of(on), cases=())
    assert forgotten
    woken = AGENT.step(forgotten, Wake(AGENT.name, SUBJECT, MORNING), on.world)
    assert (woken.state, woken.emitted, woken.wake_at) == (None, (), None)
