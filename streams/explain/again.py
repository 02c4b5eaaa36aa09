"""Fold a key's records again, and hold what an agent emits now against what it emitted then, field by field."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from agents import AGENTS
from agents.kernel import Agent, Wake
from schemas.events import Event, Tick, WorldEvent
from schemas.faults import Bury
from streams.explain.book import Entry
from streams.letters import CAUSE, Letters
from streams.log import Position
from streams.outbox import Outgoing
from streams.record import Record
from streams.replay import Recording, letter, refolded
from streams.roles import FOLDED
from streams.turns import Schemas

BROADCAST = b"world:"
TYPE = "ce_type"
Decode = Callable[[bytes | None], Event]
Batches = Iterable[Sequence[Record]]


class Field(NamedTuple):
    """Where the two differ; None: not there at all."""

    name: str
    recorded: str | None
    replayed: str | None


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

    @property
    def identical(self) -> bool:
        """Byte for byte: key, Avro body, headers (DESIGN §4)."""
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
    for key in (subject, subject.partition(":")[2]):
        if isinstance(cause.event, Tick) and woken(emission, key):
            return key
    return None


def woken(emission: Entry, key: str) -> bool:
    """Whether the emission names as its cause the wake-up that was due for this key when it says it happened."""
    event = emission.event
    if event is None or emission.agent is None:
        return False
    return Wake(emission.agent, key, event.recorded_at, event.tenant_id).event_id == event.causation_id


def again(
    work: Work, batches: Batches, letters: Letters, schemas: Schemas, agents: Sequence[Agent[Any]] = AGENTS
) -> list[Check]:
    """Fold these records of the partition, from its first to the last cause, and compare."""
    agent = next((each for each in agents if each.name == work.agent and each.topic.name == work.topic), None)
    if agent is None:
        missing = Field("agent", work.agent, None)
        return [Check(each.position, work.agent, work.key, 0, (missing,)) for each in work.emissions]
    counted = _Counted(work, batches)
    causes = {each.record.header(CAUSE) for each in work.emissions}
    emitted: dict[bytes, list[Outgoing]] = defaultdict(list)
    for each in refolded(_recording(work), [agent], letters, schemas, counted):
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


def differing(then: Record, now: Sequence[Outgoing], decode: Decode) -> tuple[Field, ...]:
    """Return where a record differs from the one that is emitted in its place now; nothing: byte for byte the same."""
    was = letter(then)
    if any(letter(each) == was for each in now):
        return ()
    closest = max(now, key=lambda each: _alike(then, each), default=None)
    if closest is None or dict(closest.headers).get(TYPE) != then.header(TYPE):
        return (Field("event", (then.header(TYPE) or b"").decode(errors="replace"), None),)
    unlike = _unlike(_around(then), _around(closest))
    recorded, replayed = _said(then, decode), _said(closest, decode)
    if recorded and replayed:
        unlike += _unlike(recorded, replayed)
    return unlike or _unlike(_body(then), _body(closest))  # bytes where reading shows nothing


def _unlike(recorded: Mapping[str, str], replayed: Mapping[str, str]) -> tuple[Field, ...]:
    return tuple(
        Field(name, recorded.get(name), replayed.get(name))
        for name in dict.fromkeys([*recorded, *replayed])
        if recorded.get(name) != replayed.get(name)
    )


def _alike(then: Record, now: Outgoing) -> tuple[bool, bool, int]:
    one, other = dict(then.headers), dict(now.headers)
    same = {name for name, value in one.items() if other.get(name) == value}
    return TYPE in same, "ce_id" in same, len(same)


def _around(record: Record | Outgoing) -> dict[str, str]:
    """Return what is compared beside the body."""
    known = letter(record)
    return {
        "topic": known.topic,
        "partition": str(known.partition),
        "key": (known.key or b"").decode(errors="replace"),
        **{f"header {name}": value.decode(errors="replace") for name, value in known.headers},
    }


def _said(record: Record | Outgoing, decode: Decode) -> dict[str, str]:
    """Return the fields of the body; none when nobody can read it."""
    try:
        return {name: str(value) for name, value in decode(record.value).model_dump(mode="json").items()}
    except Bury:
        return {}


def _body(record: Record | Outgoing) -> dict[str, str]:
    body = letter(record).body
    return {"body": f"{len(body)} bytes, SHA-256 {sha256(body).hexdigest()}"}
