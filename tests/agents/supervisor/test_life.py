"""A proposal in time: expiry, application, staleness, reversal."""

from datetime import timedelta

import pytest

from agents.supervisor import AGENT
from schemas.events import DecisionMade
from tests.agents.supervisor.desk import ENTRY, NOW, advice, applied, autonomy, desk, flag, last, lives, refusal
from tests.agents.worlds import fold, state_of
from tests.builders import at, proposal, report, review, tick, uid, withdrawal


def test_open_proposal_expires_when_its_time_has_come() -> None:
    made = proposal(when=NOW, lifetime=timedelta(hours=1))
    assert lives(fold(AGENT, made, tick(at("12:59")), partition=desk())) == ["routed"]
    assert lives(fold(AGENT, made, tick(at("13:00")), partition=desk())) == ["routed", "expired"]


def test_expiry_touches_only_what_is_due() -> None:
    short, long = proposal("short", when=NOW, lifetime=timedelta(hours=1)), proposal("long", when=NOW, cause="other")
    partition = desk()
    events = fold(AGENT, short, long, tick(at("14:00")), partition=partition)
    assert [last(events).proposal_id, last(events).status] == [short.proposal_id, "expired"]
    assert state_of(partition).due == NOW + timedelta(days=7), "half of its time"


def test_review_after_the_expiry_comes_too_late_even_before_the_tick() -> None:
    made = proposal(when=NOW, lifetime=timedelta(hours=1))
    events = fold(AGENT, made, review(made, when=at("13:00")), tick(at("13:01")), partition=desk())
    assert lives(events) == ["routed", "expired", "refused"]
    assert refusal(events).winner == last(events).decision_id


def test_decided_proposal_does_not_expire() -> None:
    events = fold(AGENT, flag(), review(flag()), tick(at("12:00", 30)), partition=desk())
    assert lives(events) == ["routed", "approved"]


def test_what_was_applied_or_failed_is_recorded() -> None:
    for outcome, status in (("applied", "applied"), ("failed", "failed"), ("unheard of", "failed")):
        start = fold(AGENT, ENTRY, review(ENTRY), partition=desk())
        events = fold(AGENT, ENTRY, review(ENTRY), applied(start, outcome), partition=desk())
        assert lives(events) == ["routed", "approved", status]


def test_stale_one_is_asked_again_even_if_it_could_happen_alone() -> None:
    start = fold(AGENT, ENTRY, partition=desk(autonomy("autonomous")))
    events = fold(AGENT, ENTRY, applied(start, "stale"), partition=desk(autonomy("autonomous")))
    assert lives(events) == ["auto_approved", "stale", "routed"]
    assert last(events).reason == "the world has moved: as reported"
    assert last(events).expires_at == ENTRY.expires_at


def test_stale_one_is_asked_again_with_what_has_moved() -> None:
    start = fold(AGENT, ENTRY, review(ENTRY), partition=desk())
    moved = '[{"of": "shift 1", "field": "exists", "before": true, "now": false}]'
    stale = applied(start, "stale").model_copy(update={"difference": moved})
    events = fold(AGENT, ENTRY, review(ENTRY), stale, review(ENTRY, name="second"), partition=desk())
    said = [(each.status, each.difference) for each in events if isinstance(each, DecisionMade)]
    assert said == [("routed", ""), ("approved", ""), ("stale", moved), ("routed", moved), ("approved", "")]


def test_stale_one_leaves_time_to_answer() -> None:
    made = proposal(when=NOW, lifetime=timedelta(hours=1))
    start = fold(AGENT, made, review(made), partition=desk())
    events = fold(AGENT, made, review(made), applied(start, "stale"), partition=desk())
    assert last(events).expires_at == NOW + timedelta(days=3)


def test_stale_one_can_be_approved_anew_with_a_decision_of_its_own() -> None:
    start = fold(AGENT, ENTRY, review(ENTRY), partition=desk())
    stale = applied(start, "stale")
    again = fold(AGENT, ENTRY, review(ENTRY), stale, stale, review(ENTRY, name="second"), partition=desk())
    assert lives(again) == ["routed", "approved", "stale", "routed", "approved"]
    assert last(again).decision_id != last(start).decision_id
    late = fold(AGENT, ENTRY, review(ENTRY), stale, review(ENTRY, name="second"), applied(start), partition=desk())
    assert lives(late) == ["routed", "approved", "stale", "routed", "approved"], (
        "the report is about the first approval"
    )


def test_withdrawal_closes_an_open_proposal() -> None:
    events = fold(AGENT, flag(), withdrawal(flag()), review(flag()), partition=desk())
    assert lives(events) == ["routed", "withdrawn", "refused"]


def test_withdrawal_before_the_proposal_is_remembered() -> None:
    events = fold(AGENT, withdrawal(ENTRY), withdrawal(ENTRY), ENTRY, partition=desk(autonomy("autonomous")))
    assert lives(events) == ["withdrawn"]


@pytest.mark.parametrize("is_applied", [False, True])
def test_withdrawal_of_an_approved_one_decides_its_reversal_alone(is_applied: bool) -> None:  # noqa: FBT001
    start = fold(AGENT, flag(), review(flag()), partition=desk())
    done = [applied(start, made=flag())] if is_applied else []
    events = fold(AGENT, flag(), review(flag()), *done, withdrawal(flag()), partition=desk())
    reversal = last(events)
    assert (reversal.status, reversal.reverses) == ("reversal_approved", last(start).decision_id)
    back = report(flag(), reversal.decision_id, "reverted", NOW)
    events = fold(AGENT, flag(), review(flag()), *done, withdrawal(flag()), back, back, partition=desk())
    assert lives(events)[-2:] == ["reversal_approved", "reverted"]
    assert last(events).reverses == last(start).decision_id


def test_report_of_the_effect_after_its_reversal_was_decided_changes_nothing() -> None:
    start = fold(AGENT, ENTRY, review(ENTRY), partition=desk())
    events = fold(AGENT, ENTRY, review(ENTRY), withdrawal(ENTRY), applied(start), partition=desk())
    assert lives(events) == ["routed", "approved", "reversal_approved"]


def test_reversal_that_fails_is_recorded_as_failed() -> None:
    first = fold(AGENT, ENTRY, review(ENTRY), withdrawal(ENTRY), partition=desk())
    events = fold(AGENT, ENTRY, review(ENTRY), withdrawal(ENTRY), applied(first, "failed"), partition=desk())
    assert lives(events)[-1] == "failed"


def test_withdrawal_of_what_is_closed_changes_nothing() -> None:
    events = fold(AGENT, flag(), review(flag(), "reject"), withdrawal(flag()), partition=desk())
    assert lives(events) == ["routed", "rejected"]


def test_report_of_what_nobody_knows_changes_nothing() -> None:
    partition = desk()
    stray = report(ENTRY, uid("decision"))
    assert fold(AGENT, stray, partition=partition) == []
    assert partition.cells == {}
    assert lives(fold(AGENT, ENTRY, stray, partition=desk())) == ["routed"]


def test_approved_advice_is_done_and_can_only_be_withdrawn() -> None:
    events = fold(AGENT, advice(), review(advice()), withdrawal(advice()), withdrawal(advice()), partition=desk())
    assert lives(events) == ["routed", "approved", "withdrawn"]
    alone = fold(AGENT, advice(), withdrawal(advice()), partition=desk(autonomy("semi_autonomous")))
    assert lives(alone) == ["auto_approved", "withdrawn"]
