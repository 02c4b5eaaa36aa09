"""The subject has a say: time to contest, what contesting suspends, and who decides on it."""

from datetime import datetime, timedelta

import pytest

from agents.supervisor import AGENT
from agents.supervisor.windows import working_days_after, zone
from schemas.events import DecisionMade, Event
from schemas.kinds import KINDS, Kind, LatenessEntry
from tests.agents.supervisor.desk import ENTRY, FLAG, NOW, advice, applied, autonomy, desk, flag, last, lives, refusal
from tests.agents.worlds import STAFF, fold, world
from tests.builders import ADMIN, CLINIC, EMPLOYEE, HR, MANAGER, SUBJECT, at, location, proposal, report, review, tick

GRAVE = proposal("grave", kind="attendance_flag", payload=FLAG, risk="high", when=NOW)
WINDOW = NOW + timedelta(days=7)
CONTEST = review(flag(), "contest", by=EMPLOYEE)
OVER = timedelta(days=8)


def in_force(*after: Event) -> list[Event]:
    """Fold a flag that was approved by the manager and applied, and what comes then."""
    told: list[Event] = [flag(), review(flag())]
    told.append(applied(fold(AGENT, *told, partition=desk()), made=flag()))
    return fold(AGENT, *told, *after, partition=desk())


def test_what_is_grave_cannot_be_approved_while_the_subject_may_contest_it() -> None:
    early, late = review(GRAVE, by=HR, when=WINDOW - timedelta(seconds=1)), review(GRAVE, by=HR, when=WINDOW, name="l")
    events = fold(AGENT, GRAVE, early, late, partition=desk())
    assert lives(events) == ["routed", "refused", "approved"]
    assert refusal(events).reason == f"the subject may contest it until {WINDOW.isoformat()}"
    assert next(each.contest_until for each in events if isinstance(each, DecisionMade)) == WINDOW


def test_it_cannot_be_edited_into_force_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "minutes", Kind("minutes", LatenessEntry, action="employment_consequence", hr=True))
    made = proposal("minutes", kind="minutes", risk="high", when=NOW)
    edit = review(made, "edit", by=HR, payload=made.payload.replace(":9", ":8"))
    assert "may contest it until" in refusal(fold(AGENT, made, edit, partition=desk())).reason


def test_it_can_be_rejected_at_once() -> None:
    assert lives(fold(AGENT, GRAVE, review(GRAVE, "reject", by=HR), partition=desk())) == ["routed", "rejected"]


def test_the_subject_can_waive_the_time_to_contest() -> None:
    waived = review(GRAVE, "waive", by=EMPLOYEE)
    assert lives(fold(AGENT, GRAVE, waived, review(GRAVE, by=HR), partition=desk())) == ["routed", "routed", "approved"]


@pytest.mark.parametrize(
    ("word", "who", "when", "why"),
    [
        ("waive", MANAGER, NOW, "only the subject contests, or gives up the time to"),
        ("waive", EMPLOYEE, WINDOW, "there is no time to contest that anybody waits for"),
        ("contest", MANAGER, NOW, "only the subject contests, or gives up the time to"),
    ],
)
def test_nobody_else_says_it_and_nothing_is_waived_that_is_over(
    word: str, who: object, when: datetime, why: str
) -> None:
    events = fold(AGENT, GRAVE, review(GRAVE, word, by=who, when=when), partition=desk())  # type: ignore[arg-type]
    assert refusal(events).reason == why


def test_time_to_contest_is_in_working_days_as_clocks_go_where_the_subject_works() -> None:
    there = world(*STAFF, location(CLINIC, "America/New_York", revision=2))
    assert zone(SUBJECT, there).utcoffset(NOW) == timedelta(hours=-5)
    assert zone("employee:nobody", there).utcoffset(NOW) == timedelta()
    friday, spring = at("12:00", 4), timedelta(hours=1)
    assert working_days_after(friday, 1, zone(SUBJECT, there)) == at("12:00", 7) - spring, "clocks go forward on Sunday"
    assert working_days_after(friday, 0, zone(SUBJECT, there)) == friday


def test_contested_while_open_somebody_new_decides() -> None:
    critical = GRAVE.model_copy(update={"risk": "critical"})
    first = review(critical, by=MANAGER, when=NOW + OVER)
    contest = review(critical, "contest", by=EMPLOYEE, when=NOW + OVER)
    again, hr, admin = (review(critical, by=who, when=NOW + OVER, name=f"{who}2") for who in (MANAGER, HR, ADMIN))
    events = fold(AGENT, critical, first, contest, again, hr, admin, partition=desk())
    assert lives(events) == ["routed", "routed", "contested", "refused", "contested", "approved"]
    assert refusal(events).reason.startswith("who decided it before does not decide again")
    assert (last(events).contest, set(last(events).approvals)) == ("dismissed", {HR, ADMIN})


