"""A turn whose partition is let go while it waits: whoever claims next may go on with what is in memory."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from agents.kernel import Partition
from schemas.topics import Topic
from schemas.wire import headers
from streams.folding import Folding
from streams.letters import Letters
from streams.record import Record
from streams.store import Claim, Input
from streams.turns import Turns
from tests.faults.counting import codec, counting, punch

SOURCE, SINK = Topic("turns.in", 1, "employee_id"), Topic("turns.out", 1, "employee_id")
CODEC = codec(SOURCE, SINK)


@dataclass
class Awaited:
    """A database and a sender that answer with nothing; `meanwhile` happens while the first answer is awaited."""

    meanwhile: Callable[[], None] = lambda: None
    waits: int = 0
    asked: list[str] = field(default_factory=list)

    async def call(self, _: Callable[[Any], Any]) -> dict[Any, Any]:
        self.asked.append("load")
        if not self.waits:
            self.meanwhile()
        return {}

    def pending(self, *_: object) -> int:
        if self.waits:
            self.waits -= 1
            self.meanwhile()
            return 100
        return 0

    def acknowledged(self, _: Input) -> list[Any]:
        return []


def folding() -> Folding:
    claim = Claim(Input("agents.turns", SOURCE.name, 0), "writer", 0, 1, 1, "topic", {})
    letters = Letters(CODEC, lambda _: SINK, folded=())
    return Folding(claim, Partition([counting(SOURCE)]), letters, frozenset(), "agents.turns")


def record(number: int) -> Record:
    event = punch(0, number)
    return Record(SOURCE.name, 0, number - 1, event.key.encode(), CODEC.encode(SOURCE, event), headers(event), 0)


@pytest.mark.parametrize("waits", [0, 1], ids=["for the states", "for Kafka"])
def test_what_is_let_go_while_a_turn_waits_is_not_folded_in_memory_that_is_shared(waits: int) -> None:
    held = folding()

    def let_go() -> None:
        held.live = False

    away = Awaited(let_go, waits)
    turns = Turns(cast("Any", away), cast("Any", away), cast("Any", None))

    assert asyncio.run(turns.take(held, [record(1), record(2)])) is None
    assert away.asked == ["load"]
    assert all(not cell for cell in held.partition.cells.values())
    assert not held.dirty
