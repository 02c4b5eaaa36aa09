"""From a committed row to an applied decision, over every real part."""

from datetime import timedelta
from decimal import Decimal

import pytest

from connectors.commands import CommandRefused
from tests.e2e.clinic import Clinic
from tests.eventually import eventually

pytestmark = pytest.mark.stack
HOUR = timedelta(hours=1)


def test_a_late_punch_becomes_an_entry_on_the_attendance_record(clinic: Clinic) -> None:
    somebody = clinic.hire()
    shift = clinic.late(somebody, clinic.now() - HOUR, minutes=12)
    eventually(lambda: clinic.entry(shift) == 12, within=30)
    eventually(lambda: clinic.verdict(shift) == ("late", 12))
    eventually(lambda: [status for _, status in clinic.proposals(somebody, "lateness_entry")] == ["applied"])


def test_a_correction_takes_the_applied_entry_back(clinic: Clinic) -> None:
    somebody, start = clinic.hire(), clinic.now() - HOUR
    shift = clinic.shift(somebody, start)
    punch = clinic.punch(somebody, start + timedelta(minutes=25))
    eventually(lambda: clinic.entry(shift) == 25, within=30)
    clinic.connection.execute("update public.time_punches set at = %s where id = %s", (start, punch))
    eventually(lambda: clinic.entry(shift) is None)
    eventually(lambda: clinic.verdict(shift) == ("on_time", 0))
    eventually(lambda: [status for _, status in clinic.proposals(somebody, "lateness_entry")] == ["reverted"])


def test_nobody_is_flagged_without_a_manager(clinic: Clinic) -> None:
    somebody = clinic.hire()
    shift = clinic.flagged(somebody)
    (flag,) = eventually(lambda: clinic.proposals(somebody, "attendance_flag"), within=60)
    eventually(lambda: clinic.proposals(somebody, "attendance_flag")[0][1] == "routed")
    with pytest.raises(CommandRefused, match="nobody decides about themself"):
        clinic.answer(flag[0], "approve", reviewer_id=somebody)
    assert clinic.proposals(somebody, "attendance_flag")[0][1] == "routed"
    clinic.answer(flag[0], "approve")
    eventually(lambda: clinic.proposals(somebody, "attendance_flag")[0][1] == "applied")
    raised = "select level, score_tenths, threshold, cardinality(shift_ids) from public.attendance_flags"
    assert clinic.rows(f"{raised} where proposal_id = %s", flag[0]) == [("manager", 773, 80, 5)]
    record = "select reliability_score, agent_flags -> 0 ->> 'level' from mart.attendance_record where shift_id = %s"
    eventually(lambda: clinic.rows(record, shift) == [(Decimal("77.3"), "manager")])


def test_late_truth_suspends_a_flag_that_was_applied(clinic: Clinic) -> None:
    somebody = clinic.hire()
    shift = clinic.flagged(somebody)
    flag = clinic.asked(somebody)
    clinic.answer(flag, "approve")
    eventually(lambda: clinic.proposals(somebody, "attendance_flag") == [(flag, "applied")])
    ((start,),) = clinic.rows("select starts_at from public.shifts where id = %s", shift)
    clinic.connection.execute(
        "update public.time_punches set at = %s where employee_id = %s and direction = 'in' and at > %s",
        (start, somebody, start),
    )
    eventually(lambda: clinic.proposals(somebody, "attendance_flag") == [(flag, "reverted")], within=60)
    lifted = "select lifted_at is not null from public.attendance_flags where proposal_id = %s"
    assert clinic.rows(lifted, flag) == [(True,)]
    eventually(lambda: clinic.rows("select tenths from mart.reliability where employee_id = %s", somebody) == [(818,)])


def test_the_first_answer_wins_and_the_second_learns_which(clinic: Clinic) -> None:
    _, flag = clinic.suspect()
    clinic.answer(flag, "reject")
    second = clinic.answer(flag, "approve")
    winner = eventually(lambda: clinic.rows("select decision_id from mart.decisions where review_id = %s", second))
    rejected = clinic.rows(
        "select decision_id from mart.decisions where proposal_id = %s and status = 'rejected'", flag
    )
    assert winner == rejected
    assert clinic.rows("select 1 from public.attendance_flags where proposal_id = %s", flag) == []
