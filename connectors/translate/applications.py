"""What applying decisions came to; closes their proposals."""

from connectors.capture import Capture
from schemas.cdc import Change
from schemas.events import ApplicationReported
from schemas.rows import Application


def reported(change: Change[Application]) -> tuple[ApplicationReported, ...]:
    """Return the outcome."""
    row = change.after
    if row is None:
        return ()
    return (
        change.states(
            ApplicationReported,
            row.tenant_id,
            occurred_at=row.at,
            causation_id=row.causation_id,
            correlation_id=row.correlation_id,
            revision=change.revision,
            subject=row.subject,
            proposal_id=row.proposal_id,
            application_id=row.id,
            decision_id=row.decision_id,
            outcome=row.outcome,
            reason=row.reason,
            difference="" if row.difference == "[]" else row.difference,
        ),
    )


CAPTURE = Capture("applications", Application, (ApplicationReported,), reported)
