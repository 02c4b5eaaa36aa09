"""Whether a reader gets anywhere. Pure but for the instant that work was last done."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Progress:
    """A commit, or a dependency that answers "no", is progress; silence for longer than `patience` seconds is not.

    A log can end in records that no reader gets to see (markers of transactions): being behind is suspicious, and only
    an end that moves on while nothing arrives is proof.
    """

    patience: float
    _since: float = field(default_factory=time.monotonic)
    _suspected: Mapping[int, int] = field(default_factory=dict)

    def moved(self) -> None:
        """Something was done."""
        self._since, self._suspected = time.monotonic(), {}

    def overdue(self, now: float) -> bool:
        """Whether nothing was done for too long."""
        return now - self._since > self.patience

    def stuck(self, behind: Mapping[int, int], now: float) -> bool:
        """Whether the logs (end by partition, of those with something to read) have moved on since the last look."""
        moved_on = any(end > self._suspected.get(partition, end) for partition, end in behind.items())
        self._since, self._suspected = now, dict(behind)
        return moved_on
