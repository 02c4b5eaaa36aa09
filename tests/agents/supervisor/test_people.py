"""How many people must say yes, to what they have seen, one by one or together."""

from uuid import UUID

import pytest

from agents.kernel import Partition, admit
from agents.supervisor import AGENT
from agents.supervisor.docket import READERS
from schemas.events import DecisionMade
from tests.agents.supervisor.desk import ENTRY, NOW, advice, applied, autonomy, desk, flag, last, lives, refusal
from tests.agents.worlds import STAFF, fold, live, state_of
from tests.builders import ADMIN, CLINIC, EMPLOYEE, HR, MANAGER, mode, proposal, review, role, uid, withdrawal

CRITICAL = proposal("critical", risk="critical", when=NOW)
OTHER = uid("other manager")


def two(*people: UUID) -> list[str]:
    partition = desk()
    fold(AGENT, CRITICAL, partition=partition)
    return lives(fold(AGENT, *(review(CRITICAL, by=who, name=f"{who}") for who in people), partition=partition))


def test_critical_risk_needs_two_people_of_whom_one_is_an_admin() -> None:
    assert two(MANAGER, ADMIN) == ["routed", "approved"]
    assert two(ADMIN, MANAGER) == ["routed", "approved"]
    assert two(HR, MANAGER) == ["routed", "approved"], "HR counts as admin for its kinds"
    assert two(ADMIN, ADMIN) == ["routed"], "the same review is one"


def test_the_same_person_twice_is_one_person() -> None:
    twice = (review(CRITICAL, by=ADMIN, name=each) for each in "12")
    events = fold(AGENT, CRITICAL, *twice, partition=desk())
    assert lives(events) == ["routed", "routed", "refused"]
    assert refusal(events).reason == "the same person does not approve twice"


def test_two_managers_are_not_enough() -> None:
    partition = live(AGENT, *STAFF, role(OTHER, "manager", CLINIC))
    events = fold(AGENT, CRITICAL, review(CRITICAL), review(CRITICAL, by=OTHER), partition=partition)
    assert refusal(events).reason == "the role admin is still lacking among those who approve it"
    assert lives(fold(AGENT, review(CRITICAL, by=ADMIN), partition=partition)) == ["approved"]


def test_a_role_that_is_withdrawn_takes_its_holders_word_along() -> None:
    partition = live(AGENT, *STAFF, role(OTHER, "manager", CLINIC))
    fold(AGENT, CRITICAL, review(CRITICAL), partition=partition)
    fold(AGENT, role(MANAGER, "manager", revision=2, removed=True), partition=partition)
    events = fold(AGENT, review(CRITICAL, by=OTHER), review(CRITICAL, by=ADMIN), partition=partition)
    assert (lives(events), last(events).approvals) == (["routed", "approved"], [OTHER, ADMIN])


def test_decisions_name_who_has_approved() -> None:
    events = fold(AGENT, CRITICAL, review(CRITICAL), review(CRITICAL, by=ADMIN), partition=desk())
    assert (last(events).approvals, last(events).seats) == ([MANAGER, ADMIN], ["manager", "admin"])


def test_a_critical_one_can_be_rejected_by_one() -> None:
    assert lives(fold(AGENT, CRITICAL, review(CRITICAL, "reject"), partition=desk())) == ["routed", "rejected"]


def test_nobody_decides_on_their_own_proposal() -> None:
    made = ENTRY.model_copy(update={"proposer": MANAGER})
    events = fold(AGENT, made, review(made), review(made, by=HR), partition=desk())
    assert lives(events) == ["routed", "refused", "approved"]


def test_whoever_edited_what_it_rests_on_does_not_approve_it_alone() -> None:
    made = ENTRY.model_copy(update={"editors": [MANAGER]})
    assert lives(fold(AGENT, made, review(made), partition=desk())) == ["routed", "refused"]
    assert lives(fold(AGENT, made, review(made, "reject"), partition=desk())) == ["routed", "rejected"]
    both = CRITICAL.model_copy(update={"editors": [MANAGER]})
    events = fold(AGENT, both, review(both), review(both, by=ADMIN), partition=desk())
    assert lives(events) == ["routed", "routed", "approved"]


@pytest.mark.parametrize("word", ["approve", "reject", "edit"])
def test_what_has_changed_since_it_was_seen_is_not_decided(word: str) -> None:
    stale = review(ENTRY, word, seen="something else")
    events = fold(AGENT, ENTRY, stale, partition=desk())
    assert refusal(events).reason == "it has changed since it was looked at: look at it again"
    assert refusal(events).winner == last(events).decision_id


