"""Questions of authority, as the supervisor asks them of each proposal and review: process time, no server.

500 people at one place, of whom 36 are managers, 3 HR and 2 admins; each question is about somebody else, so none was
answered before. ``python -m benchmarks authority``.
"""

from collections.abc import Callable
from statistics import median
from time import process_time

from agents.kernel import World
from agents.supervisor.authority import approvers, objection, routable
from agents.supervisor.matters import Matter
from schemas.kinds import KINDS
from tests.agents.worlds import world
from tests.builders import at, employed, location, role, uid

PEOPLE = [uid(f"person {number}") for number in range(500)]
MANAGERS, HR, ADMINS = PEOPLE[:36], PEOPLE[36:39], PEOPLE[39:41]
STAFF = PEOPLE[41:]
ROUNDS = 200


def everybody() -> World:
    """Return the World of these people: the staff report to the managers, and these to the first admin."""
    chiefs = {person: MANAGERS[number % len(MANAGERS)] for number, person in enumerate(STAFF)}
    return world(
        location(),
        *(employed(person, manager=chiefs.get(person, ADMINS[0])) for person in PEOPLE),
        *(role(person, "manager") for person in MANAGERS),
        *(role(person, "hr", None) for person in HR),
        *(role(person, "admin", None) for person in ADMINS),
    )


def matter(number: int, *seats: str) -> Matter:
    """Return the question about one of the staff."""
    subject = f"employee:{STAFF[number % len(STAFF)]}"
    return Matter(subject, KINDS["lateness_entry"], seats or ("manager",), at=at("12:00"), since=at("11:00"))


def main() -> None:
    """Print each cost once, in milliseconds."""
    known = everybody()
    questions: dict[str, Callable[[int], object]] = {
        "a review": lambda number: objection(MANAGERS[number % 36], matter(number), known),
        "is there anybody for one seat": lambda number: routable(matter(number), known),
        "for two": lambda number: routable(matter(number, "manager", "admin"), known),
        "everybody who may": lambda number: approvers(matter(number), known),
    }
    for name, question in questions.items():
        question(-1)
        spent = []
        for number in range(ROUNDS):
            began = process_time()
            question(number)
            spent.append((process_time() - began) * 1000)
        print(f"{name:30} {median(spent):6.2f} ms median {sorted(spent)[ROUNDS * 95 // 100]:6.2f} ms p95")
