"""What people were told about one employee's shifts, so that nobody is told twice."""

from datetime import UTC, datetime

from msgspec import Struct

NEVER = datetime.min.replace(tzinfo=UTC)
ALWAYS = b""
"""In place of a shift: said of the employee once and for all."""


class Told(Struct, frozen=True, array_like=True, gc=False):
    """A notice of one kind about one shift."""

    kind: str
    shift_id: bytes
    at: datetime


class Notices(Struct, frozen=True, array_like=True):
    """What was told, and when there may be more. `seen` is the newest time that was heard of: the fold's now."""

    told: tuple[Told, ...] = ()
    seen: datetime = NEVER
    due: datetime | None = None

    def has_told(self, kind: str, shift_id: bytes) -> bool:
        return any(each.kind == kind and each.shift_id == shift_id for each in self.told)
