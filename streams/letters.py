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
        written = self._written.pop(id(event), None)
        if written is None or written[0] is not event:  # admitted in another form than emitted: marked as shadow
            written = (event, self._written_of(event))
        written[1].headers.append((AGENT, emission.agent.encode()))
        written[1].headers.append((CAUSE, f"{cause}{emission.cause}".encode()))
        return written[1]

    def clear(self) -> None:
        """Forget what was emitted and not admitted."""
        self._written.clear()

    def _write(self, event: Event) -> None:
        self._written[id(event)] = (event, self._written_of(event))  # holds the event, so that its id stays its own

    def _written_of(self, event: Event) -> Outgoing:
        home = self._homes.get(type(event))
        if home is None:
            home = self._homes[type(event)] = self.home(type(event))
        key = event.key.encode()
        value = self.codec.encode(home, event)
        return fit(Outgoing(home.name, partition_of(key, home.partitions), key, value, self.headers(event)))
