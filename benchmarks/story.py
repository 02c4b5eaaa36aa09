"""Ninety days of a workforce: shifts, punches, every minute's tick. Made day by day, so that length costs no memory."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from schemas.events import Event, PolicyPublished
from schemas.policies import AttendancePolicy
from tests.builders import policy, punch, shift, tick

NAMES = UUID(int=9)
FIRST = datetime.fromisoformat("2026-01-05T00:00+00:00")
"""A Monday."""
PLANNED = timedelta(days=14)
"""How long ahead a roster is published."""
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
LATE, MISSING = 0.08, 0.01
"""Shares of shifts."""


@dataclass(frozen=True)
class Story:
    """So many business days of so many employees."""

    employees: int
    days: int

    def who(self, number: int) -> UUID:
        return uuid5(NAMES, str(number))

    def weekdays(self) -> Iterator[datetime]:
        """Yield the days of the calendar that the business days span; what is not one of them has ticks alone."""
        at, worked = FIRST, 0
        while worked < self.days:
            worked += at.weekday() < 5
            yield at
            at += DAY

    def day(self, midnight: datetime) -> list[Event]:
        """Return what happens on one day, in the order in which it is recorded."""
        told: list[tuple[datetime, int, Event]] = []
        planned = (midnight + each * DAY for each in range(15)) if midnight == FIRST else [midnight + PLANNED]
        for day in planned:
            told += [(midnight, 0, each) for each in self._roster(day)]
        told += ((each.occurred_at, 1, each) for each in self._punches(midnight))
        told += ((at, 2, tick(at)) for at in (midnight + each * MINUTE for each in range(1, 1441)))
        told.sort(key=lambda each: each[:2])
        return [event for _, _, event in told]

    def fact(self, version: int, effective: datetime, no_show_after: timedelta) -> PolicyPublished:
        """Return the change of a policy that moves the wake-up of everybody who has a shift after it."""
        return policy(AttendancePolicy(no_show_after=no_show_after), effective, version)

    def _start(self, day: datetime, number: int) -> datetime:
        return day + timedelta(hours=7, minutes=15 * (number % 16))

    def _roster(self, day: datetime) -> Iterator[Event]:
        if day.weekday() < 5:
            for number in range(self.employees):
                name = f"shift {number} {day.date()}"
                yield shift(self._start(day, number), name=name, who=self.who(number)).model_copy(
                    update={"recorded_at": day - PLANNED}
                )

    def _punches(self, day: datetime) -> Iterator[Event]:
        chance = random.Random(day.isoformat())
        for number in range(self.employees) if day.weekday() < 5 else ():
            drawn = chance.random()
            if drawn < MISSING:
                continue
            late = chance.randint(6, 45) if drawn < MISSING + LATE else chance.randint(-12, 4)
            start = self._start(day, number)
            for way, at in (("in", start + late * MINUTE), ("out", start + timedelta(hours=8, seconds=number))):
                yield punch(at, way, name=f"{way} {number} {day.date()}", who=self.who(number))
