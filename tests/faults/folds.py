"""More folds like the counting one, each with a habit that a host must cope with; by name, as workers ask for them."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from agents.kernel import Agent, Outcome, Wake, World
from schemas.events import AgentModeChanged, ClockOutageSuspected, Event, PunchRecorded, ShiftJudged, Tick
from schemas.topics import Topic
from tests.faults import counting
from tests.faults.counting import Tally, employee

PAUSE = timedelta(hours=1)


def waking(tally: Tally | None, event: PunchRecorded | Wake, world: World) -> Outcome[Tally]:
    """Judge an employee as missing who has not punched for an hour."""
    if isinstance(event, PunchRecorded):
        after = counting.step(tally, event, world).state
        return Outcome(after, wake_at=event.occurred_at + PAUSE)
    tally = tally or Tally()
    who = next(employee(number) for number in range(100) if str(employee(number)) == event.key)
    missing = ShiftJudged.caused_by(
        event,
        employee_id=who,
        shift_id=event.event_id,
        location_id=who,
        starts_at=event.at,
        version=tally.newest,
        verdict="missing",
        minutes=tally.count,
        policy_version=0,
    )
    return Outcome(tally, (missing,))


def strict(tally: Tally | None, event: PunchRecorded, world: World) -> Outcome[Tally]:
    """Raise on a punch that does not follow the last one."""
    if event.revision != (tally or Tally()).newest + 1:
        raise ValueError(f"punch {event.revision} does not follow {(tally or Tally()).newest}")
    return counting.step(tally, event, world)


def broadcasting(tally: Tally | None, event: PunchRecorded, world: World) -> Outcome[Tally]:
    """Tell everybody of each punch."""
    outcome = counting.step(tally, event, world)
    told = ClockOutageSuspected.caused_by(
        event,
        outage_id=event.punch_id,
        location_id=event.employee_id,
        starts_at=event.occurred_at,
        people=event.revision,
        revision=event.revision,
    )
    return Outcome(outcome.state, (told, *outcome.emitted))


def shouting(tally: Tally | None, event: PunchRecorded, world: World) -> Outcome[Tally]:
    """Say more about the second punch than a topic takes."""
    outcome = counting.step(tally, event, world)
    if event.revision != 2:
        return outcome
    loud = tuple(each.model_copy(update={"verdict": "x" * 1_000_000}) for each in outcome.emitted)
    return Outcome(outcome.state, loud)


def hanging(tally: Tally | None, event: PunchRecorded, world: World) -> Outcome[Tally]:
    """Never return, and take the event loop with it."""
    while tally is None:
        FOREVER.wait(1)
    return counting.step(tally, event, world)


FOREVER = threading.Event()
STEPS: dict[str, Callable[[Tally | None, Any, World], Outcome[Tally]]] = {
    "waking": waking,
    "strict": strict,
    "broadcasting": broadcasting,
    "shouting": shouting,
    "hanging": hanging,
}


def agent(source: Topic, name: str, version: int) -> Agent[Tally]:
    """The fold of that name; one that is not known by it counts. `moody` can be switched."""
    made = counting.counting(source, name, version)
    emits: tuple[type[Event], ...] = (*made.emits, ClockOutageSuspected) if name == "broadcasting" else made.emits
    return replace(made, step=STEPS.get(name, counting.step), emits=emits, moded=name == "moody")


def switched(name: str, mode: str, revision: int) -> Event:
    """An admin has switched an agent."""
    told = counting.punch(0, revision)
    return AgentModeChanged.caused_by(told, "switch", agent=name, mode=mode, revision=revision)


def tick(at: datetime) -> Event:
    """The business clock has come this far."""
    told = counting.punch(0, 1)
    return Tick.caused_by(told, at.isoformat(), at=at, revision=int(at.timestamp()))
