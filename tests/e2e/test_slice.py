"""From a committed row to an applied decision, over every real part."""

from datetime import timedelta

import pytest

from tests.e2e.clinic import Clinic
from tests.eventually import eventually

pytestmark = pytest.mark.stack
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


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
    somebody, now = clinic.hire(), clinic.now()
    for days in (9, 5):
        clinic.late(somebody, now - days * DAY, minutes=30)
    clinic.shift(somebody, now - 3 * HOUR)  # nobody came, and a tick will say so
    (flag,) = eventually(lambda: clinic.proposals(somebody, "attendance_flag"), within=30)
    eventually(lambda: clinic.proposals(somebody, "attendance_flag")[0][1] == "routed")
    refused = clinic.answer(flag[0], "approve", reviewer_id=somebody)
    reason = "select reason from mart.decisions where review_id = %s"
    assert eventually(lambda: clinic.rows(reason, refused))
    assert clinic.proposals(somebody, "attendance_flag")[0][1] == "routed"
    clinic.answer(flag[0], "approve")
    eventually(lambda: clinic.proposals(somebody, "attendance_flag")[0][1] == "applied")
    assert len(clinic.rows("select 1 from public.attendance_flags where proposal_id = %s", flag[0])) == 1


def test_the_first_answer_wins_and_the_second_learns_which(clinic: Clinic) -> None:
    somebody, now = clinic.hire(), clinic.now()
    for days in (9, 5, 2):
        clinic.late(somebody, now - days * DAY, minutes=30)
    eventually(lambda: [s for _, s in clinic.proposals(somebody, "attendance_flag")] == ["routed"], within=30)
    (flag, _) = clinic.proposals(somebody, "attendance_flag")[0]
    clinic.answer(flag, "reject")
    second = clinic.answer(flag, "approve")
    winner = eventually(lambda: clinic.rows("select decision_id from mart.decisions where review_id = %s", second))
    rejected = clinic.rows(
        "select decision_id from mart.decisions where proposal_id = %s and status = 'rejected'", flag
    )
    assert winner == rejected
    assert clinic.rows("select 1 from public.attendance_flags where proposal_id = %s", flag) == []
