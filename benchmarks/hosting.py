"""A real host under the same story: how fast it reads ninety days, what they weigh, and whom a World fact holds up."""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

import psutil
import uvloop

from agents import attendance, break_suggester
from agents.kernel import Agent
from benchmarks.steady import Answers, paced, process, spread, told
from benchmarks.story import DAY, MINUTE, Story
from schemas.topics import Topic
from schemas.wire import headers
from streams import host
from streams.host import Deployment
from streams.settings import Settings
from tests.builders import mode, punch, uid
from tests.faults.counting import codec
from tests.hosts import Site

AGENTS: tuple[Agent[Any], ...] = (attendance.AGENT, break_suggester.AGENT)
RATE = 50
"""Punches a second, while a World fact comes now and then."""
APART = 5.0
"""Seconds between two of them."""
HELD_UP = 1.0
"""Seconds after one in which a punch counts as behind it."""


@dataclass(frozen=True)
class Hosted:
    """What came of it."""

    records: int
    seconds: float
    cpu: float
    """Seconds of the processor in the host's process."""
    memory_megabytes: float
    state_bytes: dict[str, int]
    """Mean of what is stored for a key, by agent."""
    table_megabytes: float
    usual: dict[str, float]
    behind_a_fact: dict[str, float]


def measure(place: Site, story: Story, until: float, say: Callable[[str], None]) -> Hosted:
    """Let a host read the story from the topic, then go on at a steady rate with a World fact now and then."""
    last = recorded(place, story, until, say)
    say("written; the host reads")
    with process("benchmarks.hosting", told(place), place.folder / "host.log") as running:
        measured = psutil.Process(running.pid)
        read = _read(place, measured, until, say)
        usual, behind = disturbed(place, story, last)
        memory = measured.memory_info().rss / 1e6
    return Hosted(*read, memory, *weighed(place), spread(usual), spread(behind))


def _read(place: Site, running: psutil.Process, until: float, say: Callable[[str], None]) -> tuple[int, float, float]:
    """Return how many records the host has read since its first commit, in how much time, and of its processor."""
    records = sum(place.ends(place.source).values())
    while not (first := place.position()):
        _look(place, running, until)
    began, worked = time.perf_counter(), sum(running.cpu_times()[:2])
    for look in count():
        if (position := place.position()) >= records:
            break
        if look % 10 == 0:
            say(f"{position:,} of {records:,}")
        _look(place, running, until)
    return records - first, time.perf_counter() - began, sum(running.cpu_times()[:2]) - worked


def _look(place: Site, running: psutil.Process, until: float) -> None:
    time.sleep(0.5)
    if not running.is_running() or running.status() == psutil.STATUS_ZOMBIE or time.monotonic() > until:
        sys.exit(f"the host has not read all: {(place.folder / 'host.log').read_text()[-2000:] or 'time is up'}")


def recorded(place: Site, story: Story, until: float, say: Callable[[str], None]) -> datetime:
    """Write the story to the topic; return its last day."""
    for agent in AGENTS:
        place.tell(mode(agent.name, "live"))
    midnights = list(story.weekdays())
    for number, midnight in enumerate(midnights):
        for event in story.day(midnight):
            place.tell(event)
            place.producer.poll(0)
        if number % 10 == 0:
            say(f"day {number} of {len(midnights)} written")
        if time.monotonic() > until:
            sys.exit("the story could not be written in time: fewer --days, or more --seconds")
    place.flush()
    return midnights[-1]


def disturbed(place: Site, story: Story, last: datetime) -> tuple[list[float], list[float]]:
    """Return the delays of answers as usual, and right behind a World fact that moves everybody's wake-up."""
    workdays = [last + each * DAY for each in range(1, 8) if (last + each * DAY).weekday() < 5][:4]
    expected = [(who, day) for day in workdays for who in range(story.employees)]
    Random(1).shuffle(expected)  # nobody's punches come in the order of their days, which the fold does not mind
    asked: dict[UUID, float] = {}
    facts: list[float] = []
    with Answers(place) as answers:
        began = time.perf_counter()
        for number in paced(min(len(expected), 20 * RATE), RATE):
            if time.perf_counter() - began > 1 + len(facts) * APART:
                patience = timedelta(hours=1 + len(facts) % 2)
                place.tell(story.fact(len(facts) + 1, last + 5 * DAY, patience))
                facts.append(time.perf_counter())
            who, day = expected[number]
            at = day + timedelta(hours=7, minutes=15 * (who % 16)) - MINUTE
            place.tell(punch(at, name=f"steady {who} {day}", who=story.who(who)))
            place.producer.poll(0)
            asked[uid(f"shift {who} {day.date()}")] = time.perf_counter()
        delays = answers.delays(asked)
    behind = {each for each, at in asked.items() if any(0 <= at - fact < HELD_UP for fact in facts)}
    return [delays[each] for each in asked if each not in behind], [delays[each] for each in behind]


def weighed(place: Site) -> tuple[dict[str, int], float]:
    """Return the mean size of a stored state by agent, and the size of the table with its indexes in megabytes."""
    rows = place.rows("select agent, avg(octet_length(state))::int from rollcall.states group by agent order by agent")
    return dict(rows), float(place.rows("select pg_total_relation_size('rollcall.states')")[0][0]) / 1e6


async def hosted(given: dict[str, Any]) -> None:
    """Be the host that is measured."""
    source, sink = (Topic(given[each], given["partitions"], "key") for each in ("source", "sink"))
    deployment = Deployment(given["reader"], home=lambda _: sink, codec=codec(source, sink), headers=headers)
    await host.run(Settings(**given["settings"]), source, list(AGENTS), deployment)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(hosted(json.loads(sys.argv[1])))
