"""Wait for answers until there is no time left, and note who has not answered."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from schemas.faults import Fault
from streams.overview.errand import Errands
from streams.overview.seen import Away

T = TypeVar("T")


@dataclass(slots=True)
class Waiting:
    """One look's patience: `within` seconds from its beginning."""

    errands: Errands
    within: float
    began: float = field(default_factory=time.monotonic)
    away: list[Away] = field(default_factory=list)

    def until(self, share: float) -> float:
        """Return the ``time.monotonic()`` at which this share of the time is over."""
        return self.began + share * self.within

    def ask(self, part: str, what: str, question: Callable[[], T], share: float) -> Callable[[], T | None]:
        """Ask now; the answer is fetched by calling what is returned, and is None when there is none in time."""
        errand = self.errands.send(what, question)

        def answer() -> T | None:
            try:
                return errand.wait(self.until(share))
            except Fault as fault:
                self.away.append(Away.of(part, fault))
                return None

        return answer