def test_whose_approval_an_edit_has_replaced_does_not_decide_on_the_contest_either() -> None:
    made = proposal("critical", risk="critical", when=NOW)
    edit = review(made, "edit", by=HR, payload=made.payload.replace(":9", ":8"), name="edit")
    contest, again = review(made, "contest", by=EMPLOYEE), review(made, by=MANAGER, name="again")
    events = fold(AGENT, made, review(made, by=MANAGER), edit, contest, again, partition=desk())
    assert lives(events) == ["routed", "routed", "routed", "contested", "refused"]
    assert refusal(events).reason.startswith("who decided it before does not decide again")


def test_a_contest_of_what_is_open_is_upheld_by_rejecting_it() -> None:
    events = fold(AGENT, flag(), CONTEST, review(flag(), "reject"), partition=desk())
    assert lives(events) == ["routed", "contested", "rejected"]
    assert last(events).contest == "upheld"


def test_contested_in_force_it_is_suspended_and_comes_back_when_it_is_dismissed() -> None:
    events = in_force(CONTEST, review(flag(), by=HR))
    assert lives(events)[2:] == ["applied", "suspended", "approved"]
    suspended, back = [each for each in events if isinstance(each, DecisionMade)][-2:]
    assert suspended.reverses is not None
    assert (back.contest, back.approvals) == ("dismissed", [HR])
    assert back.decision_id != suspended.reverses


def test_contested_in_force_it_stays_taken_back_when_it_is_upheld() -> None:
    events = in_force(CONTEST, review(flag(), "reject", by=HR))
    assert lives(events)[3:] == ["suspended", "reversal_approved"]
    assert last(events).contest == "upheld"


def test_whoever_has_approved_it_does_not_decide_on_the_contest() -> None:
    assert lives(in_force(CONTEST, review(flag(), name="again")))[3:] == ["suspended", "refused"]


def test_a_contest_that_nobody_decides_on_is_upheld() -> None:
    events = in_force(CONTEST, tick(at("12:00", 15)))
    assert lives(events)[3:] == ["suspended", "reversal_approved"]
    assert last(events).contest == "upheld"


def test_it_is_contested_once() -> None:
    events = in_force(CONTEST, review(flag(), by=HR), review(flag(), "contest", by=EMPLOYEE, name="again"))
    assert refusal(events).reason == "it was contested before: dismissed"


def test_what_could_not_be_suspended_stands_until_it_is_decided() -> None:
    start = in_force(CONTEST)
    failed = report(flag(), last(start).decision_id, "failed", NOW)
    assert lives(in_force(CONTEST, failed, review(flag(), by=HR)))[3:] == ["suspended", "contested", "applied"]
    upheld = in_force(CONTEST, failed, review(flag(), "reject", by=HR))
    assert lives(upheld)[3:] == ["suspended", "contested", "reversal_approved"]
    edit = review(flag(), "edit", by=HR, payload=FLAG)
    assert refusal(in_force(CONTEST, failed, edit)).reason.startswith("what was done is not changed")


def test_what_cannot_be_taken_back_stands_while_it_is_contested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "final", Kind("final", LatenessEntry, action="status_update", hr=True, reversible=False))
    made = proposal("final", kind="final", when=NOW)
    contest = review(made, "contest", by=EMPLOYEE)
    start = fold(AGENT, made, review(made), partition=desk())
    done = applied(start, made=made)
    events = fold(AGENT, made, review(made), done, contest, review(made, by=HR), partition=desk())
    assert lives(events)[2:] == ["applied", "contested", "applied"]
    before = fold(AGENT, made, review(made), contest, partition=desk())
    assert lives(before)[-1] == "suspended", "it can still be stopped"


def test_advice_has_nothing_to_suspend() -> None:
    contest = review(advice(), "contest", by=EMPLOYEE)
    events = fold(AGENT, advice(), contest, partition=desk(autonomy("semi_autonomous")))
    assert lives(events) == ["auto_approved", "contested"]


def test_what_is_closed_is_not_contested() -> None:
    events = fold(AGENT, ENTRY, review(ENTRY, "reject"), review(ENTRY, "contest", by=EMPLOYEE), partition=desk())
    assert refusal(events).reason == "it is already rejected"
