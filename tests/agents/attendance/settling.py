"""Settled shifts for tests of score and flags: one a day, by letters."""

from collections.abc import Sequence
from datetime import timedelta

from agents.attendance.flags import flags
from agents.attendance.memory import Armed, Settled
from agents.attendance.score import Record
from agents.kernel import World
from schemas.policies import AttendancePolicy
from tests.agents.worlds import world
from tests.builders import CLINIC, at, policy, uid

DAY = timedelta(days=1)
WORDS: dict[str, tuple[str, int | None]] = {
    "1": ("on_time", 100),
    "m": ("missing_out", 75),
    "h": ("late", 50),
    "q": ("very_late", 25),
    "0": ("absent_unexcused", 0),
    "n": ("no_call_no_show", 0),
    "c": ("absent_called_out", None),
    "-": ("exempt", None),
    "p": ("absent_excused", None),
    "x": ("absent_excused", None),
}
"""By letter: verdict and credit. ``p`` is excused by protected leave, ``x`` otherwise."""
QUICK = AttendancePolicy(score_shifts=1)
"""A score from the first shift on, so that few shifts say much."""


def one(
    letter: str, place: int, every: timedelta = DAY, *, contact: int | None = None, without: int | None = None
) -> Settled:
    """`contact`: on which day they were last heard of before; `without`: the credit without protected leave."""
    verdict, credit = WORDS[letter]
    start = at("9:00") + place * every
    return Settled(
        uid(f"shift {place}").bytes, start, start, uid(f"event {place}").bytes, CLINIC.bytes, verdict, credit,
        protected=letter == "p", without_leave=without, contact_at=None if contact is None else at("12:00", contact),
    )  # fmt: skip


def record(letters: str, every: timedelta = DAY) -> list[Settled]:
    """One shift per letter, one after the other; a blank is a day without one."""
    return [one(each, place, every) for place, each in enumerate(letters) if each != " "]


def by(document: AttendancePolicy) -> World:
    """The World in which this policy was in force from the beginning."""
    return world(policy(document, at("0:00", -1000)))


def raised(shifts: Sequence[Settled], document: AttendancePolicy = QUICK, armed: Armed | None = None) -> list[str]:
    """What is raised, and by which day's shift, for example ``manager 4``."""
    found = flags(Record(shifts, by(document)), armed or Armed())
    return [f"{each.level} {(shifts[each.place].starts_at - at('9:00')).days}" for each in found]
