"""The supervisor: what may happen alone, who may decide, and every step of a proposal's life."""

from datetime import timedelta
from uuid import UUID

import pytest

from agents.kernel import Outcome, Partition, World
from agents.supervisor import AGENT, step
from agents.supervisor.docket import CASES
from schemas.events import ApplicationReported, DecisionMade, Event, PolicyPublished, ProposalMade, ReviewRefused
from schemas.kinds import AttendanceFlag, binding
from schemas.policies import Autonomy, SupervisionPolicy
from tests.agents.worlds import STAFF, fold, live, state_of
from tests.builders import (
    ADMIN,
    ELSEWHERE,
    EMPLOYEE,
    HR,
    MANAGER,
    at,
    employed,
    policy,
    proposal,
    report,
    review,
    role,
    tick,
    uid,
    withdrawal,
)

NOW = at("12:00")
FLAG = AttendanceFlag(employee_id=EMPLOYEE, shift_ids=(uid("shift"),), first_start=NOW, last_start=NOW).canonical()
ENTRY = proposal(when=NOW)


def flag(name: str = "flag") -> ProposalMade:
    return proposal(name, kind="attendance_flag", payload=FLAG, risk="medium", when=NOW)


def autonomy(word: Autonomy) -> PolicyPublished:
    return policy(SupervisionPolicy(default=word))


def desk(*facts: PolicyPublished) -> Partition:
    return live(AGENT, *STAFF, *facts)


def lives(events: list[Event]) -> list[str]:
    return [event.status if isinstance(event, DecisionMade) else "refused" for event in events]


def last(events: list[Event]) -> DecisionMade:
    return [event for event in events if isinstance(event, DecisionMade)][-1]


def refusal(events: list[Event]) -> ReviewRefused:
    (refused,) = (event for event in events if isinstance(event, ReviewRefused))
    return refused


def applied(events: list[Event], outcome: str = "applied", made: ProposalMade = ENTRY) -> ApplicationReported:
    return report(made, last(events).decision_id, outcome, NOW)


# -- what may happen alone


@pytest.mark.parametrize(
    ("word", "risk", "status"),
    [
        ("supervised", "low", "routed"),
        ("semi_autonomous", "low", "auto_approved"),
        ("semi_autonomous", "medium", "routed"),
        ("autonomous", "high", "auto_approved"),
        ("autonomous", "critical", "routed"),
        ("autonomous", "unheard of", "routed"),
    ],
)
def test_autonomy_of_the_kind_and_risk_decide_whether_a_human_is_asked(word: Autonomy, risk: str, status: str) -> None:
    assert lives(fold(AGENT, proposal(risk=risk), partition=desk(autonomy(word)))) == [status]


def test_shipped_default_asks_a_human_for_everything() -> None:
    assert lives(fold(AGENT, ENTRY, partition=desk())) == ["routed"]


def test_autonomy_is_looked_up_by_kind() -> None:
    only_entries = policy(SupervisionPolicy(autonomy={"lateness_entry": "semi_autonomous"}))
    assert lives(fold(AGENT, ENTRY, partition=desk(only_entries))) == ["auto_approved"]


def test_policy_in_force_when_the_proposal_was_recorded_counts() -> None:
    later = policy(SupervisionPolicy(default="autonomous"), NOW + timedelta(seconds=1))
    assert lives(fold(AGENT, ENTRY, partition=desk(later))) == ["routed"]


def test_employment_consequence_always_needs_a_human() -> None:
    assert lives(fold(AGENT, flag(), partition=desk(autonomy("autonomous")))) == ["routed"]


def test_floor_of_the_kind_raises_the_agents_word() -> None:
    made = flag().model_copy(update={"risk": "low"})
    assert last(fold(AGENT, made, partition=desk())).risk == "medium"


@pytest.mark.parametrize(("risk", "asked"), [("low", "manager"), ("medium", "manager"), ("high", "admin")])
def test_the_role_that_is_asked_follows_the_risk(risk: str, asked: str) -> None:
    assert last(fold(AGENT, proposal(risk=risk), partition=desk())).role == asked


def test_decision_binds_to_what_was_proposed() -> None:
    decision = last(fold(AGENT, ENTRY, partition=desk()))
    assert decision.binding == binding(ENTRY.payload, ENTRY.subject_version, ENTRY.policy_version)
    assert decision.payload == ENTRY.payload
    assert decision.expires_at == ENTRY.expires_at


