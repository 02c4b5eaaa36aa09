"""The kernel alone under a story of many days: what events, ticks and broadcasts cost, and how states grow."""

import gc
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import fmean

import psutil

from agents.attendance import AGENT
from agents.kernel import Burial, Cell, Partition, Place, Recorded, World
from benchmarks.story import DAY, Story
from schemas.events import Event
from schemas.policies import AttendancePolicy
from schemas.policies.breaks import BreakPolicy
from tests.builders import employed, mode, policy, tick

EVERY = 14
"""Days of the calendar between two samples."""
CROWDS = (100, 500, 5_000, 50_000)
"""Keys known to a partition, when it is asked what a minute costs. The last is what a host keeps in memory at most."""
HOUR = timedelta(hours=1)


@dataclass
class Sample:
    """One day, in times of the processor: microseconds are means, milliseconds of one broadcast over all keys."""

    day: int
    microseconds: dict[str, float]
    state_bytes_mean: float
    state_bytes_max: int
    standing_max: int
    """Proposals that the kernel remembers for a key."""
    encode_microseconds: float
    foreign_fact_milliseconds: float
    """A World fact that is stepped through all keys and changes none."""
    moving_fact_milliseconds: float
    """One that moves the wake-up of all."""
    memory_megabytes: float


@dataclass
class Growth:
    """A story, folded."""

    employees: int
    days: int
    records: int = 0
    emitted: int = 0
    seconds: float = 0.0
    cut_short: bool = False
    samples: list[Sample] = field(default_factory=list)


def grow(story: Story, until: float, say: Callable[[str], None], over: int = 1) -> Growth:
    """Fold a story in one partition, the worst case: a real topic has six. Ends early at `until`.

    What an event costs is the mean `over` so many days, up to that of the sample.
    """
    partition = Partition([AGENT], World().with_fact(mode(AGENT.name, "live")))
    growth = Growth(story.employees, story.days)
    calendar, lately = list(story.weekdays()), deque[_Day](maxlen=over)
    for number, midnight in enumerate(calendar):
        folding = _Day(partition, growth.records)
        folding.fold(story.day(midnight))
        lately.append(folding)
        growth.records, growth.emitted = folding.offset, growth.emitted + folding.emitted
        growth.seconds += sum(folding.spent.values())
        if (midnight.weekday() == 0 and number % EVERY == 0) or number == len(calendar) - 1:
            growth.samples.append(_sample(number, lately, midnight))
            say(f"day {number} of {len(calendar)}: {growth.seconds:.1f} s of folding")
        if time.monotonic() > until:
            growth.cut_short = True
            break
    return growth


class _Day:
    """Folds one day's events and keeps what they took, by kind."""

    def __init__(self, partition: Partition, offset: int) -> None:
        self.partition, self.offset, self.emitted = partition, offset, 0
        self.spent: dict[str, float] = defaultdict(float)
        self.count: dict[str, int] = defaultdict(int)

    def fold(self, events: Iterable[Event]) -> None:
        for event in events:
            began = time.process_time()
            results = list(self.partition.fold(Recorded(self.offset, event.key, event)))
            took = time.process_time() - began
            kind = type(event).__name__ + (" with a wake-up" if event.key.startswith("world:") and results else "")
            self.spent[kind] += took
            self.count[kind] += 1
            self.offset += 1
            self.emitted += len(results)
            for each in results:
                if isinstance(each, Burial):
                    raise each.error
        self.partition.take_changes()


def _sample(number: int, days: Sequence[_Day], midnight: datetime) -> Sample:
    partition = days[-1].partition
    cells, kinds = partition.cells, sorted({kind for day in days for kind in day.count})
    began = time.process_time()
    sizes = [len(AGENT.encode(cell.state)) for cell in cells.values()]
    encoding = time.process_time() - began
    later = midnight + 2 * DAY
    return Sample(
        day=number,
        microseconds={kind: _mean(kind, days) for kind in kinds},
        state_bytes_mean=fmean(sizes),
        state_bytes_max=max(sizes),
        standing_max=max(len(cell.raised) for cell in cells.values()),
        encode_microseconds=1e6 * encoding / len(sizes),
        foreign_fact_milliseconds=_broadcast(partition, policy(BreakPolicy(), later)),
        moving_fact_milliseconds=_broadcast(partition, policy(AttendancePolicy(no_show_after=HOUR), later)),
        memory_megabytes=psutil.Process().memory_info().rss / 1e6,
    )


def _mean(kind: str, days: Sequence[_Day]) -> float:
    return 1e6 * sum(day.spent[kind] for day in days) / sum(day.count[kind] for day in days)


def _broadcast(known: Partition, fact: Event) -> float:
    """Return the milliseconds of one fact in a copy of a partition: the best of three."""
    return min(_once(known.world, known.cells, fact) for _ in range(3))


def _once(world: World, cells: dict[Place, Cell], fact: Event) -> float:
    partition = Partition([AGENT], world)
    partition.load(cells)
    gc.collect()
    began = time.process_time()
    list(partition.fold(Recorded(0, fact.key, fact)))
    return 1e3 * (time.process_time() - began)


def idle_ticks() -> dict[int, float]:
    """Return the microseconds of a minute in which nobody is due, by the number of keys that a partition knows."""
    found = {}
    for crowd in CROWDS:
        partition = Partition([AGENT], World())
        partition.load(
            {Place(AGENT.name, f"{number:08}"): Cell(wake_at=None, state=AGENT.state(b"")) for number in range(crowd)}
        )
        rounds = max(3, 200_000 // crowd // 10)
        minutes = [
            tick(datetime.fromisoformat("2026-01-05T00:00+00:00") + timedelta(minutes=each)) for each in range(rounds)
        ]
        began = time.process_time()
        for each in minutes:
            list(partition.fold(Recorded(0, each.key, each)))
        found[crowd] = 1e6 * (time.process_time() - began) / rounds
    return found


def worlds() -> dict[int, tuple[float, float]]:
    """Return, by the number of employees in a World, the microseconds to learn one more and to encode it per commit."""
    found = {}
    for crowd in CROWDS[:-1]:
        world = World()
        for number in range(crowd):
            world = world.with_fact(employed(Story(crowd, 1).who(number)))
        more = [employed(Story(crowd, 1).who(crowd + each)) for each in range(20)]
        began = time.process_time()
        for each in more:
            world = world.with_fact(each)
        learnt = time.process_time()
        world.encode()
        found[crowd] = (1e6 * (learnt - began) / len(more), 1e6 * (time.process_time() - learnt))
    return found
