"""An approval counts that somebody has given: for this proposal, on this very content, and not taken back."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.events import DecisionMade
from schemas.kinds import binding
from tests.sinks.apply.bench import FLAG, Connection, decided, entries, entry, reports, say, settle
from tests.sinks.events import START, uid

pytestmark = pytest.mark.stack
OTHER, SECOND = uid("other"), uid("second")
MISSING = ("stale", "approvals_missing")
TWO: dict[str, Any] = {"approvals": [OTHER, SECOND], "seats": ["manager", "admin"], "risk": "critical"}
EDITED = decided("edited_and_approved", approvals=[OTHER], payload=entry(3), happening="edit")


def second(server: Connection, role: str = "manager") -> None:
    server.execute(
        "insert into public.employees (id, name, location_id, hired_on) values (%s, 'C', %s, '2020-01-01')",
        (SECOND, uid("clinic")),
    )
    server.execute("insert into public.person_roles (employee_id, role) values (%s, %s)", (SECOND, role))


@pytest.mark.parametrize(
    "otherwise",
    [
        {"verdict": "comment"},
        {"verdict": "contest"},
        {"verdict": "reject"},
        {"verdict": "opened"},
        {"seen": "something else"},
        {"subject": f"employee:{uid('other')}"},
        {"proposal_id": uid("another proposal")},
        {"reviewer_id": uid("employee")},
        {"given_at": START + timedelta(seconds=1)},
        {"verdict": "edit", "payload": entry(8).canonical(), "seen": "before"},
        {"verdict": "edit", "payload": "no payload", "seen": "before"},
    ],
    ids=str,
)
def test_what_was_said_otherwise_is_no_approval(
    applier: Connection, server: Connection, otherwise: dict[str, Any]
) -> None:
    say(server, decided(), OTHER, **otherwise)
    settle(applier, decided(), unsaid=True)

    assert reports(server) == [MISSING]
    assert entries(server) == []


@pytest.mark.parametrize("kind", ["lateness_entry", "attendance_flag"])
def test_nobody_has_approved_what_only_the_decision_says_they_have(
    applier: Connection, server: Connection, kind: str
) -> None:
    said: dict[str, Any] = {"kind": kind, "payload": FLAG} if kind == "attendance_flag" else {}
    settle(applier, decided(**said), unsaid=True)

    assert reports(server) == [MISSING]


def test_who_has_edited_it_has_approved_what_they_wrote(applier: Connection, server: Connection) -> None:
    written = f'{{"minutes_late": 3, "shift_id": "{uid("shift")}", "employee_id": "{uid("employee")}"}}'
    say(server, EDITED, OTHER, verdict="edit", payload=written, seen="as it was before")
    settle(applier, EDITED, unsaid=True)

    assert entries(server) == [(3, uid("decision"))]


@pytest.mark.parametrize("word", ["reject", "request_changes"])
@pytest.mark.parametrize(("seconds", "counts"), [(-2, True), (0, False), (1, True)])
def test_an_approval_that_was_taken_back_before_it_was_decided_is_none(
    applier: Connection, server: Connection, word: str, seconds: int, *, counts: bool
) -> None:
    say(server, decided(), OTHER, given_at=START - timedelta(seconds=1))
    say(server, decided(), OTHER, verdict=word, given_at=START + timedelta(seconds=seconds))
    settle(applier, decided(), unsaid=True)

    assert reports(server) == [("applied", "") if counts else MISSING]


def test_two_have_to_have_said_it_where_two_are_asked(applier: Connection, server: Connection) -> None:
    second(server)
    say(server, decided(**TWO), OTHER)
    settle(applier, decided(**TWO), unsaid=True)
    settle(applier, decided(name="both", **TWO))

    assert reports(server) == [MISSING, ("applied", "")]


@pytest.mark.parametrize(("ended", "outcome"), [(-1, ("applied", "")), (1, MISSING)])
def test_two_who_act_for_each_other_are_one_pair_of_eyes(
    applier: Connection, server: Connection, ended: int, outcome: tuple[str, str]
) -> None:
    second(server)
    server.execute("set session_replication_role = replica")  # it is long over, and such are not given any more
    server.execute(
        "insert into public.delegations (delegator_id, delegate_id, role, starts_at, ends_at, reason)"
        " values (%s, %s, 'admin', %s, %s, 'away')",
        (OTHER, SECOND, START - timedelta(days=3), START + timedelta(days=ended)),
    )
    server.execute("set session_replication_role = origin")
    try:
        settle(applier, decided(**TWO))
    finally:
        server.execute("set session_replication_role = replica")
        server.execute("delete from public.delegations")

    assert reports(server) == [outcome]


@pytest.mark.parametrize("forged", [{"seats": []}, {"seats": ["manager"]}, {"seats": ["admin"]}])
def test_critical_risk_asks_two_people_whatever_the_decision_says(
    applier: Connection, server: Connection, forged: dict[str, Any]
) -> None:
    settle(applier, decided(risk="critical", **forged))

    assert reports(server) == [MISSING]


def test_two_people_need_a_seat_of_their_own(applier: Connection, server: Connection) -> None:
    second(server, "hr")
    seats: dict[str, Any] = {"approvals": [OTHER, SECOND], "seats": ["manager", "admin"]}
    server.execute("update public.person_roles set role = 'manager'")
    settle(applier, decided(**seats))

    assert reports(server) == [("stale", "approver_lost_role")]


@pytest.mark.parametrize(
    "now",
    [
        f"insert into public.person_roles (employee_id, role) values ('{OTHER}', 'auditor')",
        f"insert into public.person_roles (employee_id, role) values ('{OTHER}', 'service')",
        f"update public.employees set manager_id = '{uid('employee')}' where id = '{OTHER}'",
        f"update public.employees set ended_on = '2020-02-01' where id = '{OTHER}'",
    ],
)
def test_who_may_decide_nothing_about_it_any_more_has_approved_nothing(
    applier: Connection, server: Connection, now: str
) -> None:
    server.execute(now)
    settle(applier, decided())

    assert reports(server) == [("stale", "approver_lost_role")]


def test_what_was_approved_is_what_is_applied(applier: Connection, server: Connection) -> None:
    """The hash is over the payload: another one is not what somebody has seen, nor one with the same hash beside it."""
    say(server, decided(), OTHER)
    other: DecisionMade = decided(payload=entry(8))
    settle(
        applier, other, other.model_copy(update={"decision_id": uid("b"), "binding": decided().binding}), unsaid=True
    )

    assert other.binding == binding(other.payload, START, 0)
    assert reports(server) == [MISSING, ("stale", "binding_broken")]
