"""A role that is lent travels as every other row, and counts where the answer stands in the log."""

from datetime import timedelta

import pytest

from connectors import delegations
from connectors.commands import CommandRefused
from connectors.delegations import Loan
from streams.authority import approver_rows, check
from tests.e2e.clinic import Clinic
from tests.eventually import eventually

pytestmark = pytest.mark.stack


def test_a_delegate_decides_in_the_managers_place_while_it_runs(clinic: Clinic) -> None:
    somebody, deputy = clinic.hire(), clinic.hire()
    clinic.flagged(somebody)
    flag = clinic.asked(somebody)
    with pytest.raises(CommandRefused, match="does not hold a role where the subject works"):
        clinic.answer(flag, "approve", reviewer_id=deputy)
    lent = Loan(clinic.manager_id, deputy, "manager", clinic.now() + timedelta(days=20), "on leave")
    given = delegations.give(clinic.connection, lent)
    check(clinic.connection, flag, deputy, "approve")
    assert deputy in [each["id"] for each in approver_rows(clinic.settings, flag)]
    clinic.answer(flag, "approve", reviewer_id=deputy)
    eventually(lambda: clinic.proposals(somebody, "attendance_flag") == [(flag, "applied")], within=60)
    decided = "select reviewer_id from mart.decisions where proposal_id = %s and status = 'approved'"
    assert clinic.rows(decided, flag) == [(deputy,)]
    delegations.end(clinic.connection, given, ended_by=deputy)
    with pytest.raises(CommandRefused, match="does not hold the role manager"):
        check(clinic.connection, flag, deputy, "reject")
