"""Where everybody stands in the log, and who should. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from schemas.topics import TOPICS
from streams.log import Position
from streams.overview.readers import tasks
from streams.overview.stored import Stored
from streams.store import Input

PARTITIONS = {topic.name: topic.partitions for topic in TOPICS}
Ends = Mapping[tuple[str, int], int]


class Place(NamedTuple):
    """Where one reader stands in one partition."""

    input: Input
    next_offset: int
    end: int | None

    @property
    def waiting(self) -> Position | None:
        """The record that it processes next, if there is one."""
        if self.end is None or self.next_offset >= self.end:
            return None
        return Position(self.input.topic, self.input.partition, self.next_offset)


def stand(stored: Stored, ends: Ends) -> list[Place]:
    """Return where everybody stands; who should read and never has stands at the beginning."""
    found = {Input(*task, each): 0 for task in tasks() for each in range(PARTITIONS[task.topic])}
    found |= {whose: offset for whose, offset in stored.positions.items() if whose.topic in PARTITIONS}
    return [Place(whose, offset, ends.get((whose.topic, whose.partition))) for whose, offset in found.items()]
