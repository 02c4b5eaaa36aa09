"""What is in the subject's favour: it suspends at once, does not lapse, and two people must reject it."""

from agents.supervisor import AGENT
from schemas.events import DecisionMade, Event, NoticeRequested, ProposalMade
from schemas.kinds.reversal import Reversal
from schemas.policies import SupervisionPolicy
from tests.agents.supervisor.desk import ENTRY, NOW, advice, applied, desk, flag, last, lives, refusal
from tests.agents.worlds import fold, state_of
from tests.builders import ADMIN, EMPLOYEE, HR, MANAGER, SUBJECT, at, policy, proposal, review, tick, uid, withdrawal

REVERT = review(flag(), "revert", by=MANAGER, name="revert")


def in_force() -> list[Event]:
    told: list[Event] = [flag(), review(flag())]
    return [*told, applied(fold(AGENT, *told, partition=desk()), made=flag())]


def proposed() -> ProposalMade:
    """Return the reversal that the manager proposes."""
    (made,) = (each for each in fold(AGENT, *in_force(), REVERT, partition=desk()) if isinstance(each, ProposalMade))
    return made


def about_flag(events: list[Event]) -> list[str]:
    return lives([each for each in events if isinstance(each, DecisionMade) and each.proposal_id == flag().proposal_id])


def test_a_revert_is_a_proposal_of_its_own() -> None:
    made = proposed()
    assert (made.kind, made.proposer, made.cause) == ("reversal", MANAGER, str(flag().proposal_id))
    events = fold(AGENT, *in_force(), REVERT, partition=desk())
    assert lives(events) == ["routed", "approved", "applied"], "nothing has happened yet"


def test_it_suspends_at_once_and_takes_back_when_somebody_else_approves_it() -> None:
    made = proposed()
    told = [*in_force(), made, review(made, by=MANAGER), review(made, by=HR)]
    events = fold(AGENT, *told, partition=desk())
    assert refusal(events).reason == "nobody decides what they have proposed"
    assert about_flag(events) == ["routed", "approved", "applied", "suspended", "reversal_approved"]


def test_it_may_happen_alone() -> None:
    alone = policy(SupervisionPolicy(autonomy={"reversal": "semi_autonomous"}))
    events = fold(AGENT, *in_force(), proposed(), partition=desk(alone))
    assert about_flag(events) == ["routed", "approved", "applied", "reversal_approved"]


def test_two_people_must_reject_it_and_then_the_effect_is_restored() -> None:
    made = proposed()
    no, again, other = (review(made, "reject", by=who, name=name) for who, name in ((HR, "1"), (HR, "2"), (ADMIN, "3")))
    events = fold(AGENT, *in_force(), made, no, again, other, tick(at("12:30")), partition=desk())
    assert about_flag(events) == ["routed", "approved", "applied", "suspended", "approved"]
    told = [each for each in events if isinstance(each, NoticeRequested) and each.kind == "proposal_not_retracted"]
    assert [each.recipient for each in told] == [f"employee:{EMPLOYEE}"]
    once = fold(AGENT, *in_force(), made, no, again, partition=desk())
    assert about_flag(once)[-1] == "suspended"


def test_it_does_not_expire_but_goes_to_an_admin() -> None:
    made, partition = proposed(), desk()
    events = fold(AGENT, *in_force(), made, tick(at("12:00", 14)), partition=partition)
    assert (last(events).kind, last(events).status, last(events).role) == ("reversal", "routed", "admin")
    assert last(events).expires_at == at("12:00", 28)
    assert "expired" not in lives(fold(AGENT, tick(at("12:00", 60)), partition=partition))


def test_withdrawn_it_restores_what_it_had_suspended() -> None:
    events = fold(AGENT, *in_force(), proposed(), withdrawal(proposed()), partition=desk())
    assert about_flag(events)[-2:] == ["suspended", "approved"]


def test_a_newer_one_keeps_it_suspended() -> None:
    newer = proposed().model_copy(update={"proposal_id": uid("newer")})
    partition = desk()
    events = fold(AGENT, *in_force(), proposed(), newer, partition=partition)
    assert about_flag(events)[-1] == "suspended"
    fold(AGENT, review(newer, by=HR), partition=partition)
    assert {each.status for each in state_of(partition).cases if each.kind == "attendance_flag"} == {
        "reversal_approved"
    }


def test_rejected_while_the_subject_contests_too_the_contest_goes_on() -> None:
    made = proposed()
    contest = review(flag(), "contest", by=EMPLOYEE)
    noes = [review(made, "reject", by=who) for who in (HR, ADMIN)]
    events = fold(AGENT, *in_force(), made, contest, *noes, partition=desk())
    assert about_flag(events)[-1] == "suspended"


def test_there_must_be_something_in_force() -> None:
    payload = Reversal(about=SUBJECT, proposal_id=uid("nothing")).canonical()
    events = fold(AGENT, proposal("r", kind="reversal", payload=payload), partition=desk())
    assert last(events).reason == "there is nothing in force to take back"
    events = fold(AGENT, ENTRY, review(ENTRY, "revert"), partition=desk())
    assert refusal(events).reason == "it is already routed"


def test_advice_has_no_effect_to_take_back() -> None:
    given: list[Event] = [advice(), review(advice())]
    events = fold(AGENT, *given, review(advice(), "revert", by=ADMIN), partition=desk())
    assert refusal(events).reason == "advice has no effect to take back"
    payload = Reversal(about=SUBJECT, proposal_id=advice().proposal_id).canonical()
    events = fold(AGENT, *given, proposal("r", kind="reversal", payload=payload, when=NOW), partition=desk())
    assert last(events).reason == "there is nothing in force to take back"


def test_nobody_contests_what_is_in_their_favour() -> None:
    made = proposed()
    events = fold(AGENT, *in_force(), made, review(made, "contest", by=EMPLOYEE), partition=desk())
    assert refusal(events).reason == "it is in the subject's favour"
