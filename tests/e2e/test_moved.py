"""The world moves between approval and effect: it is not done, and whoever is asked again sees what is different."""

import json
from uuid import UUID, uuid4

import pytest

from tests.e2e.clinic import Clinic
from tests.e2e.test_dead_letters import rollcall
from tests.eventually import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]


def standing(clinic: Clinic, somebody: UUID) -> list[str]:
    return [status for _, status in clinic.proposals(somebody, "attendance_flag")]


def test_a_role_that_was_withdrawn_is_shown_to_who_is_asked_instead(clinic: Clinic) -> None:
    somebody, other = clinic.hire(), clinic.hire()
    clinic.write("person_roles", id=uuid4(), employee_id=other, role="manager", location_id=clinic.location_id)
    clinic.flagged(somebody)
    eventually(lambda: standing(clinic, somebody) == ["routed"], within=60)
    ((flag, _),) = clinic.proposals(somebody, "attendance_flag")
    try:
        assert rollcall(clinic.settings, "agents", "pause", "attendance", "--as", "tests").returncode == 0
        clinic.answer(flag, "approve")
        eventually(lambda: clinic.rows("select 1 from rollcall.ledger where proposal_id = %s", flag), within=60)
        clinic.rows("delete from public.person_roles where employee_id = %s returning id", clinic.manager_id)
        foreseen = rollcall(clinic.settings, "proposals", "preview", str(flag))
        assert (foreseen.returncode, "stale (approver_lost_role)" in foreseen.stderr) == (1, True)
        assert "it would wait first: agent_not_live" in foreseen.stderr
    finally:
        assert rollcall(clinic.settings, "agents", "live", "attendance", "--apply-held").returncode == 0
    eventually(lambda: standing(clinic, somebody) == ["routed"], within=60)

    story = json.loads(rollcall(clinic.settings, "proposals", "show", str(flag), "--json").stdout)
    moved = {"of": f"employee {clinic.manager_id}", "field": "may decide as", "before": "manager"}
    assert [(each["status"], each["difference"]) for each in story[0]["steps"]] == [
        ("routed", None),
        ("approved", None),
        ("stale", [{**moved, "now": None}]),
        ("routed", [{**moved, "now": None}]),
    ]
    shown = rollcall(clinic.settings, "proposals", "show", str(flag), "--as", str(other)).stdout
    assert f"has moved    employee {clinic.manager_id}, may decide as: manager -> None" in shown
    assert clinic.rows("select 1 from public.attendance_flags where proposal_id = %s", flag) == []
    clinic.answer(flag, "approve", other)
    eventually(lambda: standing(clinic, somebody) == ["applied"], within=60)
