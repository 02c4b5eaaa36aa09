"""What the tables of facts promise by themselves, on the real PostgreSQL: nonsense is refused, in words."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors

from tests.connectors.test_tables import AT, business_now, employee, insert

pytestmark = pytest.mark.stack
Connection = psycopg.Connection[Any]
HOUR = timedelta(hours=1)


class Clinic:
    """Ann, who has a shift, and Bob, at one place."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.ann, self.place = employee(connection)
        self.bob = insert(connection, "employees", name="Bob", location_id=self.place, hired_on=date(2026, 1, 1))
        times = {"starts_at": AT, "ends_at": AT + 8 * HOUR}
        self.shift = insert(connection, "shifts", employee_id=self.ann, location_id=self.place, **times)

    def call(self, **values: Any) -> UUID:
        return insert(self.connection, "absence_calls", **{"shift_id": self.shift, "taken_by": self.bob, **values})

    def exception(self, kind: str, **values: Any) -> UUID:
        given = {"shift_id": self.shift, "given_by": self.bob, "reason": "because", **values}
        return insert(self.connection, "attendance_exceptions", kind=kind, **given)

    def one(self, query: str, *values: object) -> Any:
        row = self.connection.execute(query.encode(), values).fetchone()
        assert row is not None
        return row[0]


@pytest.fixture
def clinic(connection: Connection) -> Clinic:
    return Clinic(connection)


# -- who has edited, and what was known when


def test_a_shift_says_since_when_whoever_has_it_has_had_it(clinic: Clinic) -> None:
    handed = "select handed_over_at from shifts where id = %s"
    clinic.connection.execute("update shifts set edited_by = %s, cancelled = true", (clinic.bob,))
    assert clinic.one(handed, clinic.shift) is None
    before = business_now(clinic.connection)
    clinic.connection.execute("update shifts set employee_id = %s", (clinic.bob,))
    assert before <= clinic.one(handed, clinic.shift) <= business_now(clinic.connection)


@pytest.mark.parametrize("table", ["shifts", "time_punches", "leave_requests"])
def test_who_edits_is_somebody(clinic: Clinic, table: str) -> None:
    insert(clinic.connection, "time_punches", employee_id=clinic.ann, direction="in", at=AT)
    insert(clinic.connection, "leave_requests", employee_id=clinic.ann, starts_at=AT, ends_at=AT + HOUR)
    with pytest.raises(errors.ForeignKeyViolation, match="edited_by"):
        clinic.connection.execute(f"update {table} set edited_by = %s".encode(), (uuid4(),))


def test_a_punch_stands_until_it_is_voided(clinic: Clinic) -> None:
    punch = insert(clinic.connection, "time_punches", employee_id=clinic.ann, direction="in", at=AT)
    assert clinic.one("select voided from time_punches where id = %s", punch) is False


@pytest.mark.parametrize(
    "terms",
    [
        "suspended_until = '2026-03-01'",
        "suspended_from = '2026-03-02', suspended_until = '2026-03-01'",
        "suspended_from = 'infinity'",
        "clocking = 'sometimes'",
    ],
)
def test_terms_make_sense(clinic: Clinic, terms: str) -> None:
    with pytest.raises(errors.CheckViolation), clinic.connection.transaction():
        clinic.connection.execute(f"update employees set {terms} where id = %s".encode(), (clinic.ann,))
    fine = "update employees set suspended_from = '2026-03-01', suspended_until = '2026-03-01', clocking = 'exempt'"
    clinic.connection.execute(fine)


# -- calls


def test_a_call_is_of_whoever_has_the_shift(clinic: Clinic) -> None:
    whose = "select employee_id from absence_calls where id = %s"
    assert clinic.one(whose, clinic.call()) == clinic.one(whose, clinic.call(employee_id=clinic.ann)) == clinic.ann
    with pytest.raises(errors.CheckViolation, match=rf"is not of employee {clinic.bob} but of {clinic.ann}"):
        clinic.call(employee_id=clinic.bob)


def test_a_call_is_of_a_shift_that_there_is(clinic: Clinic) -> None:
    with pytest.raises(errors.CheckViolation, match="there is no shift"):
        clinic.call(shift_id=uuid4())


def test_what_was_said_of_a_shift_stays_when_it_is_given_away_or_deleted(clinic: Clinic) -> None:
    clinic.call()
    clinic.connection.execute("update shifts set employee_id = %s", (clinic.bob,))
    clinic.connection.execute("update absence_calls set announced_at = announced_at - interval '1 h'")
    clinic.connection.execute("delete from shifts")
    assert clinic.one("select count(*) from absence_calls where employee_id = %s", clinic.ann) == 1


def test_what_is_yet_to_come_has_not_been_said(clinic: Clinic) -> None:
    now = business_now(clinic.connection)
    clinic.call(announced_at=now + timedelta(minutes=4))
    ways: list[Callable[[datetime], object]] = [
        lambda at: clinic.call(announced_at=at),
        lambda at: clinic.exception("excused", given_at=at),
        lambda at: insert_beat(clinic, at),
    ]
    for say in ways:
        with pytest.raises(errors.CheckViolation, match="is yet to come"), clinic.connection.transaction():
            say(now + HOUR)


