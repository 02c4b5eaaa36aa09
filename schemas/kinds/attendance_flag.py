"""A flag on an employee whose reliability score has fallen below a threshold (S0-B3.1, S0-B3.2)."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from schemas.kinds.base import AboutEmployee, Kind
from schemas.kinds.cited import CitedShift, Recommended


class AttendanceFlag(AboutEmployee):
    """Somebody should look: a manager, or HR and the manager. All from `level` on is new since the score."""

    shift_ids: tuple[UUID, ...]
    """The shifts in the window that do not count fully."""
    first_start: AwareDatetime
    last_start: AwareDatetime
    level: Literal["manager", "hr"] = "manager"
    score: int | None = None
    """In tenths of a percent, as it was shown."""
    threshold: int | None = None
    """In percent; the score is below it."""
    eligible: int | None = None
    """Shifts that the score is the mean of."""
    since: AwareDatetime | None = None
    """The window ends at `last_start`, the start of the shift that has raised the flag."""
    shifts: tuple[CitedShift, ...] = ()
    avoided_by: tuple[UUID, ...] = ()
    """The fewest shifts that, had they counted fully, would have kept the score from falling below."""
    action: Recommended | None = None

    @property
    def severity(self) -> int | None:
        return None if self.score is None else 1000 - self.score + 1000 * (self.level == "hr")


KIND = Kind("attendance_flag", AttendanceFlag, floor="medium", action="employment_consequence", hr=True)
