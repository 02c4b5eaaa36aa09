"""What the supervisor has decided, by its own state, which it stores before it says anything."""

from agents.supervisor import AGENT
from schemas.events import DecisionMade
from schemas.faults import Unavailable
from schemas.topics import PROPOSALS
from streams.database import Connection
from streams.outbox import partition_of


def decided(connection: Connection, decision: DecisionMade) -> bool:
    """Return whether the supervisor has made this decision, to the word.

    Raises:
        Unavailable: its state is being rebuilt, or is a newer version's: it cannot be told yet.

    """
    where = partition_of(decision.subject.encode(), PROPOSALS.partitions)
    row = connection.execute(
        "select version, state, rebuilt from rollcall.supervisor_state(%s, %s)", (where, decision.subject), binary=True
    ).fetchone()
    assert row is not None
    version, state, rebuilt = row
    try:
        if state is not None and AGENT.restore(version, state).has_said(decision):
            return True
    except LookupError as error:
        raise Unavailable(f"what the supervisor has decided cannot be read yet: {error}") from error
    if rebuilt:
        raise Unavailable("what the supervisor has decided is not known yet: its state is being rebuilt from the log")
    return False
