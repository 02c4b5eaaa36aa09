"""The reference facts that a fold may read, as of its place in the log."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Self, TypeVar
from uuid import UUID

import msgspec

from agents.kernel import downtime
from agents.kernel.downtime import Closure, Outage, Suspicion
from schemas.events import (
    MODES,
    WORLD,
    AgentModeChanged,
    ClockOutageConfirmed,
    ClockOutageEnded,
    ClockOutageSuspected,
    ClosureDeclared,
    EmployeeDescribed,
    LocationDescribed,
    Mode,
    PersonRoleDescribed,
    PolicyPublished,
    Tick,
    WorldEvent,
)
from schemas.policies import Policy

W = TypeVar("W", bound=WorldEvent)
P = TypeVar("P", bound=Policy)
FIRST = "first"
"""Under which a stored World keeps when each agent was first in each mode; no event has this name."""
TYPES: Mapping[str, type[WorldEvent]] = {event.__name__: event for event in WORLD}


class World:
    """Immutable: `with_fact` returns another. Time is not in it: time comes to a fold in events."""

    __slots__ = ("_closures", "_facts", "_first", "_outages", "_policies", "_suspicions", "_timelines")

    def __init__(
        self,
        facts: Mapping[str, Mapping[str, WorldEvent]] | None = None,
        first: Mapping[tuple[str, str], datetime] | None = None,
    ) -> None:
        self._facts = facts or {}
        self._first = first or {}
        self._timelines: dict[str, tuple[list[datetime], list[PolicyPublished]]] = {}
        self._policies: dict[tuple[str, int], tuple[int, Policy]] = {}
        self._closures: Mapping[UUID, tuple[Closure, ...]] | None = None
        self._outages: Mapping[UUID, tuple[Outage, ...]] | None = None
        self._suspicions: Mapping[UUID, tuple[Suspicion, ...]] | None = None

    def with_fact(self, event: WorldEvent) -> Self:
        """Return the World that knows this fact too; an older revision of a known fact changes nothing."""
        if isinstance(event, Tick):
            return self
        first = self._first_with(event) if isinstance(event, AgentModeChanged) else self._first
        family = self._facts.get(type(event).__name__, {})
        known = family.get(event.identity)
        if known is not None and known.revision >= event.revision:
            return self if first is self._first else type(self)(self._facts, first)
        family = downtime.remembered(event, {**family, event.identity: event})
        return type(self)({**self._facts, type(event).__name__: family}, first)

    def _first_with(self, event: AgentModeChanged) -> Mapping[tuple[str, str], datetime]:
        known = self._first.get((event.agent, event.mode))
        if known is not None and known <= event.occurred_at:
            return self._first
        return {**self._first, (event.agent, event.mode): event.occurred_at}

    def all(self, family: type[W]) -> Iterator[W]:
        """Return the standing facts of one type, in order of identity."""
        known = self._facts.get(family.__name__, {})
        return (
            known[identity]  # type: ignore[misc]
            for identity in sorted(known)
            if not getattr(known[identity], "removed", False)
        )

    def get(self, family: type[W], identity: object) -> W | None:
        """Return one standing fact by its natural key."""
        fact = self._facts.get(family.__name__, {}).get(str(identity))
        return None if fact is None or getattr(fact, "removed", False) else fact  # type: ignore[return-value]

    def policy(self, kind: type[P], at: datetime | None) -> P:
        """Return the policy in force at an instant; before the first one, and for None, the shipped default."""
        return self.versioned(kind, at)[1]

    def versioned(self, kind: type[P], at: datetime | None) -> tuple[int, P]:
        """Return (version, policy) in force at an instant; the shipped default is version 0."""
        effective, published = self._timelines.get(kind.name) or self._timeline(kind.name)
        place = bisect_right(effective, at) if effective and at is not None else 0
        found = self._policies.get((kind.name, place))
        if found is None:
            newest = published[place - 1] if place else None
            found = (newest.version, kind.model_validate_json(newest.document)) if newest else (0, kind())
            self._policies[kind.name, place] = found
        return found  # type: ignore[return-value]

    def _timeline(self, name: str) -> tuple[list[datetime], list[PolicyPublished]]:
        known = [each for each in self.all(PolicyPublished) if each.policy == name]
        known.sort(key=lambda each: (each.effective_at, each.version))
        self._timelines[name] = [each.effective_at for each in known], known
        return self._timelines[name]

    def mode(self, agent: str) -> Mode:
        """Return the agent's mode; an agent that nobody has switched is paused (S0-P11)."""
        known = self.get(AgentModeChanged, agent)
        return next((mode for mode in MODES if known and mode == known.mode), "paused")

    def first_in(self, agent: str, *modes: Mode) -> datetime | None:
        """Return when an agent was first switched to one of these modes, as far as is known."""
        return min((self._first[agent, mode] for mode in modes if (agent, mode) in self._first), default=None)

    def employee(self, employee_id: UUID) -> EmployeeDescribed | None:
        """Return who somebody works for and where."""
        return self.get(EmployeeDescribed, employee_id)

    def location(self, location_id: UUID) -> LocationDescribed | None:
        """Return a place of work."""
        return self.get(LocationDescribed, location_id)

    def roles(self, employee_id: UUID) -> tuple[PersonRoleDescribed, ...]:
        """Return the roles that a person holds."""
        return tuple(each for each in self.all(PersonRoleDescribed) if each.employee_id == employee_id)

    def closures(self, location_id: UUID) -> tuple[Closure, ...]:
        """Return when a place was, is or will be closed, in order."""
        if self._closures is None:
            self._closures = downtime.closures(self._known(ClosureDeclared))
        return self._closures.get(location_id, ())

    def outages(self, location_id: UUID) -> tuple[Outage, ...]:
        """Return when the clocks of a place were silent while people were due, suspected and confirmed, in order."""
        if self._outages is None:
            self._outages = downtime.outages(self._suspected(), self._known(ClockOutageConfirmed))
        return self._outages.get(location_id, ())

    def suspected(self, location_id: UUID) -> tuple[Suspicion, ...]:
        """Return what stands of what was said of silent clocks at a place: the newest of each outage."""
        return self._suspected().get(location_id, ())

    def _suspected(self) -> Mapping[UUID, tuple[Suspicion, ...]]:
        if self._suspicions is None:
            self._suspicions = downtime.suspicions(self._known(ClockOutageSuspected), self._known(ClockOutageEnded))
        return self._suspicions

    def _known(self, family: type[W]) -> Iterable[W]:
        """Return the newest revisions of one type, the removed ones too."""
        return self._facts.get(family.__name__, {}).values()  # type: ignore[return-value]

    def encode(self) -> bytes:
        """Return the stored form."""
        families: dict[str, object] = {
            family: [fact.model_dump_json() for _, fact in sorted(facts.items())]
            for family, facts in sorted(self._facts.items())
        }
        first = [(*switch, at) for switch, at in sorted(self._first.items())]
        return msgspec.msgpack.encode(families | {FIRST: first} if first else families)

    @classmethod
    def decode(cls, raw: bytes) -> Self:
        """Read the stored form."""
        stored = msgspec.msgpack.decode(raw)
        first = {(agent, mode): at for agent, mode, at in stored.pop(FIRST, ())}
        facts: dict[str, dict[str, WorldEvent]] = {}
        for family, documents in stored.items():
            events = (TYPES[family].model_validate_json(document) for document in documents)
            facts[family] = {event.identity: event for event in events}
        if not first:  # stored before this was kept: what is known is the last switch
            modes = facts.get(AgentModeChanged.__name__, {}).values()
            first = {(each.agent, each.mode): each.occurred_at for each in modes if isinstance(each, AgentModeChanged)}
        return cls(facts, first)
