"""What people answer to proposals, without their notes."""

from connectors.capture import Capture
from schemas.cdc import Change
from schemas.events import ReviewGiven
from schemas.rows import ReviewCommand


def given(change: Change[ReviewCommand]) -> tuple[ReviewGiven, ...]:
    """Return the answer. A row is changed only when its words are erased, which do not travel."""
    row = change.after
    if row is None or change.before is not None:
        return ()
    return (
        change.states(
            ReviewGiven,
            row.tenant_id,
            occurred_at=row.given_at,
            revision=change.revision,
            subject=row.subject,
            proposal_id=row.proposal_id,
            review_id=row.id,
            verdict=row.verdict,
            reviewer_id=row.reviewer_id,
            seen=row.seen,
            payload=row.payload,
            until=row.until,
            batch=row.batch,
            considered=row.considered,
        ),
    )


CAPTURE = Capture("review_commands", ReviewCommand, (ReviewGiven,), given, excluded=("note",))
