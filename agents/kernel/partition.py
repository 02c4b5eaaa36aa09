"""One partition's folding: World, states and wake-ups move record by record, in memory, without I/O.

Host, replay, rebuild and tests all drive this one class. The host loads what `wants` names, folds a chunk, commits
`take_changes`, and throws the partition away when the commit does not come true.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from agents.kernel.contract import Agent, Outcome, Wake
from agents.kernel.modes import Raised, admit
from agents.kernel.world import World
from schemas.events import AgentModeChanged, Event, Mode, ProposalMade, Tick, WorldEvent
from schemas.faults import FoldRaised


class Place(NamedTuple):
    """Whose state: an agent's, for one key."""

    agent: str
    key: str


class Cell(msgspec.Struct, frozen=True):
    """What is kept for one place. An empty one is not stored."""

    state: Any = None
    wake_at: datetime | None = None
    raised: Raised = msgspec.field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.state is not None or self.wake_at is not None or bool(self.raised)


EMPTY = Cell()
TO_ALL = ("*",)
"""Who is told of a broadcast; no agent has this name."""


class Recorded(msgspec.Struct, frozen=True):
    """A decoded record. `reader` and `woken` are set on one that was buried and is given again to that reader only."""

    offset: int
    key: str
    event: Event
    reader: str | None = None
    woken: str | None = None
    """Key whose wake-up, or whose step of a broadcast, had failed."""


class Emission(msgspec.Struct, frozen=True):
    """An event that a fold emitted, and the offset that caused it."""

    agent: str
    event: Event
    cause: int