def test_what_was_seen_before_the_world_moved_does_not_count_after_it() -> None:
    partition = desk()
    seen = last(fold(AGENT, ENTRY, partition=partition)).binding
    approved = fold(AGENT, review(ENTRY, seen=seen), partition=partition)
    moved = fold(
        AGENT, applied(approved, "stale").model_copy(update={"recorded_at": NOW.replace(hour=13)}), partition=partition
    )
    late = review(ENTRY, seen=seen, name="late")
    assert lives(fold(AGENT, late, partition=partition)) == ["refused"]
    assert lives(fold(AGENT, review(ENTRY, seen=last(moved).binding, name="again"), partition=partition)) == [
        "approved"
    ]


def many(made: object, *, opened: bool = True, partition: Partition | None = None) -> list[str]:
    events = [review(made, "opened", name="o")] if opened else []  # type: ignore[arg-type]
    both = [made, *events, review(made, batch=uid("batch"), name="b")]  # type: ignore[arg-type]
    return lives(fold(AGENT, *both, partition=partition or desk()))  # type: ignore[arg-type]


def test_together_with_others_only_what_was_opened_and_is_not_grave() -> None:
    assert many(ENTRY) == ["routed", "approved"]
    assert many(ENTRY, opened=False) == ["routed", "refused"]
    assert many(flag()) == ["routed", "refused"]
    assert many(proposal(risk="high")) == ["routed", "refused"]


def test_who_has_opened_it_is_remembered_within_bounds() -> None:
    partition = desk()
    readers = [review(ENTRY, "opened", by=uid(f"{each}"), name=f"{each}") for each in range(READERS + 3)]
    fold(AGENT, ENTRY, *readers, readers[-1], partition=partition)
    assert [each.opened for each in state_of(partition).cases] == [
        tuple(each.reviewer_id.bytes for each in readers[3:])
    ]
    assert fold(AGENT, review(proposal("unknown"), "opened"), partition=partition) == []


def test_a_comment_decides_nothing() -> None:
    assert lives(fold(AGENT, ENTRY, review(ENTRY, "comment", by=EMPLOYEE), partition=desk())) == ["routed"]


def test_whoever_asks_for_changes_is_the_only_one_to_approve_without_them() -> None:
    ask = review(ENTRY, "request_changes", by=HR)
    events = fold(AGENT, ENTRY, ask, review(ENTRY), review(ENTRY, by=HR), partition=desk())
    assert lives(events) == ["routed", "routed", "refused", "approved"]


def test_what_was_approved_is_stopped_before_it_takes_effect() -> None:
    stop = review(ENTRY, "stop", by=HR)
    assert lives(fold(AGENT, ENTRY, review(ENTRY), stop, partition=desk())) == [
        "routed",
        "approved",
        "reversal_approved",
    ]
    shown = review(advice(), "stop")
    events = fold(AGENT, advice(), shown, partition=desk(autonomy("semi_autonomous")))
    assert lives(events) == ["auto_approved", "withdrawn"]


def test_an_admin_adopts_what_was_proposed_in_shadow_once_its_agent_is_live() -> None:
    made = proposal(shadow=True, when=NOW)
    adopt = review(made, "adopt", by=ADMIN)
    alive = live(AGENT, *STAFF, mode("attendance", "live"))
    events = fold(AGENT, made, review(made, "adopt", by=MANAGER), adopt, review(made), partition=alive)
    assert lives(events) == ["refused", "routed", "approved"]
    assert isinstance(events[1], DecisionMade)
    assert lives(fold(AGENT, made, adopt, partition=desk())) == ["refused"], "it is paused"
    late = review(made, "adopt", by=ADMIN, when=made.expires_at)
    alive = live(AGENT, *STAFF, mode("attendance", "live"))
    assert refusal(fold(AGENT, made, late, partition=alive)).reason == "it has expired"


def test_what_was_adopted_is_withdrawn_like_any_other() -> None:
    """The agent knows nothing of the adoption: its withdrawal is still one of a trial."""
    made, alive = proposal(shadow=True, when=NOW), live(AGENT, *STAFF, mode("attendance", "live"))
    _, admitted = admit("paused", {str(made.proposal_id): "shadow"}, [withdrawal(made)])
    events = fold(AGENT, made, review(made, "adopt", by=ADMIN), *admitted, partition=alive)
    assert lives(events) == ["routed", "withdrawn"]


def test_what_has_no_kind_any_more_is_adopted_by_nobody() -> None:
    made = proposal(shadow=True, when=NOW, kind="gone")
    adopted = fold(AGENT, made, review(made, "adopt", by=ADMIN), partition=desk())
    assert refusal(adopted).reason == "only an admin adopts what was proposed in shadow"


def test_only_the_newest_shadow_proposal_of_the_same_stands() -> None:
    partition = desk()
    newer = proposal("newer", shadow=True, when=NOW)
    fold(AGENT, proposal("older", shadow=True, when=NOW), newer, partition=partition)
    standing = [each.id for each in state_of(partition).cases if each.status == "shadow"]
    assert standing == [newer.proposal_id.bytes]
