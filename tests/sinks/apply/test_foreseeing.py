"""What `rollcall proposals preview` shows of a recorded proposal is what its decision then does."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from schemas.kinds import LatenessEntry
from schemas.kinds.reversal import Reversal
from sinks import Sink, proposals
from sinks.apply import Applier, Place
from sinks.merge import write
from streams.console import NotFound
from streams.foreseeing import foresee
from streams.settings import Settings
from tests.sinks.apply.bench import decided, say
from tests.sinks.events import proposed, recorded, uid

pytestmark = pytest.mark.stack
Connection = psycopg.Connection[Any]
ENTRY = LatenessEntry(employee_id=uid("employee"), shift_id=uid("shift"), minutes_late=7)
WORLD = f"""
insert into public.locations (id, name, zone) values ('{uid("clinic")}', 'Clinic', 'UTC');
insert into public.employees (id, name, location_id, hired_on)
    values ('{uid("employee")}', 'A', '{uid("clinic")}', '2020-01-01'),
           ('{uid("other")}', 'B', '{uid("clinic")}', '2020-01-01');
insert into public.person_roles (employee_id, role) values ('{uid("other")}', 'manager');
insert into public.shifts (id, employee_id, location_id, starts_at, ends_at)
    values ('{uid("shift")}', '{uid("employee")}', '{uid("clinic")}', '2026-03-02 08:00Z', '2026-03-02 16:00Z');
insert into public.time_punches (employee_id, direction, at) values ('{uid("employee")}', 'in', '2026-03-02 08:07Z');
insert into public.agent_modes (agent, mode, author) values ('attendance', 'live', 'test')
"""
TABLES = ("public.review_commands", "public.person_roles", "public.agent_modes",
          "public.attendance", "public.time_punches", "public.shifts", "public.employees",
          "public.locations", "public.applications", "rollcall.ledger", "mart.proposals")  # fmt: skip


@pytest.fixture
def known(migrated: Settings) -> Iterator[Settings]:
    """A shift that somebody came late to, and the proposal that says so."""
    with psycopg.connect(migrated.dsn("postgres"), autocommit=True) as owner:
        owner.execute(WORLD)
        said = proposed().model_copy(update={"payload": ENTRY.canonical()})
        back = Reversal(about=said.subject, proposal_id=said.proposal_id)
        other = proposed("back").model_copy(update={"payload": back.canonical(), "kind": "reversal"})
        keep(owner, proposals.SINK, said, other)
        yield migrated
        owner.execute("set session_replication_role = replica")
        for table in TABLES:
            owner.execute(f"delete from {table}")


def keep(owner: Connection, sink: Sink, *events: Any) -> None:
    rows = [sink.row(recorded(event, offset)) for offset, event in enumerate(events)]
    with owner.transaction():
        write(owner, sink, [row for row in rows if row is not None])


def changed(settings: Settings) -> Any:
    with psycopg.connect(settings.dsn("postgres")) as owner:
        return owner.execute("select changes from rollcall.ledger order by log_offset").fetchall()


def apply(settings: Settings, *decisions: Any) -> None:
    with (
        psycopg.connect(settings.dsn("postgres"), autocommit=True) as owner,
        psycopg.connect(settings.dsn("rollcall_applier"), autocommit=True) as applier,
    ):
        for offset, decision in enumerate(decisions):
            for person in decision.approvals:
                say(owner, decision, person)
            with applier.transaction():
                Applier(lambda *_: True).settle(applier, decision, Place("t", 0, offset))


def test_a_proposal_shows_the_rows_that_its_decision_then_writes_and_then_those_of_its_reversal(
    known: Settings,
) -> None:
    approval = decided("approved", payload=ENTRY)
    end = decided("reversal_approved", "end", payload=ENTRY, reverses=approval.decision_id)

    applies = foresee(known, uid("proposal")).document()
    apply(known, approval)
    reverts, as_well = foresee(known, uid("proposal")).document(), foresee(known, uid("back")).document()
    apply(known, approval, end)

    assert (applies["would"], applies["outcome"]) == ("apply", "applied")
    assert (reverts["would"], reverts["outcome"]) == ("revert", "reverted")
    assert changed(known) == [(applies["changes"],), (reverts["changes"],)]
    assert as_well["changes"] == reverts["changes"]
    assert json.dumps(applies)


def test_each_value_that_would_be_another_is_a_line(known: Settings) -> None:
    lines = foresee(known, uid("proposal")).rows()
    told = {line["column"]: (line["before"], line["after"]) for line in lines}
    assert {line["table"] for line in lines} == {"public.attendance"}
    assert told["minutes_late"] == (None, 7)
    assert told["decision_id"] == (None, "$decision")


def test_what_takes_back_what_is_not_in_force_changes_nothing(known: Settings) -> None:
    assert foresee(known, uid("back")).document()["changes"] == []


def test_nobody_foresees_what_nobody_has_proposed(known: Settings) -> None:
    with pytest.raises(NotFound, match="rollcall proposals list"):
        foresee(known, uuid4())
