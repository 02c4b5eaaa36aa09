"""A row of `policies` is a published version: it is neither changed nor deleted."""

from pydantic import ValidationError

from connectors.capture import Capture
from schemas.cdc import Change
from schemas.events import PolicyPublished
from schemas.faults import Undecodable
from schemas.policies import POLICIES
from schemas.rows import Policy


def published(change: Change[Policy]) -> tuple[PolicyPublished, ...]:
    """Return the version, its document written out under the policy's model.

    Raises:
        Undecodable: no such policy, or not such a document.

    """
    row = change.after
    if row is None:
        return ()
    if row.name not in POLICIES:
        raise Undecodable(f"no policy is called {row.name!r}; there are: {', '.join(sorted(POLICIES))}")
    try:
        document = POLICIES[row.name].model_validate_json(row.document)
    except ValidationError as error:
        raise Undecodable(f"policy {row.name} version {row.version}: {error}") from error
    return (
        change.states(
            PolicyPublished,
            row.tenant_id,
            occurred_at=row.published_at,
            revision=change.revision,
            policy=row.name,
            version=row.version,
            effective_at=row.effective_at,
            document=document.canonical(),
        ),
    )


CAPTURE = Capture("policies", Policy, (PolicyPublished,), published, excluded=("author", "reason"))
