"""Who lets whom use which of their roles, where and for how long; not why."""

from connectors.capture import Capture
from schemas.cdc import Change
from schemas.events import DelegationDescribed
from schemas.rows import Delegation


def described(change: Change[Delegation]) -> tuple[DelegationDescribed, ...]:
    """Return the delegation as it stands now, or as it was when it was removed."""
    row = change.after or change.before
    if row is None:
        return ()
    return (
        change.states(
            DelegationDescribed,
            row.tenant_id,
            revision=change.revision,
            delegation_id=row.id,
            delegator_id=row.delegator_id,
            delegate_id=row.delegate_id,
            role=row.role,
            location_id=row.location_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            removed=change.after is None,
        ),
    )


CAPTURE = Capture("delegations", Delegation, (DelegationDescribed,), described, excluded=("reason", "ended_by"))
