"""A small veterinary clinic group: two places, thirteen people, two weeks of shifts and punches. Pure, repeatable."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from schemas.ids import derive

TODAY = date(2026, 3, 16)
"""A Monday; the history before it crosses the change to daylight saving time on 8 March."""
HISTORY = timedelta(days=14)
STARTS, ENDS = time(7, 30), time(16, 0)
HOURS = STARTS, ENDS
ROUNDS, DESK = (time(7, 30), time(9, 0)), (time(7, 30), time(8, 15))
"""Part-time: the morning's rounds, and the front desk while the place opens."""
OPENING = time(7, 0)
"""Today, in each place: what was before is history."""
EARLY = timedelta(minutes=4)
"""When people come who are on time."""


@dataclass(frozen=True, slots=True)
class Place:
    """A clinic."""

    name: str
    zone: str

    @property
    def location_id(self) -> UUID:
        return derive("demo", "location", self.name)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works in a clinic. `late` and `absent`: minutes by how many days ago."""

    name: str
    position: str
    place: Place
    role: str | None = None
    late: dict[int, int] = field(default_factory=dict)
    absent: tuple[int, ...] = ()
    hours: tuple[time, time] = HOURS

    @property
    def employee_id(self) -> UUID:
        return derive("demo", "employee", self.name)


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's shift on one day."""

    person: Person
    day: date

    @property
    def shift_id(self) -> UUID:
        return derive("demo", "shift", self.person.name, self.day)

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.day, self.person.hours[0], ZoneInfo(self.person.place.zone))

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.day, self.person.hours[1], ZoneInfo(self.person.place.zone))


@dataclass(frozen=True, slots=True)
class Punch:
    """A punch of the past."""

    person: Person
    direction: str
    at: datetime

    @property
    def punch_id(self) -> UUID:
        return derive("demo", "punch", self.person.name, self.direction, self.at.isoformat())


HARBOR = Place("Harbor Veterinary Hospital", "America/New_York")
PRAIRIE = Place("Prairie Animal Clinic", "America/Chicago")
PLACES = (HARBOR, PRAIRIE)

MAYA = Person("Maya Lindqvist", "Vet Technician", HARBOR, late={13: 8, 11: 12, 6: 7, 4: 9}, hours=ROUNDS)
"""A score of 80.0 so far: six shifts in time, four late."""
OWEN = Person("Owen Castellano", "CSR", PRAIRIE, late={14: 9, 12: 11, 10: 21, 7: 8, 3: 9}, absent=(5,), hours=DESK)
"""Nine shifts that count: too few for a score, until today."""
LENA = Person("Lena Okafor", "Veterinarian", HARBOR)
TOMAS = Person("Tomás Rivera", "Vet Assistant", HARBOR, late={6: 7})
PRIYA = Person("Priya Raman", "Vet Technician", PRAIRIE)
JONAS = Person("Jonas Weber", "Vet Assistant", PRAIRIE)
RUTH = Person("Ruth Abernathy", "Practice Manager", HARBOR, role="manager")
CARL = Person("Carl Mbeki", "Practice Manager", PRAIRIE, role="manager")
INES = Person("Inês Duarte", "Supervisor", HARBOR, role="hr")
AMIR = Person("Amir Haddad", "Veterinarian", PRAIRIE)
GRACE = Person("Grace Whitfield", "CSR", HARBOR)
NOOR = Person("Noor Jansen", "Supervisor", PRAIRIE, role="admin")
SOFIA = Person("Sofia Marchetti", "Veterinarian", HARBOR, hours=(time(1, 45), time(11, 0)))
"""On emergency duty."""
PEOPLE = (RUTH, CARL, INES, NOOR, MAYA, OWEN, LENA, TOMAS, PRIYA, JONAS, AMIR, GRACE, SOFIA)
POSITIONS = tuple(dict.fromkeys(person.position for person in PEOPLE))


def manager_of(person: Person) -> Person | None:
    """Return the manager of the person's place; managers have none here."""
    return None if person.role == "manager" else RUTH if person.place is HARBOR else CARL


def working_days() -> Iterator[date]:
    """Yield the working days of the past two weeks, and today."""
    for ago in range(HISTORY.days, -1, -1):
        day = TODAY - timedelta(days=ago)
        if day.weekday() < 5:
            yield day


def shifts() -> Iterator[Shift]:
    """Yield everybody's shifts, past ones and today's."""
    return (Shift(person, day) for day in working_days() for person in PEOPLE)


def punches() -> Iterator[Punch]:
    """Yield the punches of the past: in and out of each shift that was worked, and in of one that goes on."""
    for shift in shifts():
        ago = (TODAY - shift.day).days
        if ago in shift.person.absent:
            continue
        lateness = shift.person.late.get(ago)
        came = shift.starts_at - EARLY if lateness is None else shift.starts_at + timedelta(minutes=lateness)
        for direction, at in (("in", came), ("out", shift.ends_at)):
            if at < datetime.combine(TODAY, OPENING, at.tzinfo):
                yield Punch(shift.person, direction, at)
