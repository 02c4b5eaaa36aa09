"""kill -9 of every role at every named point, with the real parts: each late punch counts exactly once."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest

from streams import roles
from streams.local.runner import Stack
from streams.settings import Settings
from tests.e2e.clinic import Clinic
from tests.eventually import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
PEOPLE = 25
POINTS = ("after_poll", "after_fold", "before_commit", "after_commit", "after_send")
QUICK = {"ROLLCALL_SESSION_TIMEOUT": "3"}


@dataclass(frozen=True, slots=True)
class Books:
    """What the tables say about the shifts of a test, one late in-punch each."""

    judged: int
    entries: int
    decided: int
    applied: int
    twice: int


def books(clinic: Clinic, shifts: list[str]) -> Books:
    def number(query: str) -> int:
        return int(clinic.rows(query, shifts)[0][0])

    about = "from mart.decisions join mart.proposals p using (proposal_id) where p.cause = any(%s)"
    return Books(
        judged=number("select count(*) from mart.attendance where shift_id::text = any(%s) and verdict like '%%late'"),
        entries=number("select count(*) from public.attendance where shift_id::text = any(%s)"),
        decided=number(f"select count(*) {about} and status = 'auto_approved'"),
        applied=number(f"select count(*) {about} and status = 'applied'"),
        twice=number(
            f"select count(*) from (select 1 {about} and status in ('auto_approved', 'applied')"
            " group by p.cause, status having count(*) > 1) repeated"
        ),
    )


@pytest.mark.parametrize("point", [*POINTS, "after_effect"])
def test_every_late_punch_counts_once_when_all_roles_die_at(point: str, clinic: Clinic, stack: Stack) -> None:
    somebody = [clinic.hire() for _ in range(PEOPLE)]
    dying = [role for role in roles.roles() if point != "after_effect" or role.name == "apply"]
    for number, role in enumerate(dying):
        stack.start_role(replace(role, env=QUICK, once={"ROLLCALL_CRASH": f"{point}:{number + 2}"}))
    start = clinic.now() - timedelta(hours=1)
    shifts: list[str] = []

    def punch(employee: UUID) -> None:
        shifts.append(str(clinic.late(employee, start, minutes=6 + len(shifts))))

    def all_died() -> None:
        """One more person comes whenever all others are done with: who takes many at once passes its point seldom."""
        restarted = {part.name for part in stack.status() if part.restarts}
        if not {role.name for role in dying} <= restarted:
            if books(clinic, shifts).applied == len(shifts):
                punch(clinic.hire())
            raise AssertionError(f"of {[role.name for role in dying]} only {restarted} were started again")

    def all_once() -> None:
        number = len(shifts)
        assert books(clinic, shifts) == Books(judged=number, entries=number, decided=number, applied=number, twice=0)

    for employee in somebody:
        punch(employee)
    eventually(all_died, within=120)
    eventually(all_once, within=120)
    minutes = clinic.rows("select minutes_late from public.attendance where shift_id::text = any(%s)", shifts)
    assert sorted(each for (each,) in minutes) == [6 + number for number in range(len(shifts))]


@pytest.fixture(autouse=True)
def healed(installation: Settings, stack: Stack) -> None:
    """Every role as it was before."""
    for role in roles.roles():
        stack.start_role(role)
