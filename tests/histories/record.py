"""Write the histories anew: three weeks of four people, and what managers said to the proposals about them."""

import json
import sys
from collections.abc import Iterable
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from agents import AGENTS
from agents.clock_watch import AGENT as CLOCK_WATCH
from agents.kernel import Agent, Partition
from agents.supervisor import AGENT as SUPERVISOR
from schemas.events import DecisionMade, Event, LeaveRecorded, ProposalMade, ProposalWithdrawn
from schemas.policies import AttendancePolicy, SupervisionPolicy
from schemas.policies.clocks import ClockPolicy
from tests.agents.worlds import STAFF
from tests.builders import (
    ADMIN,
    CLINIC,
    HR,
    MANAGER,
    at,
    cancelled,
    employed,
    leave,
    location,
    mode,
    policy,
    punch,
    report,
    review,
    shift,
    tick,
    uid,
    voided,
)
from tests.facts import clock_seen, delivered, due, not_due, notice
from tests.histories import HERE, RECORDED, history, read, replayed, written

PEOPLE = tuple(uid(f"employee {number}") for number in range(4))
DAYS = 21


def workforce(agent: str) -> list[Event]:
    """Return a partition of the workforce topic: most come in time, some late, some not at all; some is corrected."""
    dice = Random(14)
    events: list[Event] = [*STAFF, *(employed(who) for who in PEOPLE), mode(agent, "shadow", when=at("0:00"))]
    for day in range(DAYS):
        if day == 2:
            events.append(mode(agent, "live", 2, at("0:00", 2)))
        if day == 9:
            events.append(policy(AttendancePolicy(grace=timedelta(minutes=10)), at("0:00", 10)))
        if day == 17:
            events.append(mode(agent, "paused", 3, at("0:00", 17)))
        facts = [event for who in PEOPLE for event in _day(dice, day, who)]
        marks = [tick(at(f"{hour}:00", day)) for hour in range(6, 24, 3)]
        events += sorted([*facts, *marks], key=lambda event: event.recorded_at)
    return events


def _day(dice: Random, day: int, who: UUID) -> list[Event]:
    start = at("22:00" if who == PEOPLE[3] else "8:30", day)
    name = f"{who} {day}"
    planned = shift(start, name=f"shift {name}", who=who)
    early = {"recorded_at": start - timedelta(days=1)}
    events: list[Event] = [planned.model_copy(update=early)]
    fate = dice.random()
    if fate < 0.1:  # nobody came, and who did not was asked
        asked = notice("absence_question", planned.ends_at, planned, to=f"employee:{who}")
        return [*events, delivered(asked)]
    if fate < 0.15:
        gone = cancelled(planned).model_copy(update={"recorded_at": start + timedelta(hours=3)})
        return [*events, punch(start, name=f"in {name}", who=who), gone]
    if fate < 0.2:
        off: LeaveRecorded = leave(start, planned.ends_at, name=f"leave {name}")
        return [*events, off.model_copy(update={"employee_id": who, **early})]
    late = timedelta(seconds=dice.choice([-600, -120, 0, 200, 301, 360, 700, 2400]))
    arrival = punch(start + late, name=f"in {name}", who=who)
    events.append(arrival)
    if dice.random() < 0.15:
        right = punch(start - timedelta(minutes=1), name=f"in {name}", who=who, revision=2)
        events.append(right.model_copy(update={"recorded_at": start + timedelta(hours=5)}))
    elif dice.random() < 0.1:
        events.append(voided(arrival).model_copy(update={"recorded_at": start + timedelta(hours=4)}))
    return [*events, punch(planned.ends_at, "out", name=f"out {name}", who=who)]


def operations() -> list[Event]:
    """Return a partition of the operations topic: two people, a clock that beats, is dead at times, or tells late."""
    dice, partition = Random(5), Partition([CLOCK_WATCH])
    facts: list[Event] = [location(CLINIC), mode(CLOCK_WATCH.name, "shadow"), mode(CLOCK_WATCH.name, "live", 2)]
    for day in range(DAYS):
        if day == 12:
            facts.append(policy(ClockPolicy(silence=timedelta(hours=1)), at("0:00", 12)))
        if day == 19:
            facts.append(mode(CLOCK_WATCH.name, "paused", 3).model_copy(update={"recorded_at": at("9:00", 19)}))
        facts += _clinic(dice, day)
        facts += [tick(at("0:00", day) + timedelta(minutes=30 * part)) for part in range(12, 44)]
    events: list[Event] = []
    for event in sorted(facts, key=lambda each: each.recorded_at):
        told = [read(each) for (emitted,) in [list(replayed(CLOCK_WATCH, [event], partition))] for each in emitted]
        list(replayed(CLOCK_WATCH, told, partition))
        events += [event, *told]  # what it tells comes back
    return events


