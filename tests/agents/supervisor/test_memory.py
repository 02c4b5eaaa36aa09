"""What the supervisor remembers: shadow proposals, bounds, ids."""

from uuid import UUID

from agents.kernel import Outcome, World
from agents.supervisor import AGENT, step
from agents.supervisor.docket import CASES
from schemas.events import DecisionMade
from tests.agents.supervisor.desk import ENTRY, NOW, advice, autonomy, desk, flag, lives
from tests.agents.worlds import fold, state_of
from tests.builders import at, proposal, review, tick, uid, withdrawal


def test_shadow_proposal_is_remembered_and_never_routed() -> None:
    made = proposal(shadow=True)
    partition = desk(autonomy("autonomous"))
    events = fold(AGENT, made, review(made), withdrawal(made), tick(at("12:00", 30)), partition=partition)
    assert lives(events) == ["refused"]
    assert [case.status for case in state_of(partition).cases] == ["withdrawn"]


def test_settled_proposals_are_forgotten_after_the_policys_memory() -> None:
    partition = desk()
    fold(AGENT, flag(), review(flag(), "reject"), proposal("open", when=NOW, cause="another"), partition=partition)
    assert len(state_of(partition).cases) == 2
    fold(AGENT, proposal("much later", when=at("12:01", 90), cause="later"), partition=partition)
    assert {UUID(bytes=case.id) for case in state_of(partition).cases} == {uid("open"), uid("much later")}
    assert state_of(partition).reviews == ()


def test_approved_advice_is_settled_and_an_approved_effect_is_not() -> None:
    partition = desk(autonomy("semi_autonomous"))
    fold(AGENT, advice(), ENTRY, proposal("much later", when=at("12:01", 90), cause="later"), partition=partition)
    assert {UUID(bytes=case.id) for case in state_of(partition).cases} == {ENTRY.proposal_id, uid("much later")}


def test_number_of_settled_proposals_is_bounded_and_open_ones_are_kept() -> None:
    partition = desk()
    fold(AGENT, proposal("open", when=NOW, cause="another"), partition=partition)
    for number in range(CASES + 5):
        fold(AGENT, proposal(f"{number}", kind="unknown", when=NOW), partition=partition)
    cases = state_of(partition).cases
    assert len(cases) == CASES
    assert uid("open").bytes in {case.id for case in cases}


def test_ids_are_stable_and_differ_per_step() -> None:
    events = fold(AGENT, flag(), review(flag()), partition=desk())
    assert events == fold(AGENT, flag(), review(flag()), partition=desk())
    assert len({event.event_id for event in events}) == len(events)
    assert len({event.decision_id for event in events if isinstance(event, DecisionMade)}) == 2


def test_event_that_it_does_not_read_changes_nothing() -> None:
    assert step(None, tick(NOW), World()) == Outcome(None)


def test_repeat_changes_no_state() -> None:
    partition = desk()
    fold(AGENT, flag(), review(flag()), partition=partition)
    partition.take_changes()
    fold(AGENT, flag(), review(flag()), partition=partition)
    assert partition.take_changes().cells == {}
