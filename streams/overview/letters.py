"""Dead letters, counted; what was read once is not read again, so that looking often costs little."""

import time
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from schemas.faults import Stop
from schemas.origin import Place
from streams.dead import DeadLetter, Partition, is_news
from streams.kafka import librdkafka
from streams.log import Log, Span
from streams.overview.logs import NAME
from streams.settings import Settings
from streams.triage import Handled


class Grave(NamedTuple):
    """As much of a dead letter as tells whether somebody has dealt with it."""

    id: str
    reader: str
    topic: str
    partition: int
    offset: int
    woken: str | None

    @classmethod
    def of(cls, letter: DeadLetter) -> "Grave":
        """Return it without what was buried."""
        return cls(letter.id, letter.reader, letter.topic, letter.partition, letter.offset, letter.woken)


class Letters:
    """Reads the dead-letter topics, each time from where it stood. What it has is right at any moment."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._next: dict[Partition, int] = {}
        self._seen: dict[Partition, dict[str, Place]] = {}
        self._graves: list[Grave] = []

    def read(self, ends: Mapping[Partition, int], until: float) -> None:
        """Read up to these ends, as far as there is time.

        Raises:
            Unavailable: Kafka does not answer.

        """
        if any(end < self._next.get(place, 0) for place, end in ends.items()):
            self.forget()  # a topic that was made anew
        wanted = {place: end for place, end in ends.items() if end > self._next.get(place, 0)}
        if not wanted:
            return
        with Log(librdkafka(self._settings), NAME) as log:
            for place, end in wanted.items():
                try:
                    self._read(log, place, end, until)
                except Stop:  # it does not reach back that far any more
                    self.forget()
                    raise

    def forget(self) -> None:
        """Begin anew."""
        self._next, self._seen, self._graves = {}, {}, []

    def unread(self, ends: Mapping[Partition, int]) -> int:
        """Return how many may be left."""
        return sum(max(0, end - self._next.get(place, 0)) for place, end in ends.items())

    def open(self, handled: Handled) -> Counter[tuple[str, str]]:
        """Return how many nobody has dealt with, by reader and by the topic of the record."""
        return Counter((each.reader, each.topic) for each in list(self._graves) if not handled.commands(each))

    def _read(self, log: Log, place: Partition, end: int, until: float) -> None:
        whole = log.whole(*place)
        start = self._next.get(place, whole.start)
        seen = self._seen.setdefault(place, {})
        for records in log.read(Span(*place, start, end)):
            self._graves += [Grave.of(DeadLetter(each.raw)) for each in records if is_news(each, seen)]
            self._next[place] = records[-1].offset + 1
            if time.monotonic() > until:
                return
        self._next[place] = max(end, self._next.get(place, 0))
