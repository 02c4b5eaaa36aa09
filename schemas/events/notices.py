"""What people are told, keyed by whom (topic ``rollcall.notices.v1``)."""

from typing import ClassVar
from uuid import UUID

from schemas.events.base import Event, Instant


class NoticeEvent(Event):
    """A fact about what one recipient is told: ``employee:<id>``, or all who hold a role, ``role:hr``."""

    namespace: ClassVar[str] = "rollcall.notices"
    recipient: str

    @property
    def key(self) -> str:
        return self.recipient


class NoticeRequested(NoticeEvent):
    """Somebody is to be told something, now. Words are found where it is shown, from `kind` and `details`."""

    notice_id: UUID
    kind: str
    employee_id: UUID
    """Whom it is about."""
    shift_id: UUID | None
    proposal_id: UUID | None
    details: str
    """JSON of codes and numbers, keys in order; no names, no free text."""
    expires_at: Instant
    """Of no use after that."""
