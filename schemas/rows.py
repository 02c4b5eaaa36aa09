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


class PersonsRow(Row, frozen=True):
    """A row about one employee; it can become another one's."""

    employee_id: UUID


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
    suspended_from: Day | None = None
    suspended_until: Day | None = None
    clocking: str = "required"
    """The first rows of the table were from before there was any of this."""


class PersonRole(Row, frozen=True):
    """A role that somebody holds."""

    id: UUID
    employee_id: UUID
    role: str
    location_id: UUID | None


class Delegation(Row, frozen=True):
    """Somebody lets another person use one of their roles."""

    id: UUID
    delegator_id: UUID
    delegate_id: UUID
    role: str
    location_id: UUID | None
    starts_at: datetime
    ends_at: datetime


class Shift(PersonsRow, frozen=True):
    """Who works where, from when to when."""

    id: UUID
    location_id: UUID
    starts_at: datetime
    ends_at: datetime
    kind: str = "work"
    cancelled: bool = False
    """The first rows of the table were from before there was either."""
    created_at: datetime | None = None
    handed_over_at: datetime | None = None
    edited_by: UUID | None = None


class TimePunch(PersonsRow, frozen=True):
    """Somebody came or went."""

    id: UUID
    direction: str
    at: datetime
    source: str
    device: str | None
    location_id: UUID | None
    voided: bool = False
    edited_by: UUID | None = None


class LeaveRequest(PersonsRow, frozen=True):
    """Somebody asks to be away."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    protected: bool
    status: str
    edited_by: UUID | None = None


class AbsenceCall(PersonsRow, frozen=True):
    """Somebody has told that they do not come."""

    id: UUID
    shift_id: UUID
    announced_at: datetime


class AttendanceException(PersonsRow, frozen=True):
    """What a person says of a shift, or of somebody."""

    id: UUID
    shift_id: UUID | None
    kind: str
    minutes: int | None
    given_by: UUID
    given_at: datetime


class Closure(Row, frozen=True):
    """A place is closed."""

    id: UUID
    location_id: UUID
    starts_at: datetime
    ends_at: datetime


class ClockOutage(Row, frozen=True):
    """The clocks of a place did not work."""

    id: UUID
    location_id: UUID
    starts_at: datetime
    ends_at: datetime


class ClockHeartbeat(Row, frozen=True):
    """A clock, and when it has last beaten."""

    device: str
    location_id: UUID
    at: datetime


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


class Notice(Row, frozen=True):
    """Somebody is told something; `delivered_at` is None when it had expired by then."""

    id: UUID
    recipient: str
    kind: str
    employee_id: UUID
    shift_id: UUID | None
    delivered_at: datetime | None
    event_id: UUID
    correlation_id: UUID


class ReviewCommand(Row, frozen=True):
    """A person answers a proposal."""

    id: UUID
    proposal_id: UUID
    subject: str
    verdict: str
    reviewer_id: UUID
    given_at: datetime
    seen: str | None = None
    payload: str | None = None
    until: datetime | None = None
    batch: UUID | None = None
    considered: int | None = None


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
    difference: str = "[]"
    """JSON."""
