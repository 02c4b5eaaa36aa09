"""Facts about one place of work, keyed by location (topic ``rollcall.operations.v1``)."""

from typing import ClassVar
from uuid import UUID

from schemas.events.base import Event, Instant


class OperationsEvent(Event):
    """A fact about one place."""

    namespace: ClassVar[str] = "rollcall.operations"
    location_id: UUID

    @property
    def key(self) -> str:
        return str(self.location_id)


class ClockSeen(OperationsEvent):
    """A clock of the place was alive at `occurred_at`: it has beaten, or somebody has punched there."""

    device: str | None
    source: str
    """``heartbeat`` or ``punch``."""


class ShiftDue(OperationsEvent):
    """Somebody is due at the place, as it stands now."""

    shift_id: UUID
    employee_id: UUID
    starts_at: Instant
    ends_at: Instant
    revision: int


class ShiftNotDue(OperationsEvent):
    """The shift is not at this place any more, or not at all."""

    shift_id: UUID
    revision: int
