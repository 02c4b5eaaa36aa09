"""Every kind, on whatever was there before: taken back, all in force is as it was; and previews tell the truth."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.events import DecisionMade
from schemas.kinds import AttendanceFlag, DisciplinaryReview, LatenessEntry, Payload
from sinks.apply import Applier, Place
from sinks.apply.applier import EFFECTS
from streams.settings import Settings
from tests.sinks.apply.bench import OWNERS, decided, say
from tests.sinks.events import START, uid

pytestmark = pytest.mark.stack
Connection = psycopg.Connection[Any]
APPLIER = Applier(lambda *_: True)
SHIFTS = [f"shift {number}" for number in range(2)]
IN_FORCE = {
    "public.attendance": "true",
    "public.attendance_flags": "lifted_at is null",
}
"""The tables that effects write, and which of their rows count: what was taken back may stay as a record."""
PAYLOADS: dict[str, Callable[[int, int], Payload]] = {
    "lateness_entry": lambda shift, number: LatenessEntry(
        employee_id=uid("employee"), shift_id=uid(SHIFTS[shift]), minutes_late=number
    ),
    "attendance_flag": lambda shift, number: AttendanceFlag(
        employee_id=uid("employee"),
        shift_ids=tuple(uid(each) for each in SHIFTS[: shift + 1]),
        first_start=START,
        last_start=START + timedelta(minutes=number),
    ),
    "disciplinary_review": lambda shift, number: DisciplinaryReview(
        employee_id=uid("employee"),
        shift_ids=(uid(SHIFTS[shift]),),
        first_start=START,
        last_start=START,
        episodes=number,
        threshold=3,
        since=START,
        shifts=(),
        avoided_by=(uid(SHIFTS[shift]),),
        action="hearing",
    ),
}
STEP = st.tuples(st.sampled_from(sorted(PAYLOADS)), st.integers(0, 1), st.integers(0, 90), st.booleans())


@pytest.fixture(scope="module")
def applier(migrated: Settings) -> Iterator[Connection]:
    with psycopg.connect(migrated.dsn("postgres"), autocommit=True) as owner:
        owner.execute(f"insert into public.locations (id, name, zone) values ('{uid('clinic')}', 'Clinic', 'UTC')")
        owner.execute(
            "insert into public.employees (id, name, location_id, hired_on)"
            f" values ('{uid('employee')}', 'A', '{uid('clinic')}', '2020-01-01'),"
            f" ('{uid('other')}', 'B', '{uid('clinic')}', '2020-01-01')"
        )
        for name in SHIFTS:
            owner.execute(
                "insert into public.shifts (id, employee_id, location_id, starts_at, ends_at) values"
                f" ('{uid(name)}', '{uid('employee')}', '{uid('clinic')}', '2026-03-02 08:00Z', '2026-03-02 16:00Z')"
            )
        owner.execute(
            "insert into public.time_punches (employee_id, direction, at)"
            f" values ('{uid('employee')}', 'in', '2026-03-02 09:45Z')"
        )
        owner.execute("insert into public.person_roles (employee_id, role) values (%s, 'admin')", (uid("other"),))
        owner.execute("insert into public.agent_modes (agent, mode, author) values ('attendance', 'live', 'test')")
        OWNERS.append(owner)
        with psycopg.connect(migrated.dsn("rollcall_applier")) as opened:
            yield opened
            opened.rollback()
        OWNERS.pop()
    with psycopg.connect(migrated.dsn("postgres"), autocommit=True) as owner:
        owner.execute("set session_replication_role = replica")
        for table in (
            "review_commands",
            "person_roles",
            "agent_modes",
            "time_punches",
            "shifts",
            "employees",
            "locations",
        ):
            owner.execute(f"delete from public.{table}")


def decision(step: tuple[str, int, int, bool], name: str, **changed: Any) -> DecisionMade:
    kind, shift, number, _ = step
    said = {"kind": kind, "payload": PAYLOADS[kind](shift, number), "proposal_id": uid(("proposal", name)), **changed}
    return decided(changed.pop("status", "approved"), name, **{k: v for k, v in said.items() if k != "status"})


def inverse(of: DecisionMade, name: str) -> DecisionMade:
    payload = EFFECTS[of.kind].payload.model_validate_json(of.payload)
    return decided(
        "reversal_approved", name, payload=payload, kind=of.kind, proposal_id=of.proposal_id, reverses=of.decision_id
    )


def settle(connection: Connection, decision: DecisionMade) -> str:
    for person in decision.approvals:
        say(OWNERS[-1], decision, person)
    APPLIER.settle(connection, decision, Place("t", 0, 0))
    query = "select outcome from public.applications where decision_id = %s"
    ((outcome,),) = connection.execute(query, (decision.decision_id,)).fetchall()
    return str(outcome)


def in_force(connection: Connection) -> list[Any]:
    return [
        connection.execute(f"select to_jsonb(t) from {table} t where {counts} order by id".encode()).fetchall()
        for table, counts in IN_FORCE.items()
    ]


def noted(connection: Connection, decision: DecisionMade) -> Any:
    query = "select changes from rollcall.ledger where decision_id = %s"
    return (connection.execute(query, (decision.decision_id,)).fetchone() or [None])[0] or []


def previewed(connection: Connection, decision: DecisionMade) -> tuple[str, Any]:
    verdict = APPLIER.preview(connection, decision.model_copy(update={"status": "pending"}))
    return verdict.outcome, [each._asdict() for each in verdict.changes]


def test_every_kind_with_an_effect_and_every_table_that_effects_write_is_tried(applier: Connection) -> None:
    assert sorted(PAYLOADS) == sorted(EFFECTS)
    written = applier.execute(
        "select tgrelid::regclass::text from pg_trigger where tgname = 'note_change' order by 1"
    ).fetchall()
    assert [f"public.{name}" for (name,) in written] == sorted(IN_FORCE)


@pytest.mark.parametrize("kind", sorted(EFFECTS))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(STEP, min_size=1, max_size=4), shift=st.integers(0, 1), number=st.integers(0, 90))
def test_applied_and_taken_back_everything_in_force_is_as_it_was(
    applier: Connection, kind: str, before: list[tuple[str, int, int, bool]], shift: int, number: int
) -> None:
    with applier.transaction(force_rollback=True):
        for place, step in enumerate(before):
            earlier = decision(step, f"earlier {place}")
            assert settle(applier, earlier) == "applied"
            if step[3]:
                assert settle(applier, inverse(earlier, f"its end {place}")) == "reverted"
        rows = in_force(applier)
        last = decision((kind, shift, number, False), "last")

        foreseen = previewed(applier, last)
        assert in_force(applier) == rows
        assert (settle(applier, last), noted(applier, last)) == foreseen
        assert in_force(applier) != rows

        end = inverse(last, "end")
        foreseen = previewed(applier, end)
        assert (settle(applier, end), noted(applier, end)) == foreseen
        assert in_force(applier) == rows
        applier.execute("set constraints all immediate")


@pytest.mark.parametrize("kind", sorted(EFFECTS))
def test_what_was_taken_back_can_be_put_in_force_again(applier: Connection, kind: str) -> None:
    with applier.transaction(force_rollback=True):
        first = decision((kind, 1, 20, False), "first", proposal_id=uid("contested"))
        assert settle(applier, first) == "applied"
        assert settle(applier, inverse(first, "suspended")) == "reverted"
        again = decision((kind, 1, 20, False), "again", proposal_id=uid("contested"))
        assert settle(applier, again) == "applied"
        assert len([row for rows in in_force(applier) for row in rows]) == 1
        assert settle(applier, inverse(again, "over")) == "reverted"
        assert in_force(applier) == [[], []]
        applier.execute("set constraints all immediate")
