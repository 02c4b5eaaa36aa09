"""What is kept about somebody can be given out and their words erased; ids stay, and the audit trail holds."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors

from connectors import persons
from connectors.commands import CommandRefused
from connectors.translate import CAPTURES
from schemas.lifecycle import CLOSED
from sinks.audit import append
from streams.audit import verify_in
from streams.migrate import migrate
from streams.settings import Settings
from tests.fresh import fresh_database

pytestmark = pytest.mark.stack
Connection = psycopg.Connection[Any]
WHO, HR, PLACE = uuid4(), uuid4(), uuid4()
SECRET = "Xanthippe"  # nothing else is called so
WORLD = f"""
update rollcall.captures set confirmed_at = now();
insert into public.locations (id, name, zone) values ('{PLACE}', 'North', 'UTC');
insert into public.employees (id, name, contact, location_id, hired_on)
    values ('{WHO}', '{SECRET}', '{SECRET}@example.org', '{PLACE}', '2020-01-01'),
           ('{HR}', 'Hera', null, '{PLACE}', '2020-01-01');
insert into public.person_roles (employee_id, role) values ('{HR}', 'hr'), ('{WHO}', 'manager');
insert into public.leave_requests (employee_id, kind, starts_at, ends_at)
    values ('{WHO}', 'sick {SECRET}', '2026-03-02 08:00Z', '2026-03-03 08:00Z');
insert into public.shifts (id, employee_id, location_id, starts_at, ends_at)
    values ('{uuid4()}', '{WHO}', '{PLACE}', '2026-03-02 08:00Z', '2026-03-02 16:00Z');
insert into public.attendance_exceptions (employee_id, shift_id, kind, given_by, reason)
    select '{WHO}', id, 'excused', '{HR}', 'the dog of {SECRET}' from public.shifts;
insert into public.review_commands (proposal_id, subject, verdict, reviewer_id, note, seen)
    values (gen_random_uuid(), 'employee:{WHO}', 'reject', '{HR}', '{SECRET} was there', 'x'),
           (gen_random_uuid(), 'employee:{HR}', 'comment', '{WHO}', 'says {SECRET}', null);
insert into public.delegations (delegator_id, delegate_id, role, ends_at, reason)
    values ('{WHO}', '{HR}', 'manager', rollcall.now() + interval '3 days', '{SECRET} is away')
