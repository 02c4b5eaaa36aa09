"""What one look asks of Kafka, and what it has learnt before: ends, oldest records, dead letters."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from schemas.topics import TOPICS
from streams.dead import Partition, partitions
from streams.log import Position
from streams.overview.letters import Letters
from streams.overview.logs import Ends, Oldest
from streams.overview.stand import Place, stand
from streams.overview.stored import Stored
from streams.overview.waiting import Waiting
from streams.settings import Settings

ALL = [(topic.name, each) for topic in TOPICS for each in range(topic.partitions)]
DEAD = partitions()


class Kept(NamedTuple):
    """What Kafka keeps: where it ends, since when records wait there, and the dead letters in it."""

    ends: Mapping[Partition, int]
    stand: list[Place]
    since: Mapping[Position, datetime]
    opened: Mapping[tuple[str, str], int]
    """Dead letters that nobody has dealt with, by reader and topic."""
    unread: int


class Records:
    """Asks Kafka; keeps its clients, and reads no dead letter twice."""

    def __init__(self, settings: Settings, within: float) -> None:
        self._settings = settings
        self._where = f"Kafka at {settings.bootstrap}"
        self._ends, self._letters = Ends(settings, 0.4 * within), Letters(settings)
        self._oldest: Oldest | None = None

    def reach(self) -> bool:
        """Return that a broker has let us in; raises as `streams.reaching.reach`."""
        return self._ends.reach() is not None

    def kept(self, waiting: Waiting, known: Stored | None) -> Kept | None:
        """Ask where the log ends after it is known where readers stand: so nobody seems to be beyond it."""
        ends = waiting.ask("kafka", f"{self._where}, asked for ends,", lambda: self._ends.of(ALL), 0.8)()
        if ends is None or known is None:
            return None
        dead = {place: ends[place] for place in DEAD if place in ends}
        standing = stand(known, ends)
        asked = {place.waiting for place in standing if place.waiting is not None}
        until = waiting.until(0.9)
        reading = waiting.ask("kafka", f"{self._where}, asked for letters,", lambda: self._letters.read(dead, until), 1)
        aged = waiting.ask("kafka", f"{self._where}, asked for old records,", lambda: self._since(asked, until), 1)
        since = aged() if asked else {}
        reading()
        return Kept(ends, standing, since or {}, self._letters.open(known.handled), self._letters.unread(dead))

    def _since(self, asked: set[Position], until: float) -> dict[Position, datetime]:
        if self._oldest is None:
            self._oldest = Oldest(self._settings)
        return self._oldest.at(asked, until)
