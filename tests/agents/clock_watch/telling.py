"""Folding with an echo: what the agent tells everybody comes back to its own partition, as it does on the log."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from agents.clock_watch import AGENT
from agents.clock_watch.place import Place
from agents.kernel import Partition, Recorded
from agents.kernel.downtime import Outage
from agents.kernel.partition import Emission
from schemas.events import ClockSeen, Event, ShiftDue, ShiftNotDue
from tests.agents.worlds import live, state_of
from tests.builders import CLINIC, envelope, shift, uid
from tests.facts import clock_seen, due

ANN, BEN = uid("ann"), uid("ben")


def comes(
    who: UUID, start: datetime, hours: float = 8, *, name: str = "", revision: int = 1, known: datetime | None = None
) -> ShiftDue:
    """Return that somebody is due, as was known a day before, or at `known`."""
    recorded = known or start - timedelta(days=1)
    return due(shift(start, hours, name=name or f"{who} {start}", who=who, recorded=recorded, revision=revision))


def gone(planned: ShiftDue, recorded: datetime) -> ShiftNotDue:
    """Return that they are not due any more."""
    return ShiftNotDue(
        **envelope("gone", recorded, planned.shift_id),
        location_id=planned.location_id,
        shift_id=planned.shift_id,
        revision=planned.revision + 1,
    )


def late(when: datetime, recorded: datetime) -> ClockSeen:
    """Return a punch that the clock has kept until it was heard of again."""
    return clock_seen(when, source="punch").model_copy(update={"recorded_at": recorded})


def watch(partition: Partition, events: Iterable[Event]) -> list[Event]:
    """Fold events, and after each what it led to; return what was told everybody."""
    told: list[Event] = []
    for event in events:
        emitted = folded(partition, event)
        told += emitted
        for each in emitted:
            assert folded(partition, each) == []
    return told


def folded(partition: Partition, event: Event) -> list[Event]:
    """Fold one event."""
    results = list(partition.fold(Recorded(0, event.key, event)))
    assert all(isinstance(each, Emission) for each in results), results
    return [each.event for each in results if isinstance(each, Emission)]


def outages(*events: Event, partition: Partition | None = None) -> list[Outage]:
    """Return which outages of the clinic everybody knows of after these events."""
    partition = partition or live(AGENT)
    watch(partition, events)
    return list(partition.world.outages(CLINIC))


def place_of(partition: Partition) -> Place:
    """Return what is known of the only place."""
    state = state_of(partition)
    assert isinstance(state, Place)
    return state
