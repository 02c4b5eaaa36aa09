"""Notices; what travels is that one was delivered, to whom and about whom, for the history of whom it is about."""

from connectors.capture import Capture
from schemas.cdc import Change
from schemas.events import NoticeDelivered
from schemas.rows import Notice


def delivered(change: Change[Notice]) -> tuple[NoticeDelivered, ...]:
    """Return that the notice has reached whom it is for; nothing when it had expired before. The row never changes."""
    now = change.after
    if now is None or now.delivered_at is None:
        return ()
    return (
        change.states(
            NoticeDelivered,
            now.tenant_id,
            occurred_at=now.delivered_at,
            causation_id=now.event_id,
            correlation_id=now.correlation_id,
            revision=change.revision,
            employee_id=now.employee_id,
            notice_id=now.id,
            recipient=now.recipient,
            kind=now.kind,
            shift_id=now.shift_id,
        ),
    )


CAPTURE = Capture("notices", Notice, (NoticeDelivered,), delivered, excluded=("details",))
