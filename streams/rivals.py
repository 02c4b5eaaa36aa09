"""Whether another process runs under our fixed name in the group, told from what becomes of heartbeats.

The broker says of a member that it does not know it: when another process has joined under the same name, when the
member was silent for a session, and when the broker itself died before it had written down who had just joined. Only
the first comes again and again.
"""

from collections import deque
from dataclasses import dataclass, field

TURNS = 3
"""Twice may be a broker that was killed twice."""
SESSIONS = 5.0
"""The time in which so many turns are a rivalry, in sessions."""


@dataclass(slots=True)
class Rivals:
    """What a member has seen. Times are in seconds of one monotonic clock."""

    session: float
    _member: str = ""
    _known: float = 0.0
    """When we were known for the last time."""
    _put_out: deque[float] = field(default_factory=lambda: deque(maxlen=TURNS))

    def beats(self, member: str, now: float) -> None:
        """A heartbeat begins, under the name that the broker has given us."""
        if member != self._member:
            self._member, self._known = member, now

    def alive(self, now: float) -> None:
        """The broker knows us."""
        self._known = now

    def put_out(self, now: float) -> bool:
        """The broker does not know us; return whether that is somebody else's doing."""
        if now - self._known >= self.session:
            return False  # we were silent for too long
        self._put_out.append(now)
        return len(self._put_out) == TURNS and now - self._put_out[0] < SESSIONS * self.session
