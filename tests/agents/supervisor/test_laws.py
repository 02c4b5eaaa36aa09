"""Laws of the supervisor, for any interleaving of what can be said about a subject's proposals."""

from functools import partial
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from agents.kernel import Partition
from agents.supervisor import AGENT
from schemas.events import DecisionMade, Event, ProposalMade, ReviewGiven, ReviewRefused, Tick, WorldEvent
from schemas.kinds import AttendanceFlag
from schemas.lifecycle import EFFECT, NEXT
from schemas.policies import SupervisionPolicy
from tests.agents.laws import has_stable_ids, resumes_anywhere
from tests.agents.worlds import STAFF, fold, live, state_of
from tests.builders import (
    ADMIN,
    EMPLOYEE,
    HR,
    MANAGER,
    at,
    policy,
    proposal,
    report,
    review,
    tick,
    uid,
    withdrawal,
)

NOON = at("12:00")
FLAG = AttendanceFlag(employee_id=EMPLOYEE, shift_ids=(uid("s"),), first_start=NOON, last_start=NOON).canonical()
PROPOSALS = (
    proposal("entry", when=NOON),
    proposal("flag", kind="attendance_flag", payload=FLAG, when=NOON),
    proposal("shadow", when=NOON, shadow=True),
    proposal("nonsense", kind="nonsense", when=NOON),
)
PEOPLE = (MANAGER, MANAGER, MANAGER, MANAGER, HR, ADMIN, EMPLOYEE, uid("stranger"))
VERDICTS = ("approve", "approve", "approve", "approve", "reject", "perhaps")
OUTCOMES = ("applied", "applied", "failed", "stale", "reverted", "reverted")


def desk(autonomy: WorldEvent) -> Partition:
    return live(AGENT, *STAFF, autonomy)


AUTONOMY = st.sampled_from(["supervised", "semi_autonomous", "autonomous"]).map(
    lambda word: policy(SupervisionPolicy(default=word))
)
EARLY = st.lists(
    st.sampled_from([*PROPOSALS, withdrawal(PROPOSALS[0]), review(PROPOSALS[0], when=at("13:00"))]), max_size=2
)
LENGTH, ABOUT = st.integers(2, 14), st.sampled_from([*PROPOSALS[:2] * 4, PROPOSALS[2]])
NEXT_UP = st.sampled_from(["review", "report", "review", "report", "report", "other", "tick"])
REVIEWERS, WORDS = st.sampled_from(PEOPLE), st.sampled_from(VERDICTS)
DAYS = st.sampled_from([at("13:00")] * 5 + [at("13:00", 20)])
REPORTED, OTHERS = st.sampled_from(OUTCOMES), st.sampled_from([*PROPOSALS, None, None])
TICKS = st.sampled_from([tick(at("12:00", day)) for day in (13, 13, 13, 15)])
# Strategies stand here, not where they are drawn from: to make one costs more than to draw from it.


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[Event], WorldEvent]:
    """Draw what is said about some proposals, in time or not; reports name decisions that were made, old ones too."""
    autonomy = draw(AUTONOMY)
    partition = desk(autonomy)
    story: list[Event] = [*draw(EARLY), *PROPOSALS[:2]]
    emitted = fold(AGENT, *story, partition=partition)
    for number in range(draw(LENGTH)):
        about = draw(ABOUT)
        known = [each.decision_id for each in decisions(emitted, about.proposal_id)] or [uid("no decision")]
        event = _next(draw, about, [*known[-1:] * 3, *known], number)
        emitted += fold(AGENT, event, partition=partition)
        story.append(event)
    return story, autonomy


def _next(draw: st.DrawFn, made: ProposalMade, decisions: list[UUID], number: int) -> Event:
    match draw(NEXT_UP):
        case "review":
            who, word, when = draw(REVIEWERS), draw(WORDS), draw(DAYS)
            return review(made, word, by=who, when=when, name=f"review {number}")
        case "report":
            return report(made, draw(st.sampled_from(decisions)), draw(REPORTED), at("14:00"))
        case "tick":
            return draw(TICKS)
    return draw(OTHERS) or withdrawal(made)


STORIES = stories()


def decisions(events: list[Event], proposal_id: UUID) -> list[DecisionMade]:
    return [event for event in events if isinstance(event, DecisionMade) and event.proposal_id == proposal_id]


@given(STORIES)
def test_every_proposal_goes_only_the_ways_of_the_lifecycle(told: tuple[list[Event], WorldEvent]) -> None:
    story, autonomy = told
    emitted = fold(AGENT, *story, partition=desk(autonomy))
    for made in PROPOSALS:
        status: Any = "pending"
        for decision in decisions(emitted, made.proposal_id):
            assert decision.status in NEXT[status]
            status = decision.status
    assert not decisions(emitted, uid("shadow"))


@given(STORIES)
def test_nobody_approves_who_may_not_and_no_employment_consequence_happens_alone(
    told: tuple[list[Event], WorldEvent],
) -> None:
    story, autonomy = told
    emitted = fold(AGENT, *story, partition=desk(autonomy))
    for decision in emitted:
        if isinstance(decision, DecisionMade) and decision.status in ("approved", "rejected") and decision.reviewer_id:
            assert decision.reviewer_id in (MANAGER, HR, ADMIN)
    assert all(each.status != "auto_approved" for each in decisions(emitted, uid("flag")))
    assert all(each.status not in EFFECT for each in decisions(emitted, uid("nonsense")))


@given(STORIES)
def test_each_review_is_answered_once_and_the_winner_is_a_decision_that_was_made(
    told: tuple[list[Event], WorldEvent],
) -> None:
    story, autonomy = told
    emitted = fold(AGENT, *story, partition=desk(autonomy))
    made = {event.decision_id for event in emitted if isinstance(event, DecisionMade)}
    refused = [event for event in emitted if isinstance(event, ReviewRefused)]
    accepted = [event for event in emitted if isinstance(event, DecisionMade) and event.reviewer_id]
    reviews = {event.review_id for event in story if isinstance(event, ReviewGiven)}
    assert len(refused) + len(accepted) == len(reviews)
    assert {event.winner for event in refused} - {None} <= made


@given(STORIES, st.data())
def test_what_has_had_its_effect_has_none_when_it_is_repeated(
    told: tuple[list[Event], WorldEvent], data: st.DataObject
) -> None:
    story, autonomy = told
    partition, effective, before = desk(autonomy), [], None
    for event in story:
        emitted = fold(AGENT, event, partition=partition)
        after = state_of(partition) if partition.cells else None
        if (emitted or after != before) and not isinstance(event, Tick):
            effective.append(event)
        before = after
    if effective:
        again = data.draw(st.lists(st.sampled_from(effective), max_size=5))
        assert fold(AGENT, *again, partition=partition) == []


@given(STORIES)
def test_resuming_from_any_snapshot_equals_the_full_replay(told: tuple[list[Event], WorldEvent]) -> None:
    story, autonomy = told
    resumes_anywhere(partial(desk, autonomy), story)


@given(STORIES)
def test_ids_are_stable_and_never_repeat(told: tuple[list[Event], WorldEvent]) -> None:
    story, autonomy = told
    has_stable_ids(partial(desk, autonomy), story)
