"""Places of work, without their names."""

from connectors.capture import Capture
from schemas.cdc import Change
from schemas.events import LocationDescribed
from schemas.rows import Location


def described(change: Change[Location]) -> tuple[LocationDescribed, ...]:
    """Return the place as it stands now, or as it was when it was removed."""
    row = change.after or change.before
    if row is None:
        return ()
    return (
        change.states(
            LocationDescribed,
            row.tenant_id,
            revision=change.revision,
            location_id=row.id,
            zone=row.zone,
            removed=change.after is None,
        ),
    )


CAPTURE = Capture("locations", Location, (LocationDescribed,), described, excluded=("name",))
