"""Topics as code: name, partitions, key, and the events that each carries."""

from dataclasses import dataclass

from schemas.events import (
    WORLD,
    AbsenceCalled,
    AbsenceCallRemoved,
    ApplicationReported,
    AttendanceExceptionRecorded,
    AttendanceExceptionRemoved,
    ClockSeen,
    DecisionMade,
    EmploymentRecorded,
    Event,
    LeaveRecorded,
    LeaveRemoved,
    NoticeDelivered,
    NoticeRequested,
    ProposalMade,
    ProposalWithdrawn,
    PunchRecorded,
    PunchVoided,
    ReliabilityScored,
    ReviewGiven,
    ReviewRefused,
    ShiftCancelled,
    ShiftDue,
    ShiftJudged,
    ShiftNotDue,
    ShiftScheduled,
)

MAX_RECORD_BYTES = 1_000_000
"""Largest record that any topic takes, key, value and headers together; checked before the commit that causes it."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A declared topic. `folded` topics have a host and get every broadcast."""

    name: str
    partitions: int
    keyed_by: str
    events: tuple[type[Event], ...] = ()
    folded: bool = False
    compacted: bool = False
    """Only the last record of each key is kept."""

    @property
    def dlq(self) -> "Topic":
        """Where this topic's records are buried: as many partitions, so a record stays with its neighbours."""
        return Topic(f"{self.name}.dlq", self.partitions, self.keyed_by)


CDC = Topic("rollcall.cdc", 1, "primary key of the row")
WORKFORCE = Topic(
    "rollcall.workforce.v1",
    6,
    "employee_id",
    (
        *WORLD,
        ShiftScheduled,
        ShiftCancelled,
        PunchRecorded,
        PunchVoided,
        LeaveRecorded,
        LeaveRemoved,
        EmploymentRecorded,
        AbsenceCalled,
        AbsenceCallRemoved,
        AttendanceExceptionRecorded,
        AttendanceExceptionRemoved,
        NoticeDelivered,
        ShiftJudged,
        ReliabilityScored,
    ),
    folded=True,
)
OPERATIONS = Topic("rollcall.operations.v1", 6, "location_id", (*WORLD, ClockSeen, ShiftDue, ShiftNotDue), folded=True)
PROPOSALS = Topic(
    "rollcall.proposals.v1",
    6,
    "subject",
    (*WORLD, ProposalMade, ProposalWithdrawn, ReviewGiven, ApplicationReported),
    folded=True,
)
DECISIONS = Topic("rollcall.decisions.v1", 6, "subject", (DecisionMade, ReviewRefused))
NOTICES = Topic("rollcall.notices.v1", 6, "recipient", (NoticeRequested,))

DOMAIN: tuple[Topic, ...] = (WORKFORCE, OPERATIONS, PROPOSALS, DECISIONS, NOTICES)
FOLDED: tuple[Topic, ...] = tuple(topic for topic in DOMAIN if topic.folded)
"""Where a broadcast goes: into every partition of each."""
AUDIT = Topic("rollcall.audit.v1", 1, "chain, epoch and hour", compacted=True)
"""Where the audit trail ends, every minute (JSON): whoever keeps it can tell that the trail was cut off."""
TOPICS: tuple[Topic, ...] = (*(topic for each in (CDC, *DOMAIN) for topic in (each, each.dlq)), AUDIT)


def home(event: type[Event]) -> Topic:
    """Return the one topic that carries this event; a broadcast is at home in many and is not asked for here.

    Raises:
        LookupError: no topic, or more than one, carries it.

    """
    topics = [topic for topic in DOMAIN if event in topic.events]
    if len(topics) != 1:
        raise LookupError(f"{event.__name__} is carried by {len(topics)} topics: see schemas/topics.py")
    return topics[0]
