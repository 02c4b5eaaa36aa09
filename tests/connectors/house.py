"""A place and its people in the tables, for tests of who may decide there."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from connectors import delegations
from connectors.delegations import Loan
from tests.connectors.conftest import Connection
from tests.connectors.test_tables import insert


class House:
    """A place with a chief, under whom a boss manages it, under whom somebody works; somebody else is there too."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.place = insert(connection, "locations", name="North", zone="UTC")
        self.chief = self.person("Chief", None)
        self.boss = self.person("Boss", self.chief)
        self.ann = self.person("Ann", self.boss)
        self.bob = self.person("Bob", self.boss)
        insert(connection, "person_roles", employee_id=self.boss, role="manager", location_id=self.place)

    def person(self, name: str, manager: UUID | None, **values: Any) -> UUID:
        given = {"name": name, "location_id": self.place, "hired_on": date(2026, 1, 1), "manager_id": manager, **values}
        return insert(self.connection, "employees", **given)

    def lend(self, to: UUID, **changed: Any) -> UUID:
        given = {"delegator_id": self.boss, "delegate_id": to, "role": "manager", "reason": "on leave", **changed}
        return delegations.give(self.connection, Loan(**{"ends_at": self.now() + timedelta(days=3), **given}))

    def now(self) -> datetime:
        row = self.connection.execute("select rollcall.now()").fetchone()
        assert row is not None
        now: datetime = row[0]
        return now

    def review(self, by: UUID, about: UUID, verdict: str = "approve", proposal: UUID | None = None) -> UUID:
        return insert(
            self.connection,
            "review_commands",
            proposal_id=proposal or uuid4(),
            subject=f"employee:{about}",
            verdict=verdict,
            reviewer_id=by,
            note="seen",
            seen="what was there to see",
        )
