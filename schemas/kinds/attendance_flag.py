"""A flag on an employee for too many late or absent shifts."""

from uuid import UUID

from pydantic import AwareDatetime

from schemas.kinds.base import AboutEmployee, Kind


class AttendanceFlag(AboutEmployee):
    """Too many late or absent shifts in the policy's window: a manager should look."""

    shift_ids: tuple[UUID, ...]
    first_start: AwareDatetime
    last_start: AwareDatetime


KIND = Kind("attendance_flag", AttendanceFlag, floor="medium", action="employment_consequence", hr=True)
