"""Liveness is progress: a process that has work and moves nothing for too long ends itself, and is started anew."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from schemas.faults import NoProgress


@dataclass(slots=True)
class Liveness:
    """Counts as progress: a commit, a confirmation by Kafka, and any call that was answered or refused."""

    patience: timedelta
    now: Callable[[], float] = time.monotonic
    _moved: float = field(init=False)

    def __post_init__(self) -> None:
        self._moved = self.now()

    def check(self, lag: int, answered: Iterable[float], *, joined: bool, waiting: bool) -> None:
        """Look, about once a second. `waiting`: partitions are assigned that do not flow yet.

        Raises:
            NoProgress: something is to be done, or the group is not even joined, and nothing has moved.

        """
        self._moved = max((self._moved, *answered))
        if joined and not lag and not waiting:
            self._moved = self.now()
        still = self.now() - self._moved
        if still > self.patience.total_seconds():
            why = (
                f"{lag} records wait"
                if lag
                else "partitions are not positioned"
                if joined
                else "the group is not joined"
            )
            raise NoProgress(f"nothing has moved for {still:.0f} s, and {why}")