def insert_beat(clinic: Clinic, at: object) -> None:
    clinic.connection.execute(
        "insert into clock_heartbeats (device, location_id, at) values ('front-door', %s, %s)", (clinic.place, at)
    )


# -- exceptions


def test_every_kind_can_be_said_by_whom_it_is_for(clinic: Clinic) -> None:
    for kind in ("excused", "worked", "absence_confirmed", "unprotected"):
        clinic.exception(kind)
    for kind in ("come_late", "leave_early"):
        clinic.exception(kind, minutes=30)
    for kind in ("worked", "absence_confirmed", "acknowledged"):
        clinic.exception(kind, given_by=clinic.ann)
    clinic.exception("contacted", shift_id=None, employee_id=clinic.ann, reason="")
    assert clinic.one("select count(*) from attendance_exceptions where employee_id = %s", clinic.ann) == 10


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("forgiven", {}, "forgiven is not a kind of exception; there are: excused, "),
    ("contacted", {}, "not of a shift: leave shift_id out"),
    ("excused", {"shift_id": None}, "excused is said of a shift: say which"),
    ("excused", {"shift_id": UUID(int=9)}, "there is no shift"),
    ("come_late", {}, "come_late needs minutes, from 1 to 1440"),
    ("leave_early", {"minutes": 0}, "leave_early needs minutes"),
    ("come_late", {"minutes": 1441}, "come_late needs minutes"),
    ("excused", {"minutes": 5}, "excused has no minutes"),
    ("excused", {"reason": ""}, "excused needs a reason"),
]


@pytest.mark.parametrize(("kind", "values", "words"), REFUSED)
def test_an_exception_that_says_nothing_is_refused_in_words(
    clinic: Clinic, kind: str, values: dict[str, Any], words: str
) -> None:
    with pytest.raises(errors.CheckViolation, match=words):
        clinic.exception(kind, **values)


@pytest.mark.parametrize("kind", ["excused", "come_late", "leave_early", "unprotected"])
def test_nobody_excuses_themselves(clinic: Clinic, kind: str) -> None:
    minutes = {"minutes": 5} if kind in ("come_late", "leave_early") else {}
    with pytest.raises(errors.CheckViolation, match=f"{kind} is not for oneself to say"):
        clinic.exception(kind, given_by=clinic.ann, **minutes)


def test_a_change_of_the_plan_is_acknowledged_by_whom_it_is_about_and_nobody_else(clinic: Clinic) -> None:
    clinic.connection.execute("update shifts set employee_id = %s", (clinic.bob,))
    taken = clinic.exception("acknowledged", given_by=clinic.ann, reason="")  # it is not hers any more
    assert clinic.one("select employee_id from attendance_exceptions where id = %s", taken) == clinic.ann
    with pytest.raises(errors.CheckViolation, match="by the employee, and by nobody else"):
        clinic.exception("acknowledged", employee_id=clinic.ann)


def test_an_exception_that_is_changed_still_makes_sense(clinic: Clinic) -> None:
    clinic.exception("come_late", minutes=30)
    with pytest.raises(errors.CheckViolation, match="excused has no minutes"):
        clinic.connection.execute("update attendance_exceptions set kind = 'excused'")


def test_what_was_acknowledged_of_somebody_elses_shift_does_not_become_an_excuse_for_it(clinic: Clinic) -> None:
    clinic.connection.execute("update shifts set employee_id = %s", (clinic.bob,))
    clinic.exception("acknowledged", given_by=clinic.ann, reason="")
    with pytest.raises(errors.CheckViolation, match="is not of employee"):
        clinic.connection.execute("update attendance_exceptions set kind = 'worked', reason = 'so'")


# -- places and clocks


@pytest.mark.parametrize("table", ["closures", "clock_outages"])
@pytest.mark.parametrize("ends", [AT, AT - HOUR, "infinity"])
def test_what_holds_for_a_time_begins_before_it_ends(clinic: Clinic, table: str, ends: object) -> None:
    by = {"confirmed_by": clinic.bob} if table == "clock_outages" else {}
    insert(clinic.connection, table, location_id=clinic.place, starts_at=AT, ends_at=AT + HOUR, **by)
    with pytest.raises(errors.CheckViolation, match="begins_before_it_ends"):
        insert(clinic.connection, table, location_id=clinic.place, starts_at=AT, ends_at=ends, **by)


def test_who_says_so_is_somebody(clinic: Clinic) -> None:
    span = {"location_id": clinic.place, "starts_at": AT, "ends_at": AT + HOUR}
    ways: list[Callable[[], object]] = [
        lambda: clinic.call(taken_by=uuid4()),
        lambda: clinic.exception("excused", given_by=uuid4()),
        lambda: insert(clinic.connection, "closures", **span, declared_by=uuid4()),
        lambda: insert(clinic.connection, "clock_outages", **span, confirmed_by=uuid4()),
    ]
    for say in ways:
        with pytest.raises(errors.ForeignKeyViolation), clinic.connection.transaction():
            say()


def test_a_clock_has_one_row(clinic: Clinic) -> None:
    insert_beat(clinic, AT)
    with pytest.raises(errors.UniqueViolation):
        insert_beat(clinic, AT + HOUR)
