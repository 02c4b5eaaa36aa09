"""What a fold is: a pure step from state and event to an outcome, and the declaration that host and docs read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from agents.kernel.world import World
from schemas.events import Event, Tick, WorldEvent
from schemas.ids import DEFAULT_TENANT, derive
from schemas.topics import Topic

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Wake:
    """The instant a fold asked to be woken at has come; the cause of what it then emits is (agent, key, due)."""

    agent: str
    key: str
    at: datetime
    tenant_id: str = DEFAULT_TENANT

    @property
    def event_id(self) -> UUID:
        """Derived from agent, key and due."""
        return derive("wake", self.agent, self.key, self.at.astimezone(UTC).isoformat())

    correlation_id = event_id

    @property
    def occurred_at(self) -> datetime:
        """When it was due."""
        return self.at

    recorded_at = occurred_at


class Outcome(msgspec.Struct, Generic[S], frozen=True):
    """What a step comes to. State None forgets the key; `wake_at` replaces an earlier wish, None takes it back."""

    state: S | None
    emitted: tuple[Event, ...] = ()
    wake_at: datetime | None = None


@dataclass(frozen=True, eq=False)
class Agent(Generic[S]):
    """The contract of one fold. `state` is a frozen ``msgspec.Struct``; a change of its shape or meaning is a version.

    `consumes_world` names broadcasts that are stepped through every stored key, in key order; all others only
    change the World. `upgrades` maps an older version to the function that brings its state to the next one.
    A fold that is not `moded` (supervisor, trust) cannot be switched off.
    """

    name: str
    version: int
    topic: Topic
    consumes: tuple[type[Event], ...]
    emits: tuple[type[Event], ...]
    state: type[S]
    step: Callable[[S | None, Any, World], Outcome[S]]
    consumes_world: tuple[type[WorldEvent], ...] = ()
    moded: bool = True
    upgrades: Mapping[int, Callable[[Any], Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if Tick in self.consumes_world or any(issubclass(event, WorldEvent) for event in self.consumes):
            raise TypeError(f"{self.name}: time comes by `wake_at`, and broadcasts by `consumes_world`")
        object.__setattr__(self, "decode", msgspec.msgpack.Decoder(self.state).decode)
        object.__setattr__(self, "encode", msgspec.msgpack.Encoder().encode)

    decode: Callable[[bytes], S] = field(init=False, repr=False)
    encode: Callable[[S], bytes] = field(init=False, repr=False)

    def restore(self, version: int, raw: bytes) -> S:
        """Read a stored state, upgrading an older version step by step.

        Raises:
            LookupError: no upgrade leads here, or a newer version wrote it; the host rebuilds the agent from the log.

        """
        if version == self.version:
            return self.decode(raw)
        if version > self.version:
            raise LookupError(f"{self.name}: the state is of version {version}, newer than {self.version}")
        state = msgspec.msgpack.decode(raw)
        for each in range(version, self.version):
            if each not in self.upgrades:
                raise LookupError(f"{self.name}: no upgrade from version {each}")
            state = self.upgrades[each](state)
        return msgspec.convert(state, self.state)