class Burial(msgspec.Struct, frozen=True):
    """A record that an agent could not fold, for which key when it was not the record's own, and why."""

    agent: str
    offset: int
    error: Exception
    woken: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What a chunk has changed; `world` is None when it is as before."""

    cells: Mapping[Place, Cell]
    world: World | None
    returning: frozenset[str]
    """Agents that left ``disabled`` in this chunk: the host rebuilds them from the log."""


class Partition:
    """Folding of one partition by some agents of its topic.

    A disabled agent does not fold, except while it is rebuilt (`rebuilding`, replay and backfill): then it folds what
    it missed and emits nothing, so that a rebuilt state is the one it would have had.
    """

    def __init__(self, agents: Iterable[Agent[Any]], world: World | None = None, *, rebuilding: bool = False) -> None:
        self.rebuilding = rebuilding
        self.agents = {agent.name: agent for agent in sorted(agents, key=lambda agent: agent.name)}
        self.world = world or World()
        self.cells: dict[Place, Cell] = {}
        self._wakes: list[tuple[datetime, Place]] = []
        self._due: dict[Place, datetime] = {}
        self._changed: dict[Place, Cell] = {}
        self._world_changed = False
        self._returning: set[str] = set()
        self._readers: dict[type[Event], tuple[str, ...]] = {}

    # -- what the host does around a chunk

    def expect(self, wakes: Iterable[tuple[Place, datetime]]) -> None:
        """Learn the stored wake-ups."""
        for place, due in wakes:
            self._schedule(place, due)

    def wants(self, records: Sequence[Recorded]) -> Iterator[Place | str]:
        """Yield the places whose cells these records need, and the names of agents of which they need all."""
        until = max((each.event.at for each in records if type(each.event) is Tick), default=None)
        for record in records:
            for agent in self.agents.values():
                if type(record.event) in agent.consumes_world:
                    yield agent.name
                elif type(record.event) in agent.consumes:
                    yield Place(agent.name, record.key)
                elif record.reader == agent.name and record.woken is not None:
                    yield Place(agent.name, record.woken)
        if until is not None:
            yield from (place for place, due in self._due.items() if due <= until)

    def load(self, cells: Mapping[Place, Cell]) -> None:
        """Put stored cells in, empty ones for places that have none."""
        self.cells.update(cells)

    def take_changes(self) -> Changes:
        """Return what has changed since the last call."""
        changes = Changes(self._changed, self.world if self._world_changed else None, frozenset(self._returning))
        self._changed, self._world_changed, self._returning = {}, False, set()
        return changes

    def forget(self, limit: int) -> None:
        """Drop the cells that were loaded first, beyond `limit`; they are committed and can be loaded again."""
        for place in list(self.cells)[: max(0, len(self.cells) - limit)]:
            del self.cells[place]

    # -- folding

    def fold(self, record: Recorded) -> Iterator[Emission | Burial]:
        """Fold one record into all agents, in the order of their names."""
        readers = self._readers.get(type(record.event))
        if readers is None:
            readers = self._readers[type(record.event)] = self._told(type(record.event))
        if readers == TO_ALL:
            yield from self._spread(record)
            return
        for agent in readers:
            if record.reader is None or record.reader == agent:
                yield from self._step(Place(agent, record.key), record.event, record)

    def _told(self, event: type[Event]) -> tuple[str, ...]:
        # Asked once per kind of event: pydantic's `isinstance` costs as much as a small fold.
        if issubclass(event, WorldEvent):
            return TO_ALL
        return tuple(name for name, agent in self.agents.items() if event in agent.consumes)

    def _spread(self, record: Recorded) -> Iterator[Emission | Burial]:
        event = record.event
        assert isinstance(event, WorldEvent)
        if record.reader is None:
            self._learn(event)
        for place in self._broadcast(event, record):
            yield from self._step(place, event, record)
        if isinstance(event, Tick):
            yield from self._wake(event, record)

    def _learn(self, event: WorldEvent) -> None:
        if isinstance(event, AgentModeChanged) and event.agent in self.agents:
            was = self.world.mode(event.agent)
            world = self.world.with_fact(event)
            if self.agents[event.agent].moded and was == "disabled" != world.mode(event.agent):
                self._returning.add(event.agent)
        else:
            world = self.world.with_fact(event)
        self._world_changed |= world is not self.world
        self.world = world

    def _broadcast(self, event: WorldEvent, record: Recorded) -> list[Place]:
        told = {
            name
            for name, agent in self.agents.items()
            if type(event) in agent.consumes_world and record.reader in (None, name)
        }
        if not told:  # ticks mostly: they cost what is due, not what is known
            return []
        return sorted(
            place
            for place, cell in self.cells.items()
            if place.agent in told and cell and record.woken in (None, place.key)
        )

    def _wake(self, tick: Tick, record: Recorded) -> Iterator[Emission | Burial]:
        if record.reader is not None:
            if record.woken is not None and record.reader in self.agents:
                place = Place(record.reader, record.woken)
                yield from self._step(place, Wake(place.agent, place.key, tick.at, tick.tenant_id), record)
            return
        while self._wakes and self._wakes[0][0] <= tick.at:
            due, place = heapq.heappop(self._wakes)
            if self._due.get(place) == due:
                del self._due[place]
                yield from self._step(place, Wake(place.agent, place.key, due, tick.tenant_id), record)

    def _step(self, place: Place, event: Event | Wake, record: Recorded) -> Iterator[Emission | Burial]:
        agent = self.agents[place.agent]
        cell = self.cells.get(place, EMPTY)
        mode = self.world.mode(agent.name) if agent.moded else "live"
        if mode == "disabled" and not self.rebuilding:
            return
        try:
            outcome = agent.step(cell.state, event, self.world)
            self._check(agent, event, outcome)
            raised, admitted = self._admit(agent, mode, cell, outcome) if outcome.emitted else (cell.raised, ())
            after = Cell(outcome.state, outcome.wake_at, raised)
        except Exception as error:  # noqa: BLE001 - a fold's fault is this record's fate, not the host's
            if isinstance(event, Wake):
                self._put(place, Cell(cell.state, None, cell.raised))
            yield Burial(agent.name, record.offset, error, place.key if place.key != record.key else None)
            return
        if after.state is not cell.state or after.wake_at != cell.wake_at or raised is not cell.raised:
            self._put(place, after)  # a fold that hands back the very same state has not changed anything
        for each in admitted:
            yield Emission(agent.name, each, record.offset)

    def _admit(
        self, agent: Agent[Any], mode: Mode, cell: Cell, outcome: Outcome[Any]
    ) -> tuple[Raised, tuple[Event, ...]]:
        if not any(type(each) is ProposalMade for each in outcome.emitted):  # mostly judgements alone
            return admit(mode, cell.raised, outcome.emitted)
        # What an agent in shadow has proposed can be adopted, so shadow is a use, too; a live one answers for its own.
        since = self.world.first_in(agent.name, *(("live",) if mode == "live" else ("shadow", "live")))
        return admit(mode, cell.raised, outcome.emitted, since)

    @staticmethod
    def _check(agent: Agent[Any], event: Event | Wake, outcome: Outcome[Any]) -> None:
        for each in outcome.emitted:
            if type(each) not in agent.emits:
                raise FoldRaised(f"{agent.name} emitted {type(each).__name__}, which it does not declare in `emits`")
        if outcome.state is not None and type(outcome.state) is not agent.state:
            raise FoldRaised(f"{agent.name} returned a {type(outcome.state).__name__} as its state")
        if outcome.wake_at is None:
            return
        if outcome.wake_at.tzinfo is None:
            raise FoldRaised(f"{agent.name} asks to be woken at {outcome.wake_at}, which is no instant without a zone")
        if isinstance(event, Wake) and outcome.wake_at <= event.at:
            raise FoldRaised(f"{agent.name} was woken at {event.at} and asks to be woken at {outcome.wake_at} again")

    def _put(self, place: Place, cell: Cell) -> None:
        self.cells[place] = self._changed[place] = cell
        if cell.wake_at is None:
            self._due.pop(place, None)
        elif self._due.get(place) != cell.wake_at:
            self._schedule(place, cell.wake_at)

    def _schedule(self, place: Place, due: datetime) -> None:
        self._due[place] = due
        heapq.heappush(self._wakes, (due, place))
