"""Times at which a place is closed; why does not travel."""

from connectors.capture import Capture
from schemas.cdc import Change
from schemas.events import ClosureDeclared
from schemas.rows import Closure


def declared(change: Change[Closure]) -> tuple[ClosureDeclared, ...]:
    """Return it as it stands now, or stood when it was taken back."""
    row = change.after or change.before
    if row is None:
        return ()
    return (
        change.states(
            ClosureDeclared,
            row.tenant_id,
            revision=change.revision,
            closure_id=row.id,
            location_id=row.location_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            removed=change.after is None,
        ),
    )


CAPTURE = Capture("closures", Closure, (ClosureDeclared,), declared, excluded=("reason",))
