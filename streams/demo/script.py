"""What happens this morning, minute by minute, in Harbor's local time. Prairie is an hour behind. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from schemas.ids import derive
from streams.demo import clinic
from streams.demo.clinic import Person

Action = Literal["punches in", "punches out", "corrects the punch of", "approves the flag of", "rejects the flag of"]


@dataclass(frozen=True, slots=True)
class Scene:
    """At an instant, somebody does something."""

    at: datetime
    person: Person
    action: Action
    whom: Person | None = None
    """Whose punch or flag; one's own otherwise."""
    to: datetime | None = None
    """What a punch is corrected to."""

    @property
    def punch_id(self) -> UUID:
        """The punch of this morning that the scene is about."""
        out = ["out"] if self.action == "punches out" else []
        return derive("demo", "today", (self.whom or self.person).name, *out)


def at(clock: str) -> datetime:
    """Return today's instant at Harbor's wall clock, for example ``07:42``."""
    hour, minute = map(int, clock.split(":"))
    return datetime(
        clinic.TODAY.year, clinic.TODAY.month, clinic.TODAY.day, hour, minute, tzinfo=ZoneInfo(clinic.HARBOR.zone)
    )


OPENS, CLOSES = at("07:20"), at("09:33")


def scenes() -> Iterator[Scene]:
    """Yield the morning. Shifts start at 07:30 local: 07:30 at Harbor, 08:30 on Harbor's clock at Prairie.

    Tomás never comes: absent at 09:30. Priya is on approved leave: excused, and nobody hears of it. Sofia has been
    there since 01:41: a break is due at 07:41. A shift enters the score when it is over.
    """
    for clock, person in (
        ("07:22", clinic.RUTH),
        ("07:26", clinic.INES),
        ("07:33", clinic.GRACE),  # three minutes: within the grace
        ("07:44", clinic.MAYA),  # her fifth in eleven shifts
    ):
        yield Scene(at(clock), person, "punches in")
    yield Scene(at("07:55"), clinic.LENA, "punches in")  # the door's clock was wrong, as it turns out
    yield Scene(at("08:05"), clinic.SOFIA, "punches out")
    yield Scene(at("08:12"), clinic.RUTH, "corrects the punch of", clinic.LENA, at("07:28"))
    for clock, person in (
        ("08:24", clinic.CARL),
        ("08:27", clinic.AMIR),
        ("08:29", clinic.NOOR),
        ("08:31", clinic.SOFIA),  # back from her break
        ("08:36", clinic.JONAS),
        ("08:47", clinic.OWEN),  # late, absent and late again: his tenth shift that counts
    ):
        yield Scene(at(clock), person, "punches in")
    yield Scene(at("09:02"), clinic.MAYA, "punches out")
    yield Scene(at("09:10"), clinic.RUTH, "approves the flag of", clinic.MAYA)
    yield Scene(at("09:16"), clinic.OWEN, "punches out")
    yield Scene(at("09:24"), clinic.CARL, "rejects the flag of", clinic.OWEN)


def until_next(now: datetime, scene: datetime, rate: float) -> float:
    """Return the real seconds until a business instant comes, at `rate` business seconds a second."""
    return max(timedelta(), scene - now).total_seconds() / rate
