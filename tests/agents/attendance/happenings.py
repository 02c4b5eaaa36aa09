"""What can happen to somebody beside shifts and punches: told by the histories that Hypothesis draws, and by weeks."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from schemas.events import WorldEvent
from tests.builders import at, uid
from tests.facts import closure, outage_confirmed, outage_ended, outage_suspected

SAID = ("excused", "come_late", "leave_early", "worked", "acknowledged", "absence_confirmed", "unprotected")
"""What people say of a shift."""
TUESDAY = at("0:00", 1).date()
TERMS: tuple[dict[str, Any], ...] = (
    {},
    {"job_position_id": uid("nurse")},
    {"clocking": "exempt"},
    {"hired_on": TUESDAY},
    {"ended_on": at("0:00").date()},
    {"ended_on": TUESDAY},
    {"suspended_from": TUESDAY, "suspended_until": TUESDAY},
    {"suspended_from": TUESDAY, "suspended_until": at("0:00", 2).date()},
    {"suspended_from": TUESDAY},
)
"""What can be special about employment."""


class Downtime(NamedTuple):
    """A time at a place."""

    since: datetime
    until: datetime
    where: UUID
    name: str

    def closed(self) -> list[WorldEvent]:
        return [closure(self.since, self.until, where=self.where, name=self.name)]

    def moved(self, until: datetime, *, removed: bool) -> list[WorldEvent]:
        """It was closed later than was said first, or not at all."""
        words: dict[str, Any] = {"where": self.where, "name": self.name, "revision": 2, "removed": removed}
        return [*self.closed(), closure(self.until, until, **words)]

    def confirmed(self) -> list[WorldEvent]:
        return [outage_confirmed(self.since, self.until, where=self.where, name=self.name)]

    def suspected(self, people: int, *, ended: bool = True, removed: bool = False) -> list[WorldEvent]:
        began = outage_suspected(self.since, people, where=self.where, name=self.name)
        return [began, outage_ended(began, self.until, removed=removed)] if ended else [began]
