"""Canonical rows of the captured tables: the columns that translators read, as they travel.

Other people's tables are mapped to these rows; columns that are not named here are ignored.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from schemas.cdc import Day


class Row(msgspec.Struct, frozen=True):
    """A row of one tenant."""

    tenant_id: str


class BusinessClock(msgspec.Struct, frozen=True):
    """At the real instant `anchor_real` it was `anchor_business`; since then business time runs at `rate`."""

    anchor_business: datetime
    anchor_real: datetime
    rate: float

    def at(self, real: datetime) -> datetime:
        """Return business time at a real instant."""
        return self.anchor_business + (real - self.anchor_real) * self.rate


class Heartbeat(msgspec.Struct, frozen=True):
    """The connector's own row, in business time."""

    beat_at: datetime


class Policy(Row, frozen=True):
    """A published version of a policy; `document` is JSON."""

    name: str
    version: int
    document: str
    effective_at: datetime
    published_at: datetime


class AgentMode(Row, frozen=True):
    """The mode of one agent."""

    agent: str
    mode: str
    set_at: datetime


class Location(Row, frozen=True):
    """A place of work."""

    id: UUID
    zone: str


class JobPosition(Row, frozen=True):
    """A position that people hold."""

    id: UUID
    code: str


class Employee(Row, frozen=True):
    """Somebody who works here, or did."""

    id: UUID
    manager_id: UUID | None
    location_id: UUID
    job_position_id: UUID | None
    hired_on: Day
    ended_on: Day | None


class PersonRole(Row, frozen=True):
    """A role that somebody holds."""

    id: UUID
    employee_id: UUID
    role: str
    location_id: UUID | None


class Shift(Row, frozen=True):
    """Who works where, from when to when."""

    id: UUID
    employee_id: UUID
    location_id: UUID
    starts_at: datetime
    ends_at: datetime
    kind: str = "work"
    cancelled: bool = False
    """The first rows of the table were from before there was either."""


class TimePunch(Row, frozen=True):
    """Somebody came or went."""

    id: UUID
    employee_id: UUID
    direction: str
    at: datetime
    source: str
    device: str | None
    location_id: UUID | None


class LeaveRequest(Row, frozen=True):
    """Somebody asks to be away."""

    id: UUID
    employee_id: UUID
    starts_at: datetime
    ends_at: datetime
    protected: bool
    status: str


class Attendance(Row, frozen=True):
    """Minutes late on one shift: the effect of a decision."""

    id: UUID
    shift_id: UUID
    employee_id: UUID
    minutes_late: int
    decision_id: UUID


class AttendanceFlag(Row, frozen=True):
    """A flag that a decision has raised."""

    id: UUID
    employee_id: UUID
    proposal_id: UUID
    decision_id: UUID
    shift_ids: tuple[UUID, ...]


class ReviewCommand(Row, frozen=True):
    """A person answers a proposal."""

    id: UUID
    proposal_id: UUID
    subject: str
    verdict: str
    reviewer_id: UUID
    given_at: datetime


class DlqCommand(Row, frozen=True):
    """What is to be done with a dead record; a retry has it byte for byte. `headers` is JSON: names, base64 values."""

    reader: str
    topic: str
    partition: int
    source_offset: int
    key: bytes | None
    value: bytes | None
    headers: str
    woken: str | None
    action: str = "retry"
    """Or `park`. The first rows of the table were from before there was a choice."""


class Application(Row, frozen=True):
    """What applying a decision came to."""

    id: UUID
    decision_id: UUID
    proposal_id: UUID
    subject: str
    outcome: str
    reason: str
    causation_id: UUID
    correlation_id: UUID
    at: datetime
