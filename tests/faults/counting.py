"""A fold whose result shows everything that can go wrong: it counts, per key, what is numbered per key.

Reads punches whose `revision` is their number for this employee, emits one judgement per punch: `version` is that
number and `minutes` the count of punches folded by then. Nothing lost, doubled or reordered: they are equal.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import msgspec

from agents.kernel import Agent, Outcome, World
from schemas.events import PunchRecorded, ShiftJudged
from schemas.topics import Topic
from schemas.wire import Codec, subject

NAMES = UUID(int=7)
DAWN = datetime(2026, 1, 5, 6, tzinfo=UTC)


class Tally(msgspec.Struct, frozen=True):
    """How many punches, the number of the newest, and how often a number did not follow the last."""

    count: int = 0
    newest: int = 0
    jumps: int = 0


def step(tally: Tally | None, event: PunchRecorded, world: World) -> Outcome[Tally]:
    tally = tally or Tally()
    after = Tally(
        tally.count + 1,
        max(tally.newest, event.revision),
        tally.jumps + (event.revision != tally.newest + 1),
    )
    judged = ShiftJudged.caused_by(
        event,
        employee_id=event.employee_id,
        shift_id=event.punch_id,
        location_id=event.employee_id,
        starts_at=event.occurred_at,
        version=event.revision,
        verdict="on_time",
        minutes=after.count,
        policy_version=0,
    )
    return Outcome(after, (judged,))


def counting(source: Topic, name: str = "counting", version: int = 1) -> Agent[Tally]:
    """The agent, over a topic of its own."""
    return Agent(
        name=name, version=version, topic=source, consumes=(PunchRecorded,), emits=(ShiftJudged,), state=Tally,
        step=step, moded=False,
    )  # fmt: skip


def employee(number: int) -> UUID:
    return uuid5(NAMES, str(number))


def punch(who: int, number: int) -> PunchRecorded:
    """The punch of an employee that has this number, from 1."""
    at = DAWN + timedelta(minutes=number)
    identity = uuid5(NAMES, f"{who}/{number}")
    return PunchRecorded(
        event_id=identity, occurred_at=at, recorded_at=at, tenant_id="default", causation_id=identity,
        correlation_id=identity, employee_id=employee(who), revision=number, punch_id=identity, direction="in",
        location_id=None, source="test", device=None,
    )  # fmt: skip


def codec(*carried: Topic) -> Codec:
    """A codec with ids of its own, for topics that no registry knows of."""
    from schemas.topics import DOMAIN

    events = [(topic, event) for topic in DOMAIN for event in topic.events]
    ids = {event: 1000 + number for number, event in enumerate(dict.fromkeys(event for _, event in events))}
    known = {subject(topic, event): ids[event] for topic, event in events}
    for topic in carried:
        known |= {subject(topic, event): number for event, number in ids.items()}
    return Codec(known)
