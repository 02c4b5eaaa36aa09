"""Lifetimes, reminders, escalation; what is not proposed again; who is told."""

from datetime import timedelta

import pytest

from agents.supervisor import AGENT
from agents.supervisor.upgrading import from_1
from schemas.events import Event, NoticeRequested, ProposalMade
from schemas.policies import SupervisionPolicy
from tests.agents.supervisor.desk import ENTRY, NOW, advice, applied, desk, flag, last, lives
from tests.agents.worlds import STAFF, fold, live, state_of
from tests.builders import EMPLOYEE, MANAGER, at, employed, policy, proposal, review, tick, uid, withdrawal


def notices(events: list[Event]) -> list[tuple[str, str]]:
    return [(each.kind, each.recipient) for each in events if isinstance(each, NoticeRequested)]


BOSS, WHOM = f"employee:{MANAGER}", f"employee:{EMPLOYEE}"


def test_the_kind_says_how_long_an_answer_is_waited_for_at_most() -> None:
    long = proposal(when=NOW, lifetime=timedelta(days=90))
    assert last(fold(AGENT, long, partition=desk())).expires_at == NOW + timedelta(days=14)
    longer = policy(SupervisionPolicy(lifetimes={"lateness_entry": timedelta(days=20)}))
    assert last(fold(AGENT, long, partition=desk(longer))).expires_at == NOW + timedelta(days=20)


def test_those_asked_are_reminded_at_half_time_and_those_above_told_two_days_before_the_end() -> None:
    partition = desk()
    fold(AGENT, ENTRY, partition=partition)
    assert notices(fold(AGENT, tick(at("11:59", 7)), partition=partition)) == []
    assert notices(fold(AGENT, tick(at("12:00", 7)), partition=partition)) == [("proposal_reminder", BOSS)]
    above = [("proposal_escalated", "role:admin"), ("proposal_escalated", "role:hr")]
    assert notices(fold(AGENT, tick(at("12:00", 12)), partition=partition)) == above
    assert notices(fold(AGENT, tick(at("11:59", 14)), partition=partition)) == []


def test_what_has_little_time_is_not_escalated_before_it_was_made() -> None:
    short = proposal(when=NOW, lifetime=timedelta(days=1))
    partition = desk()
    fold(AGENT, short, partition=partition)
    assert state_of(partition).due == short.expires_at


@pytest.mark.parametrize(("until", "due"), [(at("12:00", 9), at("12:00", 9)), (at("12:00", 13), at("12:00", 12))])
def test_a_reminder_can_be_put_off_but_not_what_follows(until: object, due: object) -> None:
    partition = desk()
    snooze = review(ENTRY, "snooze", until=until)
    assert lives(fold(AGENT, ENTRY, snooze, partition=partition)) == ["routed"]
    assert state_of(partition).due == due
    fold(AGENT, review(proposal("unknown"), "snooze", until=until), partition=partition)
    fold(AGENT, review(ENTRY, "snooze", until=at("12:00", 11), by=EMPLOYEE), partition=partition)
    assert state_of(partition).due == due, "only those who are asked put it off"


def again(**changed: object) -> ProposalMade:
    return ENTRY.model_copy(update={"proposal_id": uid("again"), "raised": 2, **changed})


LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, "rejected"),
        ({"subject_version": LATER}, "rejected"),
        ({"subject_version": LATER, "payload": ENTRY.payload.replace(":9", ":8")}, "rejected"),
        ({"subject_version": LATER, "payload": ENTRY.payload.replace(":9", ":10")}, "routed"),
        ({"cause": "another shift"}, "routed"),
    ],
)
def test_what_was_rejected_is_not_proposed_again_unless_something_worse_has_become_known(
    changed: dict[str, object], status: str
) -> None:
    events = fold(AGENT, ENTRY, review(ENTRY, "reject"), again(**changed), partition=desk())
    assert lives(events) == ["routed", "rejected", status]


def test_what_has_expired_is_not_proposed_again_either() -> None:
    fresh = again(expires_at=at("12:00", 20), recorded_at=at("12:00", 15))
    assert lives(fold(AGENT, ENTRY, tick(at("12:00", 14)), fresh, partition=desk()))[-1] == "rejected"


