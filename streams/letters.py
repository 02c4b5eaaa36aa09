"""What folds emit, as records: home topic, partition by key, Avro value, CloudEvents headers, and what caused it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from agents.kernel import Agent, Emission, Outcome, Wake, World
from schemas.events import Event
from schemas.topics import Topic
from schemas.wire import Codec, Headers, headers
from streams.outbox import Outgoing, fit, partition_of

CAUSE = "cause-position"
"""``topic/partition/offset`` of the record that caused this one."""
AGENT = "agent"
"""Whose fold emitted it."""


@dataclass(slots=True)
class Letters:
    """Encodes emissions. `home` says which topic carries an event."""

    codec: Codec
    home: Callable[[type[Event]], Topic]
    headers: Callable[[Event], Headers] = headers
    _written: dict[int, tuple[Event, Outgoing]] = field(default_factory=dict)
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

    def letter(self, emission: Emission, cause: str) -> Outgoing:
        """Return the record of what was admitted; `cause` is ``topic/partition/`` of what is folded."""
        event = emission.event
        written, outgoing = self._written.pop(id(event), (None, None))
        if outgoing is None or written is not event:  # admitted in another form than emitted: marked as shadow
            outgoing = self._write(event)
            del self._written[id(event)]
        outgoing.headers.append((AGENT, emission.agent.encode()))
        outgoing.headers.append((CAUSE, f"{cause}{emission.cause}".encode()))
        return outgoing

    def clear(self) -> None:
        """Forget what was emitted and not admitted."""
        self._written.clear()

    def _write(self, event: Event) -> Outgoing:
        topic = self._homes.get(type(event))
        if topic is None:
            topic = self._homes[type(event)] = self.home(type(event))
        key = event.key.encode()
        value = self.codec.encode(topic, event)
        outgoing = fit(Outgoing(topic.name, partition_of(key, topic.partitions), key, value, self.headers(event)))
        self._written[id(event)] = (event, outgoing)  # holds the event, so that its id stays its own
        return outgoing
