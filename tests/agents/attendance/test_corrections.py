"""What is known better later, and policies: rule by rule as docs/attendance.md, with values derived by hand."""

from datetime import timedelta

from agents.attendance import AGENT
from schemas.events import ProposalWithdrawn, ShiftJudged
from schemas.policies import AttendancePolicy
from tests.agents.attendance.telling import (
    NINE,
    NOON,
    judgements,
    partition_after,
    published,
    raised,
    said,
    under,
    verdict,
)
from tests.agents.worlds import fold
from tests.builders import ELSEWHERE, EMPLOYEE, MANAGER, at, cancelled, kinds, punch, shift, voided


def test_corrected_punch_supersedes_with_a_newer_version() -> None:
    wrong = punch(at("9:20"), name="p")
    right = punch(at("8:58"), name="p", revision=2)
    events = fold(AGENT, NINE, wrong, right)
    assert kinds(events) == ["ShiftJudged", "ProposalMade", "ShiftJudged", "ProposalWithdrawn"]
    assert [event.version for event in events if isinstance(event, ShiftJudged)] == [1, 2]
    assert judgements(fold(AGENT, NINE, right, wrong)) == [("on_time", 0)], "an older revision changes nothing"


def test_correction_to_other_minutes_withdraws_and_raises_anew() -> None:
    events = fold(AGENT, NINE, punch(at("9:20"), name="p"), punch(at("9:10"), name="p", revision=2))
    first, second = raised(events, "lateness_entry")
    assert [first.raised, second.raised] == [1, 2]
    assert first.proposal_id != second.proposal_id
    (gone,) = (event for event in events if isinstance(event, ProposalWithdrawn))
    assert gone.proposal_id == first.proposal_id
    assert events.index(gone) < events.index(second)


def test_voided_punch_never_happened() -> None:
    made = punch(at("9:20"))
    assert verdict(NINE, made, voided(made)) == ("pending", 0)
    assert verdict(NINE, voided(made), made) is None
    assert verdict(NINE, made, voided(made), NOON) == ("absent_provisional", 0)


def test_voided_punch_takes_no_shift_of_the_same_id_with_it() -> None:
    name = f"shift of {NINE.starts_at.isoformat()}"
    assert verdict(voided(punch(at("8:00"), name=name), 9), NINE, punch(at("9:20"))) == ("late", 20)


def test_voided_punch_can_come_back() -> None:
    made = punch(at("9:20"), name="p")
    assert verdict(NINE, made, voided(made), punch(at("9:20"), name="p", revision=3)) == ("late", 20)
    assert verdict(NINE, made, voided(made), voided(made, 3)) == ("pending", 0)


def test_cancelled_shift_is_judged_so_only_if_it_was_judged() -> None:
    assert fold(AGENT, NINE, cancelled(NINE)) == []
    events = fold(AGENT, NINE, punch(at("9:20")), cancelled(NINE))
    assert judgements(events) == [("late", 20), ("cancelled", 0)]
    assert kinds(events)[-1] == "ProposalWithdrawn"
    assert fold(AGENT, NINE, cancelled(NINE), NINE) == []


def test_cancelled_shift_that_comes_back_goes_on_with_its_versions() -> None:
    again = shift(at("9:00"), revision=3, recorded=at("9:00", -1))
    void = cancelled(NINE).model_copy(update={"recorded_at": at("9:00", -2)})
    events = fold(AGENT, NINE, punch(at("9:20")), void, again)
    assert [event.version for event in said(events)] == [1, 2, 3]
    assert [each.raised for each in raised(events, "lateness_entry")] == [1, 2]


def test_cancelled_twice_is_cancelled_once() -> None:
    void, more = (cancelled(NINE, each).model_copy(update={"recorded_at": at("9:00", -2)}) for each in (2, 3))
    again = shift(at("9:00"), revision=4, recorded=at("9:00", -1))
    events = fold(AGENT, NINE, punch(at("9:20")), void, more, again)
    assert [event.version for event in said(events)] == [1, 2, 3]


def test_shift_given_to_somebody_else_is_theirs() -> None:
    theirs = shift(at("9:00"), who=MANAGER, revision=2)
    events = fold(AGENT, NINE, NOON, cancelled(NINE), theirs, punch(at("9:10"), who=MANAGER))
    found = [(event.employee_id, event.verdict) for event in said(events)]
    assert found == [(EMPLOYEE, "late"), (EMPLOYEE, "absent_provisional"), (EMPLOYEE, "cancelled"), (MANAGER, "late")]


def test_judged_shift_that_moves_is_judged_anew_even_if_the_verdict_stays() -> None:
    known = shift(at("9:00"), recorded=at("9:00", -9))
    moved = shift(at("9:00"), revision=2, where=ELSEWHERE, recorded=at("9:00", -1))
    events = fold(AGENT, known, punch(at("8:55")), moved)
    assert judgements(events) == [("on_time", 0), ("on_time", 0)]
    assert [event.location_id for event in events if isinstance(event, ShiftJudged)][-1] == ELSEWHERE
    longer = shift(at("9:00"), 9, revision=2)
    assert judgements(fold(AGENT, NINE, punch(at("8:55")), longer)) == [("on_time", 0)]


def test_late_shift_that_moves_so_that_nobody_was_late_takes_its_entry_back() -> None:
    moved = shift(at("9:20"), name=f"shift of {NINE.starts_at.isoformat()}", revision=2)
    events = fold(AGENT, NINE, punch(at("9:20")), moved)
    assert judgements(events) == [("late", 20), ("on_time", 0)]
    assert kinds(events)[-1] == "ProposalWithdrawn"


def test_policy_in_force_at_the_start_of_the_shift_judges_it() -> None:
    strict = published(AttendancePolicy(grace=timedelta()), at("0:00", 1))
    events = fold(AGENT, strict, NINE, shift(at("9:00", 1)), punch(at("9:03")), punch(at("9:03", 1)))
    found = [(event.verdict, event.policy_version) for event in said(events)]
    assert found == [("on_time", 0), ("late", 1)]


def test_policy_that_comes_after_the_facts_judges_them_again() -> None:
    strict = published(AttendancePolicy(grace=timedelta()), at("8:59"))
    assert judgements(fold(AGENT, NINE, punch(at("9:03")), strict)) == [("on_time", 0), ("late", 3)]
    unrelated = strict.model_copy(update={"policy": "supervision", "document": "{}"})
    assert len(fold(AGENT, NINE, punch(at("9:03")), unrelated)) == 1


def test_policy_that_changes_no_judgement_changes_no_state() -> None:
    partition = partition_after(NINE, punch(at("8:55")))
    partition.take_changes()
    fold(AGENT, published(AttendancePolicy(grace=timedelta()), at("0:00", 1)), partition=partition)
    assert partition.take_changes().cells == {}


def test_duplicate_changes_no_state() -> None:
    partition = partition_after(NINE, punch(at("8:55")))
    partition.take_changes()
    fold(AGENT, NINE, punch(at("8:55")), partition=partition)
    assert partition.take_changes().cells == {}


def test_longer_grace_in_odd_seconds_is_named_as_it_is() -> None:
    odd = AttendancePolicy(grace=timedelta(seconds=90))
    (made,) = raised(under(odd, NINE, punch(at("9:02"))), "lateness_entry")
    assert "grace is 0:01:30" in made.rules[0]
