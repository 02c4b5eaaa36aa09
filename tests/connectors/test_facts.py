"""What people tell of shifts and places becomes a row, or an answer that says what to say instead."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from connectors import facts
from connectors.commands import CommandRefused
from connectors.facts import Said, Span
from streams.settings import Settings
from tests.connectors.conftest import PERSON, PLACE

pytestmark = pytest.mark.stack
Connection = psycopg.Connection[Any]
AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
BOSS, NOBODY = UUID(int=4), UUID(int=99)
MORNING = Span(PLACE, AT, AT + HOUR)


@pytest.fixture
def shift(database: Settings) -> UUID:
    shift_id = uuid4()
    with psycopg.connect(database.dsn("rollcall_migrator")) as owner:
        owner.execute(
            "insert into employees (id, name, location_id, hired_on) values (%s, 'Bo', %s, '2026-01-01')"
            " on conflict do nothing",
            (BOSS, PLACE),
        )
        owner.execute(
            "insert into shifts (id, employee_id, location_id, starts_at, ends_at) values (%s, %s, %s, %s, %s)",
            (shift_id, PERSON, PLACE, AT, AT + 8 * HOUR),
        )
    return shift_id


def row(console: Connection, table: str, columns: str, identity: UUID) -> Any:
    return console.execute(f"select {columns} from {table} where id = %s".encode(), (identity,)).fetchone()


def test_a_call_is_of_now_unless_it_says_when(console: Connection, shift: UUID) -> None:
    columns = "employee_id, shift_id, taken_by, announced_at = created_at, announced_at"
    now = facts.call(console, shift, taken_by=BOSS)
    assert row(console, "absence_calls", "employee_id, shift_id, taken_by", now) == (PERSON, shift, BOSS)
    then = facts.call(console, shift, taken_by=PERSON, announced_at=AT)
    assert row(console, "absence_calls", columns, then) == (PERSON, shift, PERSON, False, AT)
    with pytest.raises(CommandRefused, match=r"is yet to come: it is .*Check the zone"):
        facts.call(console, shift, taken_by=BOSS, announced_at=datetime.now(UTC) + HOUR)


def test_an_exception_says_what_of_which_shift_and_why(console: Connection, shift: UUID) -> None:
    given = facts.give_exception(console, Said(shift, "leave_early", BOSS, "a dentist", 45))
    columns = "employee_id, shift_id, kind, minutes, given_by, reason"
    found = row(console, "attendance_exceptions", columns, given)
    assert found == (PERSON, shift, "leave_early", 45, BOSS, "a dentist")


def test_contact_is_with_somebody_and_of_no_shift(console: Connection, shift: UUID) -> None:
    assert shift
    made = facts.contact(console, PERSON, given_by=BOSS, at=AT)
    columns = "employee_id, shift_id, kind, given_at, reason"
    assert row(console, "attendance_exceptions", columns, made) == (PERSON, None, "contacted", AT, "")


def test_a_closure_and_an_outage_hold_at_a_place_for_a_time(console: Connection) -> None:
    closed = facts.close(console, MORNING, declared_by=PERSON, reason="storm")
    columns = "location_id, starts_at, ends_at"
    assert row(console, "closures", f"{columns}, declared_by, reason", closed) == (
        PLACE,
        AT,
        AT + HOUR,
        PERSON,
        "storm",
    )
    out = facts.confirm_outage(console, MORNING, confirmed_by=PERSON)
    assert row(console, "clock_outages", f"{columns}, confirmed_by", out) == (PLACE, AT, AT + HOUR, PERSON)


REFUSED: list[tuple[Callable[[Connection, UUID], object], str]] = [
    (lambda console, _: facts.call(console, NOBODY, taken_by=BOSS), f"there is no shift {NOBODY}"),
    (lambda console, shift: facts.call(console, shift, taken_by=NOBODY), f"nobody has the employee id {NOBODY}"),
    (
        lambda console, shift: facts.give_exception(console, Said(shift, "excused", PERSON, "so")),
        "excused is not for oneself to say",
    ),
    (lambda console, shift: facts.give_exception(console, Said(shift, "worked", BOSS)), "worked needs a reason"),
    (
        lambda console, shift: facts.give_exception(console, Said(shift, "kind", BOSS)),
        "is not a kind of exception; there are: excused, come_late",
    ),
    (lambda console, _: facts.contact(console, NOBODY, given_by=BOSS), f"nobody has the employee id {NOBODY}"),
    (
        lambda console, _: facts.close(console, Span(NOBODY, AT, AT + HOUR), declared_by=BOSS, reason=""),
        f"there is no location {NOBODY}",
    ),
    (
        lambda console, _: facts.close(console, Span(PLACE, AT, AT), declared_by=BOSS, reason=""),
        "it has to end after it begins",
    ),
    (
        lambda console, _: facts.confirm_outage(console, Span(PLACE, AT, AT - HOUR), confirmed_by=BOSS),
        "it has to end after it begins",
    ),
    (lambda console, _: facts.confirm_outage(console, MORNING, confirmed_by=NOBODY), "nobody has the employee id"),
]


@pytest.mark.parametrize(("tell", "words"), REFUSED)
def test_what_makes_no_sense_is_refused_in_words(
    console: Connection, shift: UUID, tell: Callable[[Connection, UUID], object], words: str
) -> None:
    with pytest.raises(CommandRefused, match=words):
        tell(console, shift)


def test_before_its_changes_are_captured_a_fact_is_refused_with_what_mends_it(owner: Connection) -> None:
    owner.execute("update rollcall.captures set confirmed_at = null where table_name = 'closures'")
    with pytest.raises(CommandRefused, match="rollcall connectors apply"):
        facts.close(owner, MORNING, declared_by=PERSON, reason="storm")
