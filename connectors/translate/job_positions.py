"""Positions that people hold."""

from connectors.capture import Capture
from schemas.cdc import Change
from schemas.events import JobPositionDescribed
from schemas.rows import JobPosition


def described(change: Change[JobPosition]) -> tuple[JobPositionDescribed, ...]:
    """Return the position as it stands now, or as it was when it was removed."""
    row = change.after or change.before
    if row is None:
        return ()
    return (
        change.states(
            JobPositionDescribed,
            row.tenant_id,
            revision=change.revision,
            job_position_id=row.id,
            code=row.code,
            removed=change.after is None,
        ),
    )


CAPTURE = Capture("job_positions", JobPosition, (JobPositionDescribed,), described)
