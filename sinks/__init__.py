"""What to write: one file per read model, and the applier. Given a connection; owns no loop."""

from sinks import agent_runs, attendance, decisions, notices, proposals, reliability
from sinks.model import Recorded, Run, Sink

SINKS: tuple[Sink, ...] = (
    attendance.SINK,
    reliability.SINK,
    proposals.SINK,
    decisions.SINK,
    notices.SINK,
    agent_runs.SINK,
)

__all__ = ["SINKS", "Recorded", "Run", "Sink"]
