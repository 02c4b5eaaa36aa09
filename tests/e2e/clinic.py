"""Rows as an HR system would write them, for people that no other test knows; and what became of them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg

from connectors import reviews
from streams.database import Connection
from streams.settings import Settings
from tests.eventually import eventually


@dataclass(slots=True)
class Clinic:
    """A place with a manager, in the running installation's own database."""

    settings: Settings
    connection: Connection
    location_id: UUID = field(default_factory=uuid4)
    manager_id: UUID = field(default_factory=uuid4)

    @classmethod
    def open(cls, settings: Settings) -> "Clinic":
        clinic = cls(settings, psycopg.connect(settings.dsn("rollcall_migrator"), autocommit=True))
        clinic.write("locations", id=clinic.location_id, name="A clinic", zone="America/New_York")
        clinic.hire(clinic.manager_id)
        clinic.write(
            "person_roles", id=uuid4(), employee_id=clinic.manager_id, role="manager", location_id=clinic.location_id
        )
        return clinic

    def write(self, table: str, **row: Any) -> None:
        names, places = ", ".join(row), ", ".join(["%s"] * len(row))
        self.connection.execute(f"insert into public.{table} ({names}) values ({places})", list(row.values()))

    def hire(self, employee_id: UUID | None = None) -> UUID:
        employee_id = employee_id or uuid4()
        manager = None if employee_id == self.manager_id else self.manager_id
        self.write(
            "employees",
            id=employee_id,
            name="Somebody",
            manager_id=manager,
            location_id=self.location_id,
            hired_on="2024-01-01",
        )
        return employee_id

    def now(self) -> datetime:
        ((now,),) = self.connection.execute("select rollcall.now()").fetchall()
        assert isinstance(now, datetime)
        return now.replace(second=0, microsecond=0)

    def shift(self, employee_id: UUID, starts_at: datetime) -> UUID:
        shift_id = uuid4()
        self.write(
            "shifts",
            id=shift_id,
            employee_id=employee_id,
            location_id=self.location_id,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=8),
        )
        return shift_id

    def punch(self, employee_id: UUID, at: datetime, direction: str = "in") -> UUID:
        punch_id = uuid4()
        self.write("time_punches", id=punch_id, employee_id=employee_id, direction=direction, at=at)
        return punch_id

    def late(self, employee_id: UUID, starts_at: datetime, minutes: int) -> UUID:
        shift_id = self.shift(employee_id, starts_at)
        self.punch(employee_id, starts_at + timedelta(minutes=minutes))
        return shift_id

    def worked(self, employee_id: UUID, starts_at: datetime, minutes: int = 0) -> UUID:
        """A shift that was worked to its end, from so many minutes after its start."""
        shift_id = self.late(employee_id, starts_at, minutes)
        self.punch(employee_id, starts_at + timedelta(hours=8), "out")
        return shift_id

    def nearly_flagged(self, employee_id: UUID, before: datetime) -> None:
        """Ten days of work, six in time and four late: a score of 80.0, not below the manager's threshold."""
        for days in range(10, 0, -1):
            self.worked(employee_id, before - timedelta(days=days), minutes=30 if days <= 4 else 0)

    def flagged(self, employee_id: UUID) -> UUID:
        """The eleventh day is late, too, which makes 77.3; return its shift."""
        last = self.now() - timedelta(days=1)
        self.nearly_flagged(employee_id, last)
        return self.worked(employee_id, last, minutes=30)

    def absent(self, asked_by: UUID) -> UUID:
        """Somebody new who did not come three times: each is confirmed, and has a day of work after it."""
        employee_id, now = self.hire(), self.now()
        for days in range(8, 2, -1):
            if days % 2:
                self.worked(employee_id, now - timedelta(days=days))
                continue
            said = {"kind": "absence_confirmed", "given_by": asked_by, "reason": "asked"}
            self.write("attendance_exceptions", shift_id=self.shift(employee_id, now - timedelta(days=days)), **said)
        return employee_id

    def rows(self, query: str, *arguments: Any) -> list[Any]:
        return self.connection.execute(query, arguments).fetchall()

    def verdict(self, shift_id: UUID) -> tuple[str, int] | None:
        """The current judgement: verdict and minutes."""
        found = self.rows("select verdict, minutes from mart.attendance where shift_id = %s", shift_id)
        return found[0] if found else None

    def entry(self, shift_id: UUID) -> int | None:
        """Minutes late on the attendance record, as applied."""
        found = self.rows("select minutes_late from public.attendance where shift_id = %s", shift_id)
        return found[0][0] if found else None

    def proposals(self, employee_id: UUID, kind: str) -> list[tuple[UUID, str]]:
        """Proposals about somebody, with where each stands."""
        return self.rows(
            "select proposal_id, status from mart.proposal_status where subject = %s and kind = %s"
            " order by recorded_at",
            f"employee:{employee_id}",
            kind,
        )

    def asked(self, employee_id: UUID, kind: str = "attendance_flag") -> UUID:
        """The only proposal of a kind about somebody, once people are asked about it."""
        eventually(lambda: [status for _, status in self.proposals(employee_id, kind)] == ["routed"], within=60)
        ((proposal_id, _),) = self.proposals(employee_id, kind)
        return proposal_id

    def suspect(self) -> tuple[UUID, UUID]:
        """Somebody new, and the flag that people are asked about."""
        employee_id = self.hire()
        self.flagged(employee_id)
        return employee_id, self.asked(employee_id)

    def holds(self, role: str) -> UUID:
        """Somebody new who holds a role here."""
        employee_id = self.hire()
        self.write("person_roles", id=uuid4(), employee_id=employee_id, role=role, location_id=self.location_id)
        return employee_id

    def answer(self, proposal_id: UUID, verdict: str, reviewer_id: UUID | None = None) -> UUID:
        """Somebody, the manager by default, looks at a proposal and answers."""
        who = reviewer_id or self.manager_id
        reviews.opened(self.connection, proposal_id, who)
        return reviews.review(self.connection, proposal_id, reviews.Review(verdict, "because"), reviewer_id=who)
