"""Who may decide, and whose word counts."""

from uuid import UUID

import pytest

from agents.supervisor import AGENT
from schemas.kinds import KINDS
from tests.agents.supervisor.desk import ENTRY, advice, autonomy, desk, flag, last, lives, refusal
from tests.agents.worlds import STAFF, fold, live
from tests.builders import ADMIN, ELSEWHERE, EMPLOYEE, HR, MANAGER, at, employed, proposal, review, role, tick, uid


@pytest.mark.parametrize("person", [MANAGER, HR, ADMIN])
def test_whoever_holds_the_role_or_more_may_decide(person: UUID) -> None:
    events = fold(AGENT, flag(), review(flag(), by=person), partition=desk())
    assert lives(events) == ["routed", "approved"]
    assert last(events).reviewer_id == person


def test_manager_may_not_decide_what_an_admin_is_asked() -> None:
    made = proposal(risk="high")
    assert lives(fold(AGENT, made, review(made), partition=desk())) == ["routed", "refused"]


def test_hr_counts_as_admin_for_its_kinds() -> None:
    made = proposal(risk="high")
    assert lives(fold(AGENT, made, review(made, by=HR), partition=desk())) == ["routed", "approved"]


def test_rejection_is_a_decision_too() -> None:
    events = fold(AGENT, flag(), review(flag(), "reject"), partition=desk())
    assert lives(events) == ["routed", "rejected"]
    assert last(events).reviewer_id == MANAGER


def test_nobody_decides_about_themself() -> None:
    partition = live(AGENT, *STAFF, role(EMPLOYEE, "admin", None))
    events = fold(AGENT, flag(), review(flag(), by=EMPLOYEE), partition=partition)
    assert refusal(events).reason == "nobody decides about themself"


def test_nobody_decides_about_somebody_above_them() -> None:
    below = uid("below")
    partition = live(AGENT, *STAFF, employed(below, manager=EMPLOYEE), role(below, "manager"))
    deeper = live(
        AGENT, *STAFF, employed(uid("team lead"), manager=EMPLOYEE), employed(below, manager=uid("team lead")),
        role(below, "manager"),
    )  # fmt: skip
    for each in (partition, deeper):
        events = fold(AGENT, flag(), review(flag(), by=below), partition=each)
        assert refusal(events).reason == "nobody decides about somebody they report to"


def test_circle_of_managers_ends() -> None:
    one, other = uid("one"), uid("other")
    partition = live(AGENT, *STAFF, employed(one, manager=other), employed(other, manager=one), role(one, "manager"))
    assert lives(fold(AGENT, flag(), review(flag(), by=one), partition=partition)) == ["routed", "approved"]


def test_role_elsewhere_does_not_count() -> None:
    partition = live(AGENT, *STAFF, role(uid("other"), "manager", ELSEWHERE))
    events = fold(AGENT, flag(), review(flag(), by=uid("other")), partition=partition)
    assert refusal(events).reason == "the reviewer does not hold the role manager where the subject works"


def test_for_a_subject_nobody_knows_only_a_role_everywhere_counts() -> None:
    partition = live(AGENT, role(MANAGER, "manager"), role(uid("all"), "manager", None))
    events = fold(AGENT, flag(), review(flag()), review(flag(), by=uid("all")), partition=partition)
    assert lives(events) == ["routed", "refused", "approved"]


def test_role_that_was_taken_away_does_not_count() -> None:
    partition = live(AGENT, *STAFF, role(MANAGER, "manager", revision=2, removed=True))
    assert lives(fold(AGENT, flag(), review(flag()), partition=partition)) == ["routed", "refused"]


def test_another_role_does_not_count() -> None:
    partition = live(AGENT, *STAFF, role(uid("clerk"), "clerk"))
    assert lives(fold(AGENT, flag(), review(flag(), by=uid("clerk")), partition=partition)) == ["routed", "refused"]


def test_review_of_an_unknown_proposal_or_under_another_subject_is_refused() -> None:
    events = fold(AGENT, review(flag()), partition=desk())
    assert refusal(events).reason == "there is no such proposal about this subject"
    other = f"employee:{MANAGER}"
    events = fold(AGENT, flag(), review(flag(), subject=other), partition=desk())
    assert (refusal(events).subject, refusal(events).winner) == (other, None)


def test_verdict_that_is_neither_is_refused() -> None:
    events = fold(AGENT, flag(), review(flag(), "maybe"), partition=desk())
    assert refusal(events).reason == "'maybe' is no answer"


def test_first_decision_wins_and_the_second_is_told_so() -> None:
    events = fold(AGENT, flag(), review(flag(), "reject"), review(flag(), by=ADMIN), partition=desk())
    assert lives(events) == ["routed", "rejected", "refused"]
    assert refusal(events).winner == last(events).decision_id
    assert refusal(events).reason == "it is already rejected"


def test_repeated_review_changes_nothing() -> None:
    once = fold(AGENT, flag(), review(flag()), partition=desk())
    assert fold(AGENT, flag(), review(flag()), review(flag()), partition=desk()) == once
    assert lives(fold(AGENT, review(flag()), review(flag()), partition=desk())) == ["refused"]


def test_auto_approved_needs_no_review() -> None:
    events = fold(AGENT, ENTRY, review(ENTRY), partition=desk(autonomy("semi_autonomous")))
    assert refusal(events).winner == last(events).decision_id


def test_review_of_a_kind_that_is_gone_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    partition = desk()
    fold(AGENT, advice(), partition=partition)
    monkeypatch.delitem(KINDS, "break_suggestion")
    events = fold(AGENT, review(advice()), partition=partition)
    assert refusal(events).reason == "there is no kind 'break_suggestion' any more"
    assert lives(fold(AGENT, tick(at("12:00", 14)), partition=partition)) == ["expired"]
