"""The two jobs of the throughput benchmark: a light codec as peers use it, and the whole wire path."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from agents.kernel import Agent, Outcome, World
from schemas.events import Event
from schemas.topics import Topic
from schemas.wire import Headers, headers
from tests.faults.counting import codec, counting, punch

KEYS = 5_000


class Ping(msgspec.Struct, frozen=True):
    """What goes in on the light path."""

    key: str
    number: int


class Pong(msgspec.Struct, frozen=True):
    """What comes out, one for each."""

    key: str
    number: int
    count: int


class Tally(msgspec.Struct, frozen=True):
    """A typed state."""

    count: int = 0
    newest: int = 0
    jumps: int = 0


def step(tally: Tally | None, event: Ping, _: World) -> Outcome[Tally]:
    """Count."""
    tally = tally or Tally()
    after = Tally(tally.count + 1, event.number, tally.jumps + (event.number != tally.newest + 1))
    return Outcome(after, (Pong(event.key, event.number, after.count),))  # type: ignore[arg-type]


class LightCodec:
    """MessagePack, and nothing around it."""

    def __init__(self) -> None:
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(Ping).decode

    def encode(self, _: Topic, event: Any) -> bytes:
        return self._encode(event)

    def decode(self, raw: bytes | None) -> Any:
        return self._decode(raw or b"")


@dataclass(frozen=True)
class Job:
    """Agent, codec and input of one measurement."""

    agent: Agent[Any]
    codec: Any
    headers: Callable[[Event], Headers]
    records: Callable[[int], Iterator[tuple[str, bytes, Headers]]]


def light(source: Topic, _: Topic) -> Job:
    """No envelope, no headers of its own."""
    made = LightCodec()

    def records(count: int) -> Iterator[tuple[str, bytes, Headers]]:
        for number in range(count):
            key = f"key-{number % KEYS}"
            yield key, made.encode(source, Ping(key, number // KEYS + 1)), []

    agent: Agent[Any] = Agent(
        name="light", version=1, topic=source, consumes=(Ping,), emits=(Pong,), state=Tally, step=step, moded=False  # type: ignore[arg-type]
    )  # fmt: skip
    return Job(agent, made, lambda _: [], records)


def whole(source: Topic, sink: Topic) -> Job:
    """Avro, pydantic, derived ids, CloudEvents headers."""
    made = codec(source, sink)

    def records(count: int) -> Iterator[tuple[str, bytes, Headers]]:
        for number in range(count):
            event = punch(number % KEYS, number // KEYS + 1)
            yield event.key, made.encode(source, event), headers(event)

    return Job(counting(source), made, headers, records)


JOBS: dict[str, Callable[[Topic, Topic], Job]] = {"light": light, "whole": whole}
