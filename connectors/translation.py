"""What the change log means for one output topic. Pure: a state, and a step from a record to what is written.

Debezium repeats itself after a crash, and begins a broken snapshot again. Repeats are known by position; the rows of a
snapshot run count only if the run came to its end, so at a run's first row the caller is asked to look ahead.
"""

from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, Literal, NamedTuple

import msgspec

from connectors.capture import Capture
from connectors.translate import CAPTURES
from schemas import cdc
from schemas.cdc import Change, Head, Position
from schemas.events import Event, Tick, WorldEvent
from schemas.faults import Undecodable
from schemas.rows import BusinessClock, DlqCommand
from schemas.topics import Topic
from schemas.wire import Headers

REAL = datetime(1970, 1, 1, tzinfo=UTC)
RUNNING = ("first", "first_in_data_collection", "true", "last_in_data_collection", "last")
"""What Debezium says of a row that belongs to a snapshot run."""
CLOCKS = 64
"""Settings of the clock that are remembered, for records that come to be translated late."""


class Logged(NamedTuple):
    """A record of the change log."""

    offset: int
    key: bytes | None
    value: bytes | None


class Keyed(NamedTuple):
    """An event for its own key."""

    event: Event


class Broadcast(NamedTuple):
    """An event for every partition."""

    event: Event


class Again(NamedTuple):
    """A dead letter of this topic, byte for byte, for the one reader that could not take it."""

    reader: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    woken: str | None


Output = Keyed | Broadcast | Again
Completes = Callable[[int], bool]
"""Whether the snapshot run that begins at an offset comes to its end; raises ``Unavailable`` while that is open."""


class Setting(msgspec.Struct, frozen=True):
    """The business clock, as it was set at an offset."""

    offset: int
    clock: BusinessClock


class State(msgspec.Struct, frozen=True):
    """All that a translation remembers; bounded, because a snapshot may have more rows than fit anywhere."""

    mark: Position = Position(0, 0, 0)
    seen: frozenset[str] = frozenset()
    """Rows already translated at the mark itself: one entry of PostgreSQL's log can hold many."""
    run: Literal["none", "told", "void"] = "none"
    minute: datetime | None = None
    """The last tick."""
    clocks: tuple[Setting, ...] = ()


