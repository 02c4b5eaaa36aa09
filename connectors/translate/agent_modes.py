"""Switches of agents; an agent whose row is gone is paused again, as one that never had any."""

from connectors.capture import Capture
from schemas.cdc import Change
from schemas.events import AgentModeChanged
from schemas.rows import AgentMode


def switched(change: Change[AgentMode]) -> tuple[AgentModeChanged, ...]:
    """Return the agent's mode as it stands now."""
    row = change.after or change.before
    if row is None:
        return ()
    return (
        change.states(
            AgentModeChanged,
            row.tenant_id,
            occurred_at=row.set_at if change.after else None,
            revision=change.revision,
            agent=row.agent,
            mode=row.mode if change.after else "paused",
        ),
    )


CAPTURE = Capture("agent_modes", AgentMode, (AgentModeChanged,), switched, excluded=("author",))