def test_where_two_cannot_be_compared_a_newer_fact_is_enough() -> None:
    newer = flag("newer").model_copy(update={"subject_version": LATER})
    assert lives(fold(AGENT, flag(), review(flag(), "reject"), newer, partition=desk()))[-1] == "routed"


def test_what_could_not_be_read_bars_nothing() -> None:
    broken = proposal("broken", when=NOW, payload="{}")
    assert lives(fold(AGENT, broken, ENTRY, partition=desk())) == ["rejected", "routed"]


def test_a_newer_proposal_of_the_same_takes_the_older_ones_place() -> None:
    assert lives(fold(AGENT, ENTRY, again(), partition=desk())) == ["routed", "withdrawn", "routed"]
    events = fold(AGENT, ENTRY, review(ENTRY), again(), partition=desk())
    assert lives(events) == ["routed", "approved", "reversal_approved", "routed"]
    start = fold(AGENT, ENTRY, review(ENTRY), partition=desk())
    events = fold(AGENT, ENTRY, review(ENTRY), applied(start), again(), partition=desk())
    assert lives(events) == ["routed", "approved", "applied", "routed"]


def test_an_older_one_that_comes_later_does_not_take_its_place() -> None:
    assert lives(fold(AGENT, again(), ENTRY, partition=desk())) == ["routed", "withdrawn"]


def test_advice_that_was_given_is_not_taken_back_for_newer_advice() -> None:
    events = fold(AGENT, advice(), review(advice()), advice("newer"), partition=desk())
    assert lives(events) == ["routed", "approved", "routed"]


def test_whoever_is_asked_and_the_subject_are_told_and_told_when_it_is_taken_back() -> None:
    told: list[Event] = [flag(), review(flag())]
    told.append(applied(fold(AGENT, *told, partition=desk()), made=flag()))
    later = [tick(at("12:30")), withdrawal(flag(), at("12:40")), tick(at("13:00"))]
    events = fold(AGENT, *told, *later, partition=desk())
    assert notices(events) == [
        ("proposal_asked", BOSS), ("proposal_about_you", WHOM),
        ("proposal_applied", WHOM), ("proposal_applied", BOSS),
        ("proposal_retracted", WHOM), ("proposal_retracted", BOSS),
    ]  # fmt: skip


def test_nobody_is_told_of_what_comes_to_nothing_who_was_not_told_of_it() -> None:
    assert notices(fold(AGENT, proposal(payload="{}"), partition=desk())) == []
    events = fold(AGENT, flag(), review(flag(), "reject"), tick(at("12:30")), partition=desk())
    assert notices(events)[2:] == [("proposal_dropped", WHOM), ("proposal_dropped", BOSS)]


def test_admins_and_hr_are_told_as_who_holds_the_role() -> None:
    events = fold(AGENT, proposal(risk="high"), partition=desk())
    assert notices(events)[:2] == [("proposal_asked", "role:admin"), ("proposal_asked", "role:hr")]
    nobodys = live(AGENT, *STAFF, employed(EMPLOYEE, manager=None).model_copy(update={"revision": 2}))
    assert notices(fold(AGENT, advice(), partition=nobodys)) == [("proposal_asked", "role:manager")]


def test_asked_again_it_is_another_notice() -> None:
    told: list[Event] = [ENTRY, review(ENTRY)]
    stale = applied(fold(AGENT, *told, partition=desk()), "stale")
    asked = [
        each.notice_id
        for each in fold(AGENT, *told, stale, tick(at("12:30")), partition=desk())
        if isinstance(each, NoticeRequested) and each.kind == "proposal_asked"
    ]
    assert len(set(asked)) == 2


def test_a_state_of_the_first_version_goes_on() -> None:
    old = [
        "employee:x",
        [[b"1", "a", "lateness_entry", "c", "{}", "low", "manager", 0, NOW, LATER, NOW, "routed", 1, b"d", b"", b""]],
        [],
        [],
    ]
    restored = AGENT.decode(AGENT.encode(from_1(old)))  # type: ignore[arg-type]
    (case,) = restored.cases
    assert (case.status, case.moved_at, case.made_at, case.decision) == ("routed", NOW, NOW, b"d")
    assert (case.asked, restored.due) == (True, LATER)
