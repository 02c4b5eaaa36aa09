"""Who works for whom, where, and from when to when; no names, no contacts."""

from connectors.capture import Capture
from schemas.cdc import Change
from schemas.events import EmployeeDescribed
from schemas.rows import Employee


def described(change: Change[Employee]) -> tuple[EmployeeDescribed, ...]:
    """Return the person as the row stands now, or stood when it was removed."""
    row = change.after or change.before
    if row is None:
        return ()
    return (
        change.states(
            EmployeeDescribed,
            row.tenant_id,
            revision=change.revision,
            employee_id=row.id,
            manager_id=row.manager_id,
            location_id=row.location_id,
            job_position_id=row.job_position_id,
            hired_on=row.hired_on,
            ended_on=row.ended_on,
            removed=change.after is None,
        ),
    )


CAPTURE = Capture("employees", Employee, (EmployeeDescribed,), described, excluded=("name", "contact"))
