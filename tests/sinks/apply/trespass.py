"""Writes past the program, with the credentials of each role: who may not, is refused."""

from random import Random

import psycopg
import pytest

from tests.sinks.apply.accounts import Connection

ROLES = ("ingest", "agents", "translator", "sinks", "applier", "console", "analyst", "auditor")
WRITES = {
    "public.attendance": "minutes_late = 0",
    "public.attendance_flags": "lifted_at = null",
    "public.applications": "outcome = 'applied'",
    "public.review_commands": "verdict = 'approve'",
    "public.person_roles": "role = 'admin'",
    "public.agent_modes": "mode = 'live'",
    "public.delegations": "role = 'admin'",
    "public.policies": "document = '{}'",
    "rollcall.ledger": "outcome = 'applied'",
    "rollcall.held": "agent = 'x'",
    "rollcall.audit": "entry = '{}'",
    "mart.decisions": "seats = '{}'",
}
"""What guards an effect, or is one, and what somebody would like to set in it."""
MAY = {
    "applier": {"insert": {"public.attendance", "public.attendance_flags", "public.applications", "rollcall.ledger",
                           "rollcall.held"},
                "update": {"public.attendance", "public.attendance_flags", "rollcall.ledger"},
                "delete": {"public.attendance", "rollcall.held"}},
    "console": {"insert": {"public.review_commands", "public.agent_modes", "public.delegations", "public.policies"},
                "update": {"public.agent_modes"}},
    "auditor": {"insert": {"rollcall.audit"}},
    "sinks": {"insert": {"mart.decisions"}, "update": {"mart.decisions"}},
}  # fmt: skip
"""Who writes what as their work; everything else is nobody's."""


def trespass(connection: Connection, role: str, dice: Random) -> str:
    """Try one write that is not this role's, see it refused, and return which."""
    tables = sorted(WRITES)
    verb, table = dice.choice(["insert", "update", "delete"]), dice.choice(tables)
    if table in MAY.get(role, {}).get(verb, set()):
        return f"{verb} {table}: {role}'s own"
    statement = {
        "insert": f"insert into {table} default values",
        "update": f"update {table} set {WRITES[table]}",
        "delete": f"delete from {table}",
    }[verb]
    with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
        connection.execute(statement.encode())
    return f"{statement}: refused to {role}"