"""


@pytest.fixture
def house(settings: Settings) -> Iterator[Settings]:
    with fresh_database(settings) as fresh:
        migrate(fresh)
        with psycopg.connect(fresh.dsn("rollcall_migrator")) as owner:
            owner.execute(WORLD.encode())
        with psycopg.connect(fresh.dsn("rollcall_auditor")) as auditor:
            append(auditor, [json.dumps({"event": "a decision", "subject": f"employee:{WHO}"})])
        yield fresh


@pytest.fixture
def console(house: Settings) -> Iterator[Connection]:
    with psycopg.connect(house.dsn("rollcall_console"), autocommit=True) as opened:
        yield opened


def everything(house: Settings) -> str:
    """Every row of every table, as text."""
    with psycopg.connect(house.dsn("postgres")) as owner:
        tables = owner.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables"
            " where schemaname in ('public', 'mart', 'rollcall')"
        ).fetchall()
        rows = [owner.execute(f"select to_jsonb(t)::text from {name} t".encode()).fetchall() for (name,) in tables]
    return "\n".join(text for found in rows for (text,) in found)


def propose(house: Settings) -> None:
    with psycopg.connect(house.dsn("postgres")) as owner:
        owner.execute(
            "insert into mart.proposals (proposal_id, subject, agent, kind, shadow, tenant_id, topic, partition)"
            f" values ('{uuid4()}', 'employee:{WHO}', 'a', 'k', false, 'default', 't', 0)"
        )


def test_all_words_are_gone_the_ids_are_not_and_the_chain_holds(house: Settings, console: Connection) -> None:
    assert everything(house).count(SECRET) == 7
    erased = persons.erase(console, WHO, by=HR)
    left = everything(house)
    assert SECRET not in left
    assert str(WHO) in left
    assert "Hera" in left
    assert {column: count for column, count in erased.items() if count} == {
        "public.attendance_exceptions.reason": 1,
        "public.delegations.reason": 1,
        "public.employees.contact": 1,
        "public.employees.name": 1,
        "public.leave_requests.kind": 1,
        "public.review_commands.note": 2,
    }
    verdict = verify_in(console, [])
    assert (verdict.ok, verdict.rows) == (True, 2)
    ((entry,),) = console.execute("select entry from rollcall.audit where sequence = 2").fetchall()
    said = json.loads(entry)
    assert (said["event"], said["subject"], said["reviewer_id"]) == (
        "rollcall.audit.PersonErased", f"employee:{WHO}", str(HR),
    )  # fmt: skip


def test_a_second_time_there_is_nothing_to_erase(console: Connection) -> None:
    persons.erase(console, WHO, by=HR)
    assert set(persons.erase(console, WHO, by=HR).values()) == {0}


def test_while_proposals_are_open_it_must_be_forced(house: Settings, console: Connection) -> None:
    propose(house)
    with pytest.raises(CommandRefused, match=r"1 proposals about .* are open"):
        persons.erase(console, WHO, by=HR)
    assert SECRET in everything(house)
    persons.erase(console, WHO, by=HR, forced=True)
    assert SECRET not in everything(house)


@pytest.mark.parametrize("by", [WHO, uuid4()], ids=["a manager", "nobody"])
def test_neither_is_for_everybody(console: Connection, by: UUID) -> None:
    for asked in (persons.erase, persons.export):
        with pytest.raises(CommandRefused, match="neither the role hr nor admin"):
            asked(console, WHO, by=by)
    with pytest.raises(CommandRefused, match="nobody has the employee id"):
        persons.erase(console, uuid4(), by=HR)


def test_what_is_given_out_is_every_row_with_their_id_and_it_is_audited(console: Connection) -> None:
    kept = persons.export(console, WHO, by=HR)
    assert {name: len(rows) for name, rows in kept.items()} == {
        "public.attendance_exceptions": 1,
        "public.delegations": 1,
        "public.employees": 1,
        "public.leave_requests": 1,
        "public.person_roles": 1,
        "public.review_commands": 2,
        "public.shifts": 1,
        "rollcall.audit": 2,
    }
    assert kept["public.employees"][0]["name"] == SECRET
    assert verify_in(console, []).ok


@pytest.mark.parametrize(
    "statement",
    [
        "update public.review_commands set verdict = 'approve'",
        "update public.review_commands set note = 'something else'",
        "update public.delegations set reason = 'something else'",
        "delete from public.review_commands",
    ],
)
def test_nothing_else_of_a_record_is_changed_even_by_the_owner(house: Settings, statement: str) -> None:
    with psycopg.connect(house.dsn("rollcall_migrator")) as owner, pytest.raises(errors.RestrictViolation):
        owner.execute(statement.encode())


NO_WORDS_OF_PEOPLE = {
    "agent_modes.author", "policies.author", "policies.reason", "dlq_commands.author", "delegations.ended_by",
    "locations.name", "notices.details",
}  # fmt: skip
"""Who operates the installation, why a policy is as it is, a place, an id, codes."""


def test_every_column_that_does_not_travel_can_be_erased_or_has_no_words_of_people(house: Settings) -> None:
    with psycopg.connect(house.dsn("postgres")) as owner:
        listed = {f"{t}.{c}" for t, c in owner.execute("select table_name, column_name from rollcall.personal")}
    hidden = {f"{each.table}.{column}" for each in CAPTURES for column in each.excluded}
    assert hidden - NO_WORDS_OF_PEOPLE == {name.removeprefix("public.") for name in listed}


def test_what_counts_as_open_is_what_the_table_of_lives_does_not_close() -> None:
    assert {"rejected", "expired", "withdrawn", "failed", "reverted"} == CLOSED
