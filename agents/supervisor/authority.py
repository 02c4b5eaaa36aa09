"""Who may do what with a proposal: one decision for fold, command line and console, by ``schemas/cedar/``.

Pure: everything is drawn from the World, so a role that was withdrawn counts no more at once.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import permutations
from typing import NamedTuple
from uuid import UUID

from agents.kernel import World
from agents.supervisor.cedar import ENGINE, Answer
from agents.supervisor.matters import Matter, Question, entities, plain_request, request, site_of
from agents.supervisor.powers import EVERYWHERE, Powers

ADMIN, HR = "admin", "hr"
AT_ONCE = (1, 7)
"""So many people are asked about first, and then together: the first mostly may, for they hold the role there."""
DECISIONS = ("approve", "reject", "edit", "request_changes", "snooze", "resolve")


class Standing(NamedTuple):
    """Which of a matter's seats somebody can fill, or why none."""

    person: UUID
    seats: frozenset[int]
    objection: str | None


def objection(person: UUID, matter: Matter, world: World) -> str | None:
    """Return why this person may not do this, in plain words, or None when they may."""
    if matter.action not in DECISIONS:
        return _silence(person, matter, world)
    powers = Powers(world, matter.span)
    valid = _valid(matter, powers)
    (standing,) = _standings([person], frozenset(each.person for each in valid), matter, powers)
    if standing.objection is not None:
        return standing.objection
    if _seated((*valid, standing), matter.places):
        return None
    return f"the role {_open(valid, matter.seats)} is still lacking among those who approve it"


def approvers(matter: Matter, world: World) -> tuple[UUID, ...]:
    """Return everybody who may do this now, in order of their ids."""
    return tuple(sorted(_approving(matter, world)))


def _approving(matter: Matter, world: World) -> Iterator[UUID]:
    powers = Powers(world, matter.span)
    valid = _valid(matter, powers)
    others = frozenset(each.person for each in valid)
    asked = {*powers.deciding(), *([matter.external] if matter.external else [])}
    people = _likely_first(asked - others, _open(valid, matter.seats), site_of(matter.subject, world), powers)
    first, more = AT_ONCE
    batches = [people[:first], *(people[place : place + more] for place in range(first, len(people), more))]
    for batch in batches:
        for each in _standings(batch, others, matter, powers):
            if each.seats and _seated((*valid, each), matter.places):
                yield each.person


def _likely_first(people: Collection[UUID], role: str, site: str | None, powers: Powers) -> list[UUID]:
    """Return people in the order to ask about them in; only how long it takes hangs on that."""
    places = {site, EVERYWHERE}
    return sorted(people, key=lambda each: (powers.sites(each, role).isdisjoint(places), each.bytes))


def lacking(matter: Matter, world: World) -> str | None:
    """Return what those who have approved lack, as the World is now; None: every seat is filled."""
    valid = _valid(matter, Powers(world, matter.span))
    missing = len(matter.seats) - len(valid)
    return None if missing <= 0 else f"{missing} more must approve it, the role {_open(valid, matter.seats)} among them"


def routable(matter: Matter, world: World) -> bool:
    """Return whether there are enough different, independent people for all the seats."""
    if lacking(matter, world) is None:
        return True
    return any(
        routable(matter._replace(given=(*matter.given, each)), world)
        for each in _approving(matter, world)
    )  # fmt: skip


def _silence(person: UUID, matter: Matter, world: World) -> str | None:
    powers = Powers(world, matter.span)
    (answer,) = ENGINE.answers([plain_request(person, matter)], entities([person], matter, powers, world))
    leave = "comment on" if matter.action == "comment" else matter.action
    return None if answer.allowed else _first([answer], f"nothing gives this person leave to {leave} it")


def _valid(matter: Matter, powers: Powers) -> tuple[Standing, ...]:
    """Return those who have approved and still may: a role may have been withdrawn since."""
    given = frozenset(matter.given)
    found: list[Standing] = []
    for person in sorted(given):
        (standing,) = _standings([person], given - {person}, matter, powers, ended=True)
        if standing.seats and _seated((*found, standing), matter.places):
            found.append(standing)
    return tuple(found)


def _standings(
    people: Sequence[UUID],
    others: frozenset[UUID],
    matter: Matter,
    powers: Powers,
    *,
    ended: bool = False,
) -> list[Standing]:
    asked = [
        (number, Question(person, seat, power, others))
        for person in people
        for power in powers.of(person, ended=ended)
        for number, seat in enumerate(matter.seats)
    ]
    concerned = {each for _, question in asked for each in (question.person, question.power.holder)}
    questions = [request(question, matter, powers) for _, question in asked]
    answers = ENGINE.answers(questions, entities(concerned, matter, powers, powers.world)) if questions else []
    given: dict[UUID, list[tuple[int, Answer]]] = {person: [] for person in people}
    for (number, question), answer in zip(asked, answers, strict=True):
        given[question.person].append((number, answer))
    return [_standing(person, given[person], matter) for person in people]


def _standing(person: UUID, given: list[tuple[int, Answer]], matter: Matter) -> Standing:
    seats = frozenset(number for number, answer in given if answer.allowed)
    if seats:
        return Standing(person, seats, None)
    nothing = f"the reviewer does not hold the role {matter.seats[0]} where the subject works"
    return Standing(person, seats, _first((answer for _, answer in given), nothing))


def _first(answers: Iterable[Answer], otherwise: str) -> str:
    """Return the first reason against it: of somebody's own power before those that were delegated to them."""
    return next((answer.reasons[0] for answer in answers if answer.reasons), otherwise)


def _seated(people: Sequence[Standing], seats: Collection[int]) -> bool:
    """Return whether each of them can have a seat of their own."""
    return any(
        all(seat in each.seats for seat, each in zip(way, people, strict=True))
        for way in permutations(seats, len(people))
    )


def _open(people: Sequence[Standing], roles: Sequence[str]) -> str:
    """Return the role of a seat that is left when these people have sat down, of the least rank."""
    seats = range(len(roles))
    left = (seat for seat in seats if _seated(people, [each for each in seats if each != seat]))
    return roles[next(left, -1)]
