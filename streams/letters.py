"""What folds emit, as records: home topic, partition by key, Avro value, CloudEvents headers, and what caused it.

A broadcast, a reference fact that a fold has found out, goes into every partition of every folded topic, as the
translator's do: one event, and a record each.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from agents.kernel import Agent, Emission, Outcome, Wake, World
from schemas.events import Event, WorldEvent
from schemas.topics import FOLDED, Topic
from schemas.wire import Codec, Headers, headers
from streams.outbox import Outgoing, fit, partition_of

CAUSE = "cause-position"
"""``topic/partition/offset`` of the record that caused this one."""
AGENT = "agent"
"""Whose fold emitted it."""


@dataclass(slots=True)
class Letters:
    """Encodes emissions. `home` says which topic carries an event, `folded` which ones a broadcast goes to."""

    codec: Codec
    home: Callable[[type[Event]], Topic]
    headers: Callable[[Event], Headers] = headers
    folded: Sequence[Topic] = FOLDED
    _written: dict[int, tuple[Event, list[Outgoing]]] = field(default_factory=dict)
    _homes: dict[type[Event], Topic] = field(default_factory=dict)

    def checked(self, agent: Agent[Any]) -> Agent[Any]:
        """Return the agent whose steps fail when what they emit cannot be sent: state is then as before the step."""
        step, emits, write = agent.step, agent.emits, self._write

        def checked(state: Any, event: Event | Wake, world: World) -> Outcome[Any]:
            outcome = step(state, event, world)
            for each in outcome.emitted:
                if type(each) in emits:  # of the others the kernel says it better
                    write(each)
            return outcome

        return replace(agent, step=checked)

    def letters(self, emission: Emission, cause: str) -> list[Outgoing]:
        """Return the records of what was admitted; `cause` is ``topic/partition/`` of what is folded."""
        event = emission.event
        written = self._written.pop(id(event), None)
        if written is None or written[0] is not event:  # admitted in another form than emitted: marked as shadow
            written = (event, self._written_of(event))
        for each in written[1]:
            each.headers.append((AGENT, emission.agent.encode()))
            each.headers.append((CAUSE, f"{cause}{emission.cause}".encode()))
        return written[1]

    def clear(self) -> None:
        """Forget what was emitted and not admitted."""
        self._written.clear()

    def _write(self, event: Event) -> None:
        self._written[id(event)] = (event, self._written_of(event))  # holds the event, so that its id stays its own

    def _written_of(self, event: Event) -> list[Outgoing]:
        home = self._homes.get(type(event))
        if home is None:  # asked once per kind of event, for pydantic's `issubclass` is dear
            if issubclass(type(event), WorldEvent):
                return list(self._broadcast(event))
            home = self._homes[type(event)] = self.home(type(event))
        key = event.key.encode()
        value = self.codec.encode(home, event)
        return [fit(Outgoing(home.name, partition_of(key, home.partitions), key, value, self.headers(event)))]

    def _broadcast(self, event: Event) -> Iterator[Outgoing]:
        key = event.key.encode()
        for topic in self.folded:
            value = self.codec.encode(topic, event)
            for partition in range(topic.partitions):
                yield fit(Outgoing(topic.name, partition, key, value, self.headers(event)))