def _clinic(dice: Random, day: int) -> list[Event]:
    shifts = [
        shift(at("8:30", day), 8, name=f"{who} {day}", who=who, recorded=at("6:00", day - 1)) for who in PEOPLE[:2]
    ]
    events: list[Event] = [due(each) for each in shifts]
    fate = dice.random()
    if fate < 0.15:
        gone = not_due(shifts[0]).model_copy(update={"recorded_at": at("9:20", day)})
        return [*events, gone, clock_seen(at("12:00", day))]
    if fate < 0.3:
        return [*events, clock_seen(at("8:10", day))]  # and then never again
    seen = [clock_seen(at(when, day), str(who), source="punch") for who in PEOPLE[:2] for when in ("8:25", "16:33")]
    if fate < 0.5:  # kept, and told at noon
        seen = [each.model_copy(update={"recorded_at": max(each.recorded_at, at("12:00", day))}) for each in seen]
    beats = [clock_seen(at(f"{hour}:00", day)) for hour in range(6, 20)] if fate > 0.8 else []
    return [*events, *seen, *beats]


def supervisor(proposals: Iterable[Event]) -> list[Event]:
    """Return a partition of the proposals topic: what attendance proposed, reviewed and applied."""
    dice, partition = Random(1), Partition([SUPERVISOR])
    events: list[Event] = [*STAFF, *(employed(who) for who in PEOPLE)]
    list(replayed(SUPERVISOR, events, partition))
    for number, event in enumerate(proposals):
        if number == 6:
            events.append(policy(SupervisionPolicy(autonomy={"lateness_entry": "semi_autonomous"}), event.recorded_at))
            list(replayed(SUPERVISOR, events[-1:], partition))
        more: list[Event] = [tick(event.recorded_at), event]
        if isinstance(event, ProposalMade) and dice.random() < 0.9:
            by, word = dice.choice([MANAGER, HR, ADMIN, *PEOPLE[:1]]), dice.choice(["approve", "approve", "reject"])
            more.append(review(event, word, by=by, when=event.recorded_at + timedelta(minutes=3)))
        events += more
        made = [each for emitted in replayed(SUPERVISOR, more, partition) for each in emitted]
        events += (reports := [_report(dice, event, each) for each in made if _asks(each)])
        list(replayed(SUPERVISOR, reports, partition))
    return [*events, tick(at("0:00", DAYS + 30))]


def _asks(decision: dict[str, Any]) -> bool:
    return decision["type"] == DecisionMade.fullname() and decision["status"] in (
        "approved", "auto_approved", "reversal_approved",
    )  # fmt: skip


def _report(dice: Random, event: Event, decision: dict[str, Any]) -> Event:
    assert isinstance(event, ProposalMade | ProposalWithdrawn)
    outcome = "reverted" if decision["status"] == "reversal_approved" else dice.choice(["applied", "applied", "stale"])
    return report(event, UUID(decision["decision_id"]), outcome, event.recorded_at + timedelta(minutes=4))


def record(agent: Agent[Any], events: list[Event]) -> None:
    """Fold a history and write it down."""
    folded = list(replayed(agent, events, Partition([agent])))
    lines = [
        json.dumps({"event": written(event), "emitted": emitted}) for event, emitted in zip(events, folded, strict=True)
    ]
    (HERE / f"{agent.name}.jsonl").write_text("\n".join(lines) + "\n")


def main(names: list[str]) -> None:
    """Record the histories of these agents; of the supervisor what it makes of attendance's."""
    agents = {agent.name: agent for agent in AGENTS}
    for name in names or [agent.name for agent in RECORDED]:
        if agents[name] is SUPERVISOR:
            said = (read(each) for _, emitted in history("attendance") for each in emitted)
            record(SUPERVISOR, supervisor(each for each in said if isinstance(each, ProposalMade | ProposalWithdrawn)))
        else:
            record(agents[name], operations() if agents[name] is CLOCK_WATCH else workforce(name))


if __name__ == "__main__":
    main(sys.argv[1:])
