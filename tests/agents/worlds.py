"""Worlds and folding for tests of agents: a partition in which everybody is live, and what it emitted."""

from typing import Any

from agents.kernel import Agent, Partition, Recorded, World, replay
from agents.kernel.partition import Burial
from schemas.events import Event, WorldEvent
from tests.builders import ADMIN, CLINIC, EMPLOYEE, HR, MANAGER, employed, location, mode, role

STAFF: tuple[WorldEvent, ...] = (
    location(CLINIC),
    employed(EMPLOYEE),
    employed(MANAGER, manager=None),
    role(MANAGER, "manager"),
    role(HR, "hr", None),
    role(ADMIN, "admin", None),
)


def world(*facts: WorldEvent) -> World:
    """Return the World that knows these facts."""
    known = World()
    for fact in facts:
        known = known.with_fact(fact)
    return known


def live(agent: Agent[Any], *facts: WorldEvent) -> Partition:
    """Return a fresh partition of one agent, which is live."""
    return Partition([agent], world(mode(agent.name, "live"), *facts))


def fold(agent: Agent[Any], *events: Event, partition: Partition | None = None) -> list[Event]:
    """Fold events into a live agent and return what it emitted."""
    return [each.event for each in replay([agent], events, partition or live(agent))[1]]


def one(partition: Partition, event: Event, offset: int = 0, **given: str) -> list[Any]:
    """Fold one record and return emissions and burials."""
    return list(partition.fold(Recorded(offset, event.key, event, **given)))


def state_of(partition: Partition) -> Any:
    """Return the state of the only cell."""
    (cell,) = partition.cells.values()
    return cell.state


def errors(results: list[Any]) -> list[str]:
    """Return why records were buried."""
    return [str(each.error) for each in results if isinstance(each, Burial)]
