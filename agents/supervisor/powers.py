"""What people may decide with, drawn from the World: roles and where they hold them, delegations, managers."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from agents.kernel import World
from schemas.events import DelegationDescribed, PersonRoleDescribed

EVERYWHERE = "everywhere"
LONGEST_DELEGATION = timedelta(days=30)
DECIDING = ("manager", "hr", "admin")
Sites = frozenset[str]


class Power(NamedTuple):
    """Whose roles somebody uses, and where: their own, or the one that `holder` has delegated to them."""

    holder: UUID
    sites: Mapping[str, Sites]


class Span(NamedTuple):
    """From when a matter was proposed until somebody acts: what ran in it ties people, what runs at its end counts."""

    since: datetime
    until: datetime


class Powers:
    """Everybody's powers at one place in the log; asked often, so that roles are gathered once."""

    def __init__(self, world: World, span: Span | None) -> None:
        self.world = world
        self._span = span
        self._roles: defaultdict[UUID, dict[str, Sites]] = defaultdict(dict)
        for held in world.all(PersonRoleDescribed):
            known = self._roles[held.employee_id]
            known[held.role] = known.get(held.role, frozenset()) | {str(held.location_id or EVERYWHERE)}
        self._delegations = [
            each for each in world.all(DelegationDescribed) if span is not None and _counts(each, span)
        ]  # fmt: skip

    def _runs(self, given: DelegationDescribed) -> bool:
        return self._span is not None and given.ends_at > self._span.until

    def sites(self, person: UUID, role: str) -> Sites:
        """Return where somebody holds a role themself."""
        return self._roles.get(person, {}).get(role, frozenset())

    def of(self, person: UUID, *, ended: bool = False) -> Iterator[Power]:
        """Return what somebody can decide with: first their own roles, then what is delegated to them.

        Only a role that the delegator holds themself is delegated, so a delegation is not passed on; and with the
        delegator's role the delegation goes. `ended`: also what ran when they may have approved, and is over.
        """
        yield Power(person, self._roles.get(person, {}))
        for given in self._delegations:
            if given.delegate_id == person and (ended or self._runs(given)):
                held = self.sites(given.delegator_id, given.role)
                yield Power(given.delegator_id, {given.role: _within(held, given.location_id)})

    def lent(self, person: UUID) -> Sites:
        """Return where somebody can use a role that was delegated to them."""
        return frozenset().union(
            *(sites for power in self.of(person) if power.holder != person for sites in power.sites.values())
        )

    def tied(self, person: UUID) -> frozenset[UUID]:
        """Return who has delegated to somebody, and to whom they have: with these they are one pair of eyes."""
        to = {each.delegate_id for each in self._delegations if each.delegator_id == person}
        return frozenset(to | {each.delegator_id for each in self._delegations if each.delegate_id == person})

    def deciding(self) -> tuple[UUID, ...]:
        """Return everybody who could be asked at all, in order of their ids."""
        holders = {person for person, roles in self._roles.items() if any(role in roles for role in DECIDING)}
        return tuple(sorted(holders | {each.delegate_id for each in self._delegations if self._runs(each)}))

    def above(self, person: UUID) -> tuple[UUID, ...]:
        """Return everybody above somebody in their chain of managers; a circle ends where it began."""
        found: list[UUID] = []
        known = self.world.employee(person)
        while known is not None and known.manager_id is not None and known.manager_id not in (person, *found):
            found.append(known.manager_id)
            known = self.world.employee(known.manager_id)
        return tuple(found)

    def left(self, person: UUID, at: datetime | None) -> bool:
        """Return whether somebody works here no more: their last day is over in every time zone."""
        known = self.world.employee(person)
        if known is None or known.ended_on is None or at is None:
            return False
        return (at - timedelta(hours=12)).date() > known.ended_on


def _counts(each: DelegationDescribed, span: Span) -> bool:
    if each.delegate_id == each.delegator_id or each.ends_at - each.starts_at > LONGEST_DELEGATION:
        return False  # the database refuses these too
    return each.starts_at <= span.until and each.ends_at > span.since


def _within(held: Sites, location: UUID | None) -> Sites:
    if location is None:
        return held
    return frozenset({str(location)}) if held & {str(location), EVERYWHERE} else frozenset()
