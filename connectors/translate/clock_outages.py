"""Times at which, somebody says, the clocks of a place did not work."""

from connectors.capture import Capture
from schemas.cdc import Change
from schemas.events import ClockOutageConfirmed
from schemas.rows import ClockOutage


def confirmed(change: Change[ClockOutage]) -> tuple[ClockOutageConfirmed, ...]:
    """Return it as it stands now, or stood when it was taken back."""
    row = change.after or change.before
    if row is None:
        return ()
    return (
        change.states(
            ClockOutageConfirmed,
            row.tenant_id,
            revision=change.revision,
            outage_id=row.id,
            location_id=row.location_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            removed=change.after is None,
        ),
    )


CAPTURE = Capture("clock_outages", ClockOutage, (ClockOutageConfirmed,), confirmed)
