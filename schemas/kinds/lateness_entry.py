"""Minutes late on the attendance record of one shift (S0-B3)."""

from uuid import UUID

from schemas.kinds.base import AboutEmployee, Kind, Minutes


class LatenessEntry(AboutEmployee):
    """Minutes late on the attendance record of one shift (S0-B3)."""

    shift_id: UUID
    minutes_late: Minutes

    @property
    def severity(self) -> int:
        return self.minutes_late


KIND = Kind("lateness_entry", LatenessEntry, action="status_update", hr=True)
