"""An office for days on which anything may happen: who works there, what they are late for, and what they type."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import dict_row
from typer.testing import CliRunner, Result

from schemas.faults import Misconfigured
from streams.cli import app
from streams.database import Connection
from streams.settings import Settings
from tests.e2e.clinic import Clinic
from tests.sinks.apply.trespass import ROLES

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DECIDING = ["manager", "hr", "admin"]


class Spell(NamedTuple):
    """A time in which something must not have happened; without an end it still lasts."""

    since: datetime
    until: datetime | None = None

    def has(self, at: datetime) -> bool:
        return self.since < at and (self.until is None or at < self.until)


@dataclass
class Office:
    """`by`: a connection with the credentials of each of the database's roles."""

    settings: Settings
    clinic: Clinic
    server: Connection
    by: dict[str, Connection]
    staff: dict[str, UUID] = field(default_factory=dict)

    @classmethod
    def open(cls, settings: Settings) -> "Office":
        def connect(user: str) -> Connection:
            return psycopg.connect(settings.dsn(user), autocommit=True)

        by = {each: connect(f"rollcall_{each}") for each in ROLES}
        office = cls(settings, Clinic.open(settings), connect("postgres"), by)
        office._hire()
        return office

    def close(self) -> None:
        for each in (self.clinic.connection, self.server, *self.by.values()):
            each.close()

    def _hire(self) -> None:
        clinic, elsewhere = self.clinic, uuid4()
        clinic.write("locations", id=elsewhere, name="Another", zone="UTC")
        self.staff = {"manager": clinic.manager_id}
        for name in ("other", "hr", "admin", "auditor", "robot", "clerk"):
            self.staff[name] = clinic.hire()
        self.staff["far"] = uuid4()
        clinic.write("employees", id=self.staff["far"], name="Far", location_id=elsewhere, hired_on="2024-01-01")
        held = {"other": "manager", "hr": "hr", "admin": "admin", "auditor": "auditor", "robot": "admin"}
        for name, role in (*held.items(), ("auditor", "manager"), ("robot", "service")):
            self.give(self.staff[name], role, clinic.location_id if role == "manager" else None)
        self.give(self.staff["far"], "manager", elsewhere)

    def give(self, who: UUID, role: str, where: UUID | None) -> None:
        self.clinic.write("person_roles", id=uuid4(), employee_id=who, role=role, location_id=where)

    def now(self) -> datetime:
        ((now,),) = self.clinic.rows("select rollcall.now()")
        assert isinstance(now, datetime)
        return now

    def all(self, query: str, *given: Any) -> list[dict[str, Any]]:
        with self.server.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query.encode(), given).fetchall()

    def proposals(self, about: UUID | None = None) -> list[dict[str, Any]]:
        """Every proposal with where it stands, or those about somebody."""
        query = "select proposal_id, subject, kind, status, payload from mart.proposal_status"
        return self.all(f"{query} where %s::text is null or subject = %s", *[about and f"employee:{about}"] * 2)

    def typed(self, *words: object) -> Result:
        """Type a command; it does what it says, or says why not."""
        done = CliRunner().invoke(app, [*map(str, words)], env={"ROLLCALL_HOME": str(self.settings.home)})
        if done.exit_code and not isinstance(done.exception, Misconfigured | SystemExit):
            raise AssertionError(f"{words}: {done.output}") from done.exception
        return done

    # -- what agents will propose something for ------------------------------------------------------------------------

    def comes_late(self, minutes: int) -> UUID:
        somebody = self.clinic.hire()
        self.clinic.late(somebody, self.clinic.now() - HOUR - minutes * MINUTE, minutes)
        return somebody

    def is_flagged(self) -> UUID:
        somebody = self.clinic.hire()
        self.clinic.flagged(somebody)
        return somebody

    def does_not_come(self) -> UUID:
        return self.clinic.absent(self.staff["other"])

    def is_corrected(self, choose: Callable[[list[Any]], Any], by: UUID) -> str:
        """Somebody edits when somebody who was late came: in time, or later still."""
        late = self.clinic.rows(
            "select p.id, s.starts_at from public.time_punches p join public.shifts s using (employee_id)"
            " where p.direction = 'in' and p.at between s.starts_at + interval '6 min' and s.starts_at + interval '2 h'"
            " and p.edited_by is null order by p.id"
        )
        if not late:
            return "nothing"
        (punch, start), minutes = choose(late), choose([0, 0, 75])
        self.clinic.connection.execute(
            "update public.time_punches set at = %s, edited_by = %s where id = %s",
            (start + minutes * MINUTE, by, punch),
        )
        return "later" if minutes else "in time"
