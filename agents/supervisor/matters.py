"""A question of authority, as it is put to the policies: the matter, and everybody whom it concerns, as entities."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from agents.kernel import World
from agents.supervisor.cedar import Entity, reference
from agents.supervisor.powers import EVERYWHERE, Power, Powers, Span
from schemas.events import EmployeeDescribed
from schemas.kinds import Kind

UNKNOWN = "unknown"
PROPOSAL = {"type": "Proposal", "id": "proposal"}


class Matter(NamedTuple):
    """What a person is to act on. `seats`: the roles that are asked, each to be filled by another person."""

    subject: str
    kind: Kind | None
    """None: no kind of this version; then nobody decides, and its subject may still contest."""
    seats: tuple[str, ...]
    at: datetime | None = None
    """When the person acts; without it no delegation counts."""
    since: datetime | None = None
    """When it was proposed: who was tied by a delegation from then on is one pair of eyes with the other."""
    author: UUID | None = None
    """The person who proposed it."""
    editors: tuple[UUID, ...] = ()
    """Who has edited, to the subject's disadvantage, what it rests on."""
    given: tuple[UUID, ...] = ()
    """Who has said the same already."""
    before: tuple[UUID, ...] = ()
    """Who decided it before it was contested."""
    external: UUID | None = None
    """Who decides where too few others may."""
    action: str = "approve"

    @property
    def places(self) -> range:
        """The seats, by number."""
        return range(len(self.seats))

    @property
    def span(self) -> Span | None:
        """The time in which delegations count here."""
        return None if self.at is None else Span(min(self.since or self.at, self.at), self.at)

    @property
    def person(self) -> UUID | None:
        """The person whom it is about."""
        kind, _, identity = self.subject.partition(":")
        try:
            return UUID(identity) if kind == "employee" else None
        except ValueError:
            return None


class Question(NamedTuple):
    """May `person` fill `seat`, with `power`, beside the `others`?"""

    person: UUID
    seat: str
    power: Power
    others: frozenset[UUID]


def request(asked: Question, matter: Matter, powers: Powers) -> dict[str, Any]:
    """Return the question about a decision in Cedar's terms."""
    return {
        **_plain(asked.person, matter.action),
        "context": {
            "power": {"holder": reference("Person", asked.power.holder), **_held(asked.power.sites, DECIDING_POWER)},
            "seat": asked.seat,
            "approved": _people(asked.others),
            "tied": _people({tied for each in asked.others for tied in powers.tied(each)}),
            "alone": _alone(asked, matter),
        },
    }


def plain_request(person: UUID, matter: Matter) -> dict[str, Any]:
    """Return the question whether somebody may look or speak, in Cedar's terms."""
    return {**_plain(person, matter.action), "context": {}}


def entities(people: Iterable[UUID], matter: Matter, powers: Powers, world: World) -> list[Entity]:
    """Return all that the policies may look at: the proposal, its site, and these people."""
    site = site_of(matter.subject, world) or UNKNOWN
    return [
        _entity(reference("Site", EVERYWHERE), {}),
        {"uid": reference("Site", site), "attrs": {}, "parents": [reference("Site", EVERYWHERE)]},
        _entity(reference("Proposal", PROPOSAL["id"]), _proposal(matter, site)),
        *(_entity(reference("Person", each), _person(each, matter, powers)) for each in sorted(set(people))),
    ]


DECIDING_POWER = ("manager", "hr", "admin")
ROLES = (*DECIDING_POWER, "auditor", "service")


def _plain(person: UUID, action: str) -> dict[str, Any]:
    return {
        "principal": {"type": "Person", "id": str(person)},
        "action": {"type": "Action", "id": action},
        "resource": PROPOSAL,
    }


def _alone(asked: Question, matter: Matter) -> bool:
    """Whether nobody who has edited nothing approves it too, and nobody else will be asked."""
    last = len(asked.others) + 1 >= len(matter.seats)
    return last and all(each in matter.editors for each in asked.others)


def site_of(subject: str, world: World) -> str | None:
    """Return the location that decides who may: where the subject works, or the subject itself."""
    kind, _, identity = subject.partition(":")
    if kind == "location":
        return identity
    employee = world.get(EmployeeDescribed, identity)
    return str(employee.location_id) if employee else None


def _proposal(matter: Matter, site: str) -> dict[str, Any]:
    known = {
        "site": reference("Site", site),
        "hrKind": matter.kind is not None and matter.kind.hr,
        "editors": _people(matter.editors),
        "decided": _people(matter.before),
    }
    if matter.person is not None:
        known["subject"] = reference("Person", matter.person)
    if matter.external is not None:
        known["external"] = reference("Person", matter.external)
    if matter.author is not None:
        known["author"] = reference("Person", matter.author)
    return known


def _person(person: UUID, matter: Matter, powers: Powers) -> dict[str, Any]:
    return {
        "above": _people(powers.above(person)),
        "human": not powers.sites(person, "service"),
        "left": powers.left(person, matter.at),
        "lent": [reference("Site", each) for each in sorted(powers.lent(person))],
        **_held({role: powers.sites(person, role) for role in ROLES}, ROLES),
    }


def _held(sites: Any, roles: tuple[str, ...]) -> dict[str, list[Entity]]:
    return {role: [reference("Site", each) for each in sorted(sites.get(role, ()))] for role in roles}


def _people(people: Collection[UUID]) -> list[Entity]:
    return [reference("Person", each) for each in sorted(people)]


def _entity(uid: Entity, attributes: dict[str, Any]) -> Entity:
    return {"uid": uid, "attrs": attributes, "parents": []}
