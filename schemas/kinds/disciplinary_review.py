"""A disciplinary review of an employee who did not come several times, and was not heard of (S0-B3.3)."""

from datetime import timedelta
from uuid import UUID

from pydantic import AwareDatetime

from schemas.kinds.base import AboutEmployee, Kind
from schemas.kinds.cited import CitedShift, Recommended


class DisciplinaryReview(AboutEmployee):
    """Episodes of no-shows within a window: consecutive ones are one episode until somebody hears of the employee."""

    shift_ids: tuple[UUID, ...]
    first_start: AwareDatetime
    last_start: AwareDatetime
    episodes: int
    threshold: int
    """So many episodes ask for a review."""
    since: AwareDatetime
    """The window ends at `last_start`."""
    shifts: tuple[CitedShift, ...]
    avoided_by: tuple[UUID, ...]
    """The shifts of the shortest episode: without it there would have been no review."""
    action: Recommended

    @property
    def severity(self) -> int:
        return self.episodes


KIND = Kind(
    "disciplinary_review",
    DisciplinaryReview,
    floor="high",
    action="employment_consequence",
    hr=True,
    lifetime=timedelta(days=30),
)
