"""What is changed between approval and apply is not done, for any kind; and it is said what is different."""

from typing import Any

import pytest

from schemas.events import DecisionMade
from schemas.kinds import DisciplinaryReview
from sinks.apply.applier import EFFECTS
from tests.sinks.apply.bench import FLAG, Connection, decided, entries, mode, release, reports, settle
from tests.sinks.events import START, uid

pytestmark = pytest.mark.stack
REVIEW = DisciplinaryReview(
    employee_id=uid("employee"), shift_ids=(uid("shift"),), first_start=START, last_start=START, episodes=3,
    threshold=3, since=START, shifts=(), avoided_by=(uid("shift"),), action="hearing",
)  # fmt: skip
APPROVED: dict[str, DecisionMade] = {
    "lateness_entry": decided(),
    "attendance_flag": decided(kind="attendance_flag", payload=FLAG),
    "disciplinary_review": decided(kind="disciplinary_review", payload=REVIEW),
}
SHIFT = f"shift {uid('shift')}"
OTHER = f"employee {uid('other')}"
THEIRS = str(uid("employee"))
EARLIER = (
    "insert into public.time_punches (employee_id, direction, at)"
    f" values ('{uid('employee')}', 'in', '2026-03-02 08:02Z')"
)
ANY_KIND: list[tuple[str, list[Any]]] = [
    ("delete from public.shifts", [SHIFT, "exists", True, False]),
    ("update public.shifts set cancelled = true", [SHIFT, "cancelled", False, True]),
    (
        f"update public.shifts set employee_id = '{uid('other')}'",
        [SHIFT, "employee_id", THEIRS, "somebody else"],
    ),
]
LATENESS: list[tuple[str, list[Any]]] = [
    ("delete from public.time_punches", [SHIFT, "came", "2026-03-02T08:07:00+00:00", None]),
    (
        "update public.time_punches set at = '2026-03-02 08:00Z' where direction = 'in'",
        [SHIFT, "came", "2026-03-02T08:07:00+00:00", "2026-03-02T08:00:00+00:00"],
    ),
    (
        EARLIER,
        [SHIFT, "came", "2026-03-02T08:07:00+00:00", "2026-03-02T08:02:00+00:00"],
    ),
]
NO_ROLE = "delete from public.person_roles"
ASKED = {"lateness_entry": "manager", "attendance_flag": "manager", "disciplinary_review": "admin"}
CHANGES = [
    *((kind, *each) for kind in sorted(EFFECTS) for each in ANY_KIND),
    *((kind, NO_ROLE, [OTHER, "may decide as", role, None]) for kind, role in ASKED.items()),
    *(("lateness_entry", *each) for each in LATENESS),
]


@pytest.mark.parametrize(("kind", "change", "said"), CHANGES)
def test_what_was_changed_after_it_was_approved_is_not_done_and_it_is_said_what(
    applier: Connection, server: Connection, kind: str, change: str, said: list[Any]
) -> None:
    mode(server, "paused")
    settle(applier, APPROVED[kind])
    server.execute(change.encode())
    mode(server, "live")
    release(applier)

    ((outcome, _),) = reports(server)
    ((difference,),) = server.execute("select difference from public.applications").fetchall()
    assert outcome == "stale"
    assert [[each[name] for name in ("of", "field", "before", "now")] for each in difference] == [said]
    assert entries(server) == []
    assert server.execute("select count(*) from public.attendance_flags").fetchone() == (0,)


def test_every_kind_is_tried() -> None:
    assert sorted(APPROVED) == sorted(EFFECTS)
