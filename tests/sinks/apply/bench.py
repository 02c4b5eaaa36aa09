"""A world with one shift, an applier at work on it, and what it has come to."""

from itertools import count
from typing import Any
from uuid import UUID

import psycopg

from schemas.events import DecisionMade
from schemas.kinds import AttendanceFlag, LatenessEntry
from sinks.apply import Applier, Place
from tests.sinks import events
from tests.sinks.events import START, uid

Connection = psycopg.Connection[Any]
APPLIER = Applier(lambda *_: True)
"""Takes the supervisor's word for granted; `test_forgeries.py` does not."""
OFFSETS = count()
OWNERS: list[Connection] = []
"""The owner's connection to the world that there is."""
FLAG = AttendanceFlag(employee_id=uid("employee"), shift_ids=(uid("shift"),), first_start=START, last_start=START)
WORLD = f"""
insert into public.locations (id, name, zone) values ('{uid("clinic")}', 'Clinic', 'Europe/Berlin');
insert into public.employees (id, name, location_id, hired_on)
    values ('{uid("employee")}', 'A', '{uid("clinic")}', '2020-01-01'),
           ('{uid("other")}', 'B', '{uid("clinic")}', '2020-01-01');
insert into public.shifts (id, employee_id, location_id, starts_at, ends_at)
    values ('{uid("shift")}', '{uid("employee")}', '{uid("clinic")}', '2026-03-02 08:00Z', '2026-03-02 16:00Z');
insert into public.time_punches (employee_id, direction, at)
    values ('{uid("employee")}', 'in', '2026-03-02 09:45Z'), ('{uid("employee")}', 'out', '2026-03-02 16:00Z');
insert into public.agent_modes (agent, mode, author) values ('attendance', 'live', 'test');
insert into public.person_roles (employee_id, role) values ('{uid("other")}', 'admin')
"""


def decided(status: str = "approved", name: str = "decision", **changed: Any) -> DecisionMade:
    """Return a decision by the word of the other person, where it asks for an effect."""
    approvals = [uid("other")] if status == "approved" else []
    return events.decided(status, name, **{"approvals": approvals, **changed})


def say(owner: Connection, decision: DecisionMade, person: UUID, **otherwise: Any) -> None:
    """Let somebody approve what a decision says, or say something else; they may, whatever they hold by now."""
    row = {
        "proposal_id": decision.proposal_id,
        "subject": decision.subject,
        "verdict": "approve",
        "reviewer_id": person,
        "seen": decision.binding,
        "given_at": decision.recorded_at,
        "note": "so",
        **otherwise,
    }
    named, places = ", ".join(row), ", ".join(["%s"] * len(row))
    owner.execute("set session_replication_role = replica")
    owner.execute(f"insert into public.review_commands ({named}) values ({places})".encode(), list(row.values()))
    owner.execute("set session_replication_role = origin")


def settle(connection: Connection, *decisions: DecisionMade, by: Applier = APPLIER, unsaid: bool = False) -> None:
    """`unsaid`: nobody has said what the decisions say of them."""
    for decision in decisions:
        for person in () if unsaid else dict.fromkeys(decision.approvals):
            say(OWNERS[-1], decision, person)
        with connection.transaction():
            by.settle(connection, decision, Place("rollcall.decisions.v1", 0, next(OFFSETS)))


def release(connection: Connection, by: Applier = APPLIER) -> bool:
    with connection.transaction():
        return by.release(connection)


def entries(server: Connection) -> list[tuple[int, Any]]:
    return server.execute("select minutes_late, decision_id from public.attendance").fetchall()


def reports(server: Connection) -> list[tuple[str, str]]:
    """Outcome and reason of each application, in order of the ledger."""
    return server.execute(
        "select a.outcome, a.reason from public.applications a join rollcall.ledger l using (decision_id)"
        " order by l.log_offset"
    ).fetchall()


def mode(server: Connection, name: str) -> None:
    server.execute("update public.agent_modes set mode = %s", (name,))


def entry(minutes: int) -> LatenessEntry:
    return LatenessEntry(employee_id=uid("employee"), shift_id=uid("shift"), minutes_late=minutes)


def reversal(of: str, name: str = "reversal", **changed: Any) -> DecisionMade:
    return events.decided(**{"status": "reversal_approved", "name": name, "reverses": uid(of), **changed})


def flagged(name: str = "decision") -> DecisionMade:
    return decided("approved", name, payload=FLAG, kind="attendance_flag")
