"""Write the clinic group into the business tables, as an HR system would; twice leaves it once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from schemas.ids import derive
from streams.database import Connection
from streams.demo import clinic
from streams.demo.clinic import PEOPLE, PLACES, POSITIONS

HIRED = date(2024, 5, 6)
Table = tuple[str, tuple[str, ...], list[tuple[Any, ...]]]
"""Name, columns, rows."""


def load(connection: Connection) -> int:
    """Insert reference rows, then two weeks of shifts and punches, then today's leave; return the rows written."""
    with connection.transaction():
        return sum(_insert(connection, *table) for table in _tables())


def _tables() -> list[Table]:
    return [
        ("locations", ("id", "name", "zone"), [(each.location_id, each.name, each.zone) for each in PLACES]),
        ("job_positions", ("id", "code"), [(_position(each), each) for each in POSITIONS]),
        *_people(),
        ("shifts", ("id", "employee_id", "location_id", "starts_at", "ends_at"), _shifts()),
        ("time_punches", ("id", "employee_id", "direction", "at", "device", "location_id"), _punches()),
        ("leave_requests", ("id", "employee_id", "kind", "starts_at", "ends_at", "protected", "status"), [_leave()]),
    ]


def _insert(connection: Connection, table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> int:
    names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))  # ours, not input
    with connection.cursor() as cursor:
        cursor.executemany(f"insert into public.{table} ({names}) values ({places}) on conflict do nothing", rows)  # noqa: S608
        return cursor.rowcount


def _position(code: str) -> object:
    return derive("demo", "position", code)


def _people() -> list[Table]:
    managers_first = sorted(PEOPLE, key=lambda person: person.role != "manager")
    employees = [
        (
            person.employee_id,
            person.name,
            manager.employee_id if (manager := clinic.manager_of(person)) else None,
            person.place.location_id,
            _position(person.position),
            HIRED,
        )
        for person in managers_first
    ]
    roles = [
        (
            derive("demo", "role", person.name),
            person.employee_id,
            person.role,
            person.place.location_id if person.role == "manager" else None,
        )
        for person in PEOPLE
        if person.role
    ]
    return [
        ("employees", ("id", "name", "manager_id", "location_id", "job_position_id", "hired_on"), employees),
        ("person_roles", ("id", "employee_id", "role", "location_id"), roles),
    ]


def _shifts() -> list[tuple[Any, ...]]:
    return [
        (each.shift_id, each.person.employee_id, each.person.place.location_id, each.starts_at, each.ends_at)
        for each in clinic.shifts()
    ]


def _punches() -> list[tuple[Any, ...]]:
    return [
        (each.punch_id, each.person.employee_id, each.direction, each.at, "front-door", each.person.place.location_id)
        for each in clinic.punches()
    ]


def _leave() -> tuple[Any, ...]:
    begins = datetime.combine(clinic.TODAY, datetime.min.time(), UTC)
    return (
        derive("demo", "leave", clinic.PRIYA.name),
        clinic.PRIYA.employee_id,
        "family",
        begins,
        begins + timedelta(days=2),
        True,
        "approved",
    )