@dataclass(slots=True)
class Translation:
    """The translation for one topic; `reader` is who it is when it buries. Feed records in the order of the log."""

    topic: Topic
    reader: str
    state: State
    captures: dict[str, Capture[Any]]
    telling: dict[str, tuple[Callable[[Change[Any]], tuple[Event, ...]], ...]]
    """What is asked of the changes of each table, for this topic."""

    @classmethod
    def resumed(
        cls, topic: Topic, reader: str, memory: bytes | None, captures: tuple[Capture[Any], ...] = CAPTURES
    ) -> "Translation":
        """Go on where `memory` was taken; None: at the beginning of the log."""
        state = State() if memory is None else msgspec.msgpack.decode(memory, type=State)
        telling = {each.table: each.telling(topic.events) for each in captures}
        return cls(topic, reader, state, {each.table: each for each in captures}, telling)

    @property
    def memory(self) -> bytes:
        """What to hand to `resumed`."""
        return msgspec.msgpack.encode(self.state)

    def feed(self, record: Logged, completes: Completes) -> Iterator[Output]:
        """Take one record and yield what it means here. Run to the end, or to the error: the state moves with it.

        Raises:
            Undecodable: this record cannot be translated; the next one can.
            Unavailable: it is the first of a snapshot run that has not ended yet; the state is as before.

        """
        head = cdc.head(record.value)
        capture = self.captures.get(head.source.table) if head.source.schema == "public" else None
        place = cdc.position(head.source)
        if capture is None or not self._counts(head, place, record, completes):
            return
        try:
            yield from self._translated(capture, head, place, record)
        finally:
            if head.source.snapshot == "last":
                # What is streamed now begins anew, and may carry positions from before the snapshot was taken.
                self._set(run="none", mark=Position(place.epoch, 0, 0), seen=frozenset())

    # -- does it count?

    def _counts(self, head: Head, place: Position, record: Logged, completes: Completes) -> bool:
        """Whether this record is neither a repeat nor part of a broken snapshot run."""
        if head.source.snapshot == "incremental":
            return True
        if head.source.snapshot in RUNNING:
            if head.source.snapshot == "first":
                self._set(run="told" if completes(record.offset) else "void")
            return self.state.run == "told"
        identity = f"{head.source.table} {record.key!r}"
        if place < self.state.mark or (place == self.state.mark and identity in self.state.seen):
            return False
        seen = self.state.seen | {identity} if place == self.state.mark else frozenset({identity})
        self._set(mark=place, seen=seen)
        return True

    # -- what does it mean?

    def _translated(self, capture: Capture[Any], head: Head, place: Position, record: Logged) -> Iterator[Output]:
        telling = self.telling[capture.table]
        if not telling and capture.row not in (BusinessClock, DlqCommand):
            return
        change = self._change(capture, head, place, record)
        if isinstance(change.after, BusinessClock):
            settings = sorted({*self.state.clocks, Setting(record.offset, change.after)}, key=lambda each: each.offset)
            self._set(clocks=tuple(settings[-CLOCKS:]))
        elif isinstance(change.after, DlqCommand):
            yield from self._given_again(change.after)
        elif change.before != change.after:
            for event in chain.from_iterable(tell(change) for tell in telling):
                yield from self._routed(event)

    def _change(self, capture: Capture[Any], head: Head, place: Position, record: Logged) -> Change[Any]:
        rows = cdc.envelope(capture.row, record.value or b"")
        wanted = {"c": (False, True), "r": (False, True), "d": (True, False), "u": (True, True)}.get(head.op)
        if wanted != (rows.before is not None, rows.after is not None):
            raise Undecodable(
                f"{head.op!r} on {capture.table} has not the rows it should have; mend: REPLICA IDENTITY FULL"
            )
        real = REAL + timedelta(microseconds=head.source.ts_us)
        clock = next((each.clock for each in reversed(self.state.clocks) if each.offset <= record.offset), None)
        return Change(
            source=head.source.name,
            table=capture.table,
            key=(record.key or b"").decode(errors="replace"),
            op=head.op,
            before=rows.before,
            after=rows.after,
            position=place,
            offset=record.offset,
            recorded_at=clock.at(real) if clock else real,
        )

    def _routed(self, event: Event) -> Iterator[Output]:
        if type(event) not in self.topic.events:
            return
        if isinstance(event, Tick):
            if self.state.minute is not None and event.at <= self.state.minute:
                return
            self._set(minute=event.at)
        yield Broadcast(event) if isinstance(event, WorldEvent) else Keyed(event)

    def _given_again(self, command: DlqCommand) -> Iterator[Output]:
        if command.action != "retry":
            return
        if command.reader == self.reader:  # our own: what could not be translated then is translated now
            record = Logged(command.source_offset, command.key, command.value)
            head = cdc.head(record.value)
            if (capture := self.captures.get(head.source.table)) is not None:
                yield from self._translated(capture, head, cdc.position(head.source), record)
        elif command.topic == self.topic.name:
            kept = headers(command.headers)
            yield Again(command.reader, command.partition, command.key, command.value, kept, command.woken)

    def _set(self, **changed: Any) -> None:
        self.state = msgspec.structs.replace(self.state, **changed)


def headers(text: str) -> Headers:
    """Read the headers of a dead letter from its command.

    Raises:
        Undecodable: not pairs of name and base64.

    """
    try:
        return [(name, b64decode(value, validate=True)) for name, value in msgspec.json.decode(text, type=_PAIRS)]
    except (msgspec.MsgspecError, ValueError) as error:
        raise Undecodable(f"not the headers of a record: {error}") from error


_PAIRS = list[tuple[str, str]]


def completes(following: Iterable[str]) -> bool | None:
    """Whether a snapshot run comes to its end, from what the records after its first say; None: not known yet."""
    for snapshot in following:
        if snapshot == "last":
            return True
        if snapshot in ("first", "false"):
            return False
    return None
