"""What must still hold when a decision takes effect, and what waits because it cannot be taken back."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from connectors.commands import publish_policy
from schemas.kinds import LATENESS_ENTRY
from schemas.policies import Policy, RoutingPolicy, Rule, SupervisionPolicy
from sinks.apply import Applier, Place
from sinks.apply.applier import EFFECTS
from streams.settings import Settings
from tests.eventually import eventually
from tests.sinks.apply.bench import (
    APPLIER,
    FLAG,
    OFFSETS,
    Connection,
    decided,
    entries,
    mode,
    release,
    reports,
    reversal,
    say,
    settle,
)
from tests.sinks.events import uid

pytestmark = pytest.mark.stack
# -- what must still hold when it takes effect

EARLIER = (
    "insert into public.time_punches (employee_id, direction, at)"
    f" values ('{uid('employee')}', 'in', '2026-03-02 08:01Z')"
)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("delete from public.time_punches", "punch_gone"),
        ("update public.time_punches set voided = true", "punch_gone"),
        ("update public.time_punches set at = '2026-03-02 08:00Z' where direction = 'in'", "punch_gone"),
        (EARLIER, "came_earlier"),
    ],
)
def test_an_approved_entry_is_not_written_once_its_punches_say_otherwise(
    applier: Connection, server: Connection, change: str, reason: str
) -> None:
    mode(server, "paused")
    settle(applier, decided("approved"))
    server.execute(change)
    mode(server, "live")
    release(applier)

    assert entries(server) == []
    assert reports(server) == [("stale", reason)]


def difference(server: Connection) -> list[list[Any]]:
    """What has moved, of the one that is stale."""
    rows = server.execute("select difference from public.applications where outcome = 'stale'").fetchall()
    return [[each[name] for name in ("of", "field", "before", "now")] for (said,) in rows for each in said]


def role(server: Connection, *names: str) -> None:
    server.execute("delete from public.person_roles")
    for name in names:
        server.execute("insert into public.person_roles (employee_id, role) values (%s, %s)", (uid("other"), name))


@pytest.mark.parametrize(
    ("held", "risk", "outcome"),
    [
        ((), "low", ("stale", "approver_lost_role")),
        (("manager",), "low", ("applied", "")),
        (("manager",), "high", ("stale", "approver_lost_role")),
        (("hr",), "high", ("applied", "")),
        (("auditor",), "low", ("stale", "approver_lost_role")),
    ],
)
def test_who_has_approved_must_still_hold_a_role_that_may(
    applier: Connection, server: Connection, held: tuple[str, ...], risk: str, outcome: tuple[str, str]
) -> None:
    role(server, *held)
    settle(applier, decided(risk=risk))

    assert reports(server) == [outcome]


@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        ({"approvals": [uid("employee")]}, "approved_by_subject"),
        ({"approvals": [uid("other"), uid("other")], "seats": ["manager", "admin"]}, "approvals_missing"),
        ({"status": "auto_approved", "kind": "attendance_flag", "payload": FLAG}, "needs_a_human"),
    ],
)
def test_a_decision_that_the_supervisor_never_makes_is_not_applied(
    applier: Connection, server: Connection, forged: dict[str, Any], reason: str
) -> None:
    role(server, "admin")
    server.execute("insert into public.person_roles (employee_id, role) values (%s, 'hr')", (uid("employee"),))
    settle(applier, decided(**{"status": "approved", **forged}))

    assert reports(server) == [("stale", reason)]


def test_a_role_at_another_place_is_none(applier: Connection, server: Connection) -> None:
    elsewhere = "insert into public.locations (id, name, zone) values (%s, 'Elsewhere', 'UTC')"
    server.execute(elsewhere, (uid("elsewhere"),))
    role(server)
    server.execute(
        "insert into public.person_roles (employee_id, role, location_id) values (%s, 'manager', %s)",
        (uid("other"), uid("elsewhere")),
    )
    settle(applier, decided())

    assert reports(server) == [("stale", "approver_lost_role")]


# -- what happens on its own


def publish(server: Connection, policy: Policy) -> datetime:
    """Return when it is in force."""
    publish_policy(server, policy, author="test", reason="so")
    ((now,),) = server.execute("select rollcall.now()").fetchall()
    assert isinstance(now, datetime)
    return now


AUTONOMOUS = SupervisionPolicy(autonomy={"lateness_entry": "autonomous"})
CAREFULLY = SupervisionPolicy(autonomy={"attendance/lateness_entry": "semi_autonomous"})
SMALL = RoutingPolicy(
    rules=(Rule(name="small", when='kind == "lateness_entry" && provenance == "trusted"', then="auto"),)
)
ASKED = RoutingPolicy(rules=(Rule(name="small", when='risk == "low"', then="role", roles=("manager",)),))


@pytest.mark.parametrize(
    ("policy", "said", "outcome"),
    [
        (AUTONOMOUS, {}, ("applied", "")),
        (AUTONOMOUS, {"risk": "critical"}, ("stale", "needs_a_human")),
        (AUTONOMOUS, {"rule": "small"}, ("stale", "not_allowed_alone")),
        (CAREFULLY, {}, ("applied", "")),
        (CAREFULLY, {"risk": "medium"}, ("stale", "not_allowed_alone")),
        (SupervisionPolicy(), {}, ("stale", "not_allowed_alone")),
        (SMALL, {"rule": "small"}, ("applied", "")),
        (SMALL, {}, ("stale", "not_allowed_alone")),
        (ASKED, {"rule": "small"}, ("stale", "not_allowed_alone")),
        (AUTONOMOUS, {"status": "approved", "approvals": [], "happening": "restore"}, ("applied", "")),
        (SMALL, {"status": "approved", "approvals": [], "happening": "restore"}, ("stale", "not_allowed_alone")),
    ],
)
def test_what_happens_on_its_own_is_what_the_policies_in_the_tables_let(
    applier: Connection, server: Connection, policy: Policy, said: dict[str, Any], outcome: tuple[str, str]
) -> None:
    at = publish(server, policy)
    settle(applier, decided(**{"status": "auto_approved", "recorded_at": at, **said}))

    assert reports(server) == [outcome]
    alone = [["proposal", "may happen alone by", f"rule {rule}" if (rule := said.get("rule")) else "low risk", None]]
    if outcome[1] == "not_allowed_alone" and "risk" not in said:
        assert difference(server) == alone


def test_what_was_to_happen_on_its_own_is_asked_for_when_the_policy_has_changed_meanwhile(
    applier: Connection, server: Connection
) -> None:
    at = publish(server, AUTONOMOUS)
    publish(server, SupervisionPolicy())
    alone = decided("auto_approved", "alone", recorded_at=at, proposal_id=uid("alone"))
    settle(applier, alone, decided())

    assert reports(server) == [("stale", "policy_changed"), ("applied", "")]
    assert difference(server) == [["policy supervision", "autonomy", {"lateness_entry": "autonomous"}, {}]]


# -- an agent is paused while its effects are under way


def test_who_pauses_an_agent_waits_for_the_effect_under_way(
    migrated: Settings, applier: Connection, server: Connection
) -> None:
    with psycopg.connect(migrated.dsn("rollcall_console")) as pausing, ThreadPoolExecutor(1) as pool:
        say(server, decided(), uid("other"))
        with applier.transaction():
            APPLIER.settle(applier, decided(), Place("t", 0, next(OFFSETS)))
            paused = pool.submit(pausing.execute, "update public.agent_modes set mode = 'paused'")
            eventually(lambda: waits_for(server, pausing, applier), 30)
        paused.result(30)
        pausing.commit()
    settle(applier, decided(name="after"))

    assert entries(server) == [(7, uid("decision"))]
    assert server.execute("select decision_id from rollcall.held").fetchall() == [(uid("after"),)]


def test_an_effect_waits_for_who_is_pausing_its_agent_and_then_does_not_happen(
    migrated: Settings, applier: Connection, server: Connection
) -> None:
    with psycopg.connect(migrated.dsn("rollcall_console")) as pausing, ThreadPoolExecutor(1) as pool:
        pausing.execute("update public.agent_modes set mode = 'paused'")
        settled = pool.submit(settle, applier, decided())
        eventually(lambda: waits_for(server, applier, pausing), 30)
        pausing.commit()
        settled.result(30)

    assert (entries(server), reports(server)) == ([], [])
    assert server.execute("select decision_id from rollcall.held").fetchall() == [(uid("decision"),)]


def waits_for(server: Connection, one: Connection, other: Connection) -> None:
    (blocking,) = server.execute("select pg_blocking_pids(%s)", (one.info.backend_pid,)).fetchone() or ([],)
    assert other.info.backend_pid in blocking


# -- what cannot be taken back

LASTING = replace(EFFECTS["lateness_entry"], kind=replace(LATENESS_ENTRY, reversible=False))
CAREFUL = Applier(lambda *_: True, effects={"lateness_entry": LASTING})


def test_what_cannot_be_taken_back_waits_its_time_and_is_then_done(applier: Connection, server: Connection) -> None:
    settle(applier, decided("approved"), by=CAREFUL)
    assert not release(applier, CAREFUL)
    ((waits,),) = server.execute("select due_at - held_at from rollcall.held").fetchall()
    assert timedelta(hours=23, minutes=59) < waits < timedelta(hours=24, minutes=1)

    server.execute("set session_replication_role = replica")  # nobody shortens it otherwise
    server.execute("update rollcall.held set due_at = rollcall.now()")
    server.execute("set session_replication_role = origin")

    assert release(applier, CAREFUL)
    assert entries(server) == [(7, uid("decision"))]
    settle(applier, reversal("decision"), by=CAREFUL)
    assert reports(server) == [("applied", ""), ("failed", "irreversible")]


def test_what_cannot_be_taken_back_can_be_stopped_while_it_waits(applier: Connection, server: Connection) -> None:
    settle(applier, decided("approved"), reversal("decision"), by=CAREFUL)
    assert not release(applier, CAREFUL)
    assert server.execute("select count(*) from rollcall.held").fetchone() == (0,)
    assert reports(server) == [("reverted", "never_applied")]
