"""Who holds which role, at one location or everywhere."""

from connectors.capture import Capture
from schemas.cdc import Change
from schemas.events import PersonRoleDescribed
from schemas.rows import PersonRole


def described(change: Change[PersonRole]) -> tuple[PersonRoleDescribed, ...]:
    """Return the role as it stands now, or as it was when it was removed."""
    row = change.after or change.before
    if row is None:
        return ()
    return (
        change.states(
            PersonRoleDescribed,
            row.tenant_id,
            revision=change.revision,
            person_role_id=row.id,
            employee_id=row.employee_id,
            role=row.role,
            location_id=row.location_id,
            removed=change.after is None,
        ),
    )


CAPTURE = Capture("person_roles", PersonRole, (PersonRoleDescribed,), described)