def test_policy_version_that_it_has_not_seen_is_accepted() -> None:
    decision = last(fold(AGENT, proposal(policy_version=41), partition=desk()))
    assert (decision.status, decision.policy_version) == ("routed", 41)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (proposal(kind="pay_rise"), "there is no kind 'pay_rise'"),
        (proposal(payload="{}"), "the payload is not one of lateness_entry: 3 errors"),
        (proposal(payload=ENTRY.payload.replace(":9", ": 9")), "the payload is not in canonical form"),
        (
            proposal(payload=ENTRY.payload.replace(str(EMPLOYEE), str(MANAGER))),
            f"the payload is about employee:{MANAGER}",
        ),
    ],
)
def test_what_cannot_be_decided_is_rejected_with_a_reason(made: ProposalMade, reason: str) -> None:
    decision = last(fold(AGENT, made, partition=desk(autonomy("autonomous"))))
    assert (decision.status, decision.reason) == ("rejected", reason)


def test_unknown_kind_counts_as_critical() -> None:
    assert last(fold(AGENT, proposal(kind="pay_rise"), partition=desk())).risk == "critical"


def test_repeated_proposal_changes_nothing() -> None:
    assert lives(fold(AGENT, ENTRY, ENTRY, partition=desk())) == ["routed"]


def test_proposal_that_comes_after_its_expiry_expires() -> None:
    made = proposal(when=NOW, lifetime=timedelta())
    assert lives(fold(AGENT, made, partition=desk(autonomy("autonomous")))) == ["expired"]


# -- who may decide


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
    assert refusal(events).reason == "'maybe' is neither approve nor reject"


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


# -- time


def test_open_proposal_expires_when_its_time_has_come() -> None:
    made = proposal(when=NOW, lifetime=timedelta(hours=1))
    assert lives(fold(AGENT, made, tick(at("12:59")), partition=desk())) == ["routed"]
    assert lives(fold(AGENT, made, tick(at("13:00")), partition=desk())) == ["routed", "expired"]


def test_expiry_touches_only_what_is_due() -> None:
    short, long = proposal("short", when=NOW, lifetime=timedelta(hours=1)), proposal("long", when=NOW)
    partition = desk()
    events = fold(AGENT, short, long, tick(at("14:00")), partition=partition)
    assert [last(events).proposal_id, last(events).status] == [short.proposal_id, "expired"]
    assert state_of(partition).due == long.expires_at


def test_review_after_the_expiry_comes_too_late_even_before_the_tick() -> None:
    made = proposal(when=NOW, lifetime=timedelta(hours=1))
    events = fold(AGENT, made, review(made, when=at("13:00")), tick(at("13:01")), partition=desk())
    assert lives(events) == ["routed", "expired", "refused"]
    assert refusal(events).winner == last(events).decision_id


def test_decided_proposal_does_not_expire() -> None:
    events = fold(AGENT, flag(), review(flag()), tick(at("12:00", 30)), partition=desk())
    assert lives(events) == ["routed", "approved"]


# -- application, staleness, reversal


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


# -- shadow, bounds, ids


def test_shadow_proposal_is_remembered_and_never_routed() -> None:
    made = proposal(shadow=True)
    partition = desk(autonomy("autonomous"))
    events = fold(AGENT, made, review(made), withdrawal(made), tick(at("12:00", 30)), partition=partition)
    assert lives(events) == ["refused"]
    assert [case.status for case in state_of(partition).cases] == ["shadow"]


def test_settled_proposals_are_forgotten_after_the_policys_memory() -> None:
    partition = desk()
    fold(AGENT, flag(), review(flag(), "reject"), proposal("open", when=NOW), partition=partition)
    assert len(state_of(partition).cases) == 2
    fold(AGENT, proposal("much later", when=at("12:01", 90)), partition=partition)
    assert {UUID(bytes=case.id) for case in state_of(partition).cases} == {uid("open"), uid("much later")}
    assert state_of(partition).reviews == ()


def test_number_of_settled_proposals_is_bounded_and_open_ones_are_kept() -> None:
    partition = desk()
    fold(AGENT, proposal("open", when=NOW), partition=partition)
    for number in range(CASES + 5):
        fold(AGENT, proposal(f"{number}", kind="unknown", when=NOW), partition=partition)
    cases = state_of(partition).cases
    assert len(cases) == CASES
    assert uid("open").bytes in {case.id for case in cases}


def test_ids_are_stable_and_differ_per_step() -> None:
    events = fold(AGENT, flag(), review(flag()), partition=desk())
    assert events == fold(AGENT, flag(), review(flag()), partition=desk())
    assert len({event.event_id for event in events}) == 2
    assert len({event.decision_id for event in events if isinstance(event, DecisionMade)}) == 2


def test_event_that_it_does_not_read_changes_nothing() -> None:
    assert step(None, tick(NOW), World()) == Outcome(None)


def test_repeat_changes_no_state() -> None:
    partition = desk()
    fold(AGENT, flag(), review(flag()), partition=partition)
    partition.take_changes()
    fold(AGENT, flag(), review(flag()), partition=partition)
    assert partition.take_changes().cells == {}
