"""All events, by family."""

from schemas.events.base import Cause, Event, Instant
from schemas.events.decisions import DecisionEvent, DecisionMade, ReviewRefused
from schemas.events.proposals import ApplicationReported, ProposalEvent, ProposalMade, ProposalWithdrawn, ReviewGiven
from schemas.events.workforce import (
    LeaveRecorded,
    LeaveRemoved,
    PunchRecorded,
    PunchVoided,
    RowEvent,
    ShiftCancelled,
    ShiftJudged,
    ShiftScheduled,
    WorkforceEvent,
)
from schemas.events.world import (
    MODES,
    AgentModeChanged,
    EmployeeDescribed,
    JobPositionDescribed,
    LocationDescribed,
    Mode,
    PersonRoleDescribed,
    PolicyPublished,
    Tick,
    WorldEvent,
)

WORLD: tuple[type[WorldEvent], ...] = (
    Tick,
    PolicyPublished,
    AgentModeChanged,
    LocationDescribed,
    JobPositionDescribed,
    EmployeeDescribed,
    PersonRoleDescribed,
)

__all__ = [
    "MODES",
    "WORLD",
    "AgentModeChanged",
    "ApplicationReported",
    "Cause",
    "DecisionEvent",
    "DecisionMade",
    "EmployeeDescribed",
    "Event",
    "Instant",
    "JobPositionDescribed",
    "LeaveRecorded",
    "LeaveRemoved",
    "LocationDescribed",
    "Mode",
    "PersonRoleDescribed",
    "PolicyPublished",
    "ProposalEvent",
    "ProposalMade",
    "ProposalWithdrawn",
    "PunchRecorded",
    "PunchVoided",
    "ReviewGiven",
    "ReviewRefused",
    "RowEvent",
    "ShiftCancelled",
    "ShiftJudged",
    "ShiftScheduled",
    "Tick",
    "WorkforceEvent",
    "WorldEvent",
]
