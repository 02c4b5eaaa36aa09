"""Fold a key's records again, and hold what an agent emits now against what it emitted then."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from agents import AGENTS
from agents.kernel import Agent, Outcome, Partition, Wake, World
from schemas.events import Event, Tick, WorldEvent
from schemas.policies import Policy
from streams.explain.book import Entry
from streams.explain.difference import Field, differing
from streams.letters import AGENT, CAUSE, Letters
from streams.log import Position
from streams.outbox import Outgoing
from streams.record import Record
from streams.replay import Recording, refolded
from streams.roles import FOLDED
from streams.turns import Schemas

P = TypeVar("P", bound=Policy)
BROADCAST = b"world:"
Batches = Iterable[Sequence[Record]]


class Consulted(NamedTuple):
    """A version of a policy; 0 is the shipped default."""

    name: str
    version: int


@dataclass(frozen=True, slots=True)
class Check:
    """What became of one emission when it was emitted again."""

    emission: Position
    agent: str
    key: str | None
    """Whose records were folded, beside the broadcasts; None: everybody's."""
    folded: int
    """How many records that was."""
    differences: tuple[Field, ...]
    policies: tuple[Consulted, ...] = ()
    """What the fold asked the World for when it emitted this."""

    @property
    def identical(self) -> bool:
        """Byte for byte: key, Avro body, headers."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Work:
    """Emissions of one agent over one partition, to be emitted again by folding it once."""

    agent: str
    topic: str
    partition: int
    key: str | None
    until: int
    emissions: tuple[Entry, ...]

    def wants(self, record: Record) -> bool:
        """Whether the record is one of the key's, or one that all keys get."""
        return self.key is None or record.key == self.key.encode() or (record.key or b"").startswith(BROADCAST)


def works(emissions: Iterable[tuple[Entry, Entry]]) -> list[Work]:
    """Return what is to be folded for these (emission, cause), each partition once per agent."""
    groups: dict[tuple[str, str, int], list[tuple[Entry, Entry]]] = defaultdict(list)
    for emission, cause in emissions:
        groups[emission.agent or "", cause.position.topic, cause.position.partition].append((emission, cause))
    return [_work(group, pairs) for group, pairs in groups.items()]


def _work(group: tuple[str, str, int], pairs: Sequence[tuple[Entry, Entry]]) -> Work:
    keys = {folded_for(*pair) for pair in pairs}
    key = keys.pop() if len(keys) == 1 else None
    return Work(*group, key, max(cause.position.offset for _, cause in pairs) + 1, tuple(each for each, _ in pairs))


def folded_for(emission: Entry, cause: Entry) -> str | None:
    """Return the key whose state emitted this; None when a broadcast caused it and nothing proves whose it was.

    A wake-up's id is derived from agent, key and due: it proves the key that the subject suggests.
    """
    event = emission.event
    if not isinstance(cause.event, WorldEvent) or event is None:
        return (cause.record.key or b"").decode(errors="replace")
    subject = event.key
    for key in (subject, subject.partition(":")[2], str(getattr(event, "location_id", ""))):
        if isinstance(cause.event, Tick) and woken(emission, key):
            return key
    return None


def woken(emission: Entry, key: str) -> bool:
    """Whether the emission names as its cause the wake-up that was due for this key when it says it happened."""
    event = emission.event
    if event is None or emission.agent is None:
        return False
    return Wake(emission.agent, key, event.recorded_at, event.tenant_id).event_id == event.causation_id


def unowned(emission: Entry) -> Check:
    """Return the check of a record that no agent of ours has emitted, for it does not say so, or not from what."""
    missing = [Field(f"header {name}", None, "set by every host") for name in (AGENT, CAUSE)]
    return Check(
        emission.position,
        emission.agent or "nobody",
        None,
        0,
        tuple(field for field, known in zip(missing, (emission.agent, emission.cause), strict=True) if not known),
    )


def again(
    work: Work, batches: Batches, letters: Letters, schemas: Schemas, agents: Sequence[Agent[Any]] = AGENTS
) -> list[Check]:
    """Fold these records of the partition, from its first to the last cause, and compare."""
    agent = next((each for each in agents if each.name == work.agent and each.topic.name == work.topic), None)
    if agent is None:
        missing = Field("agent", work.agent, None)
        return [Check(each.position, work.agent, work.key, 0, (missing,)) for each in work.emissions]
    counted, asked = _Counted(work, batches), _Asked({each.event.event_id for each in work.emissions if each.event})
    partition = Partition([letters.checked(asked.by(agent))], asked.world(), rebuilding=True)
    causes = {each.record.header(CAUSE) for each in work.emissions}
    emitted: dict[bytes, list[Outgoing]] = defaultdict(list)
    for each in refolded(_recording(work), partition, letters, schemas, counted):
        cause = dict(each.headers).get(CAUSE)
        if cause is not None and cause in causes:
            emitted[cause].append(each)
    return [
        Check(
            each.position,
            work.agent,
            work.key,
            counted.folded,
            differing(each.record, emitted[each.record.header(CAUSE) or b""], letters.codec.decode),
            asked.of(each),
        )
        for each in work.emissions
    ]


def _recording(work: Work) -> Recording:
    host = next((f"agents.{name}" for name, topic in FOLDED.items() if topic.name == work.topic), "")
    return Recording({}, host, work.topic, "", work.partition, work.until)


@dataclass(slots=True)
class _Counted:
    """The records that a work wants of these batches."""

    work: Work
    batches: Batches
    folded: int = 0

    def __iter__(self) -> Iterator[list[Record]]:
        for records in self.batches:
            wanted = [record for record in records if self.work.wants(record)]
            self.folded += len(wanted)
            if wanted:
                yield wanted


@dataclass(slots=True)
class _Asked:
    """Which policies an agent asked for in the steps that emitted these."""

    wanted: set[UUID]
    _step: set[Consulted] = field(default_factory=set)
    _found: dict[UUID, tuple[Consulted, ...]] = field(default_factory=dict)

    def world(self) -> World:
        """Return a World, still empty, that notes what it is asked for; so does every World made from it."""
        step = self._step

        class Noting(World):
            __slots__ = ()

            def versioned(self, kind: type[P], at: datetime | None) -> tuple[int, P]:
                version, policy = super().versioned(kind, at)
                step.add(Consulted(kind.name, version))
                return version, policy

        return Noting()

    def by(self, agent: Agent[Any]) -> Agent[Any]:
        """Return the agent, watched."""

        def step(state: Any, event: Event | Wake, world: World) -> Outcome[Any]:
            self._step.clear()
            outcome = agent.step(state, event, world)
            for each in outcome.emitted:
                if each.event_id in self.wanted:
                    self._found[each.event_id] = tuple(sorted(self._step))
            return outcome

        return replace(agent, step=step)

    def of(self, emission: Entry) -> tuple[Consulted, ...]:
        """Return what was asked for; nothing when it is not emitted any more."""
        return self._found.get(emission.event.event_id, ()) if emission.event else ()
