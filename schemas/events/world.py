"""Reference facts and time, broadcast into every partition of every folded topic: each explains itself."""

from datetime import date
from typing import ClassVar, Literal, get_args
from uuid import UUID

from schemas.events.base import Event, Instant

Mode = Literal["disabled", "paused", "shadow", "live"]
MODES: tuple[Mode, ...] = get_args(Mode)


class WorldEvent(Event):
    """A fact for all keys. A newer `revision` of the same `identity` supersedes the older."""

    namespace: ClassVar[str] = "rollcall.world"
    revision: int
    """Position of the row's change in the source's log, the epoch in its upper bits."""

    @property
    def identity(self) -> str:
        """Natural key of the reference fact within its type."""
        raise NotImplementedError

    @property
    def key(self) -> str:
        return f"world:{type(self).__name__}:{self.identity}"

    @property
    def begins(self) -> bool:
        """Whether it says that something lasts, until another fact of the same identity says that it is over..."""
        return False

    @property
    def ends(self) -> bool:
        """...and whether it says so."""
        return False


class Tick(WorldEvent):
    """The business clock has reached the minute `at`."""

    at: Instant

    @property
    def identity(self) -> str:
        return "clock"


class PolicyPublished(WorldEvent):
    """A version of a policy, in force from `effective_at`; `document` is canonical JSON under the policy's model."""

    policy: str
    version: int
    effective_at: Instant
    document: str

    @property
    def identity(self) -> str:
        return f"{self.policy}@{self.version}"


class AgentModeChanged(WorldEvent):
    """An admin has switched an agent."""

    agent: str
    mode: str

    @property
    def identity(self) -> str:
        return self.agent


class LocationDescribed(WorldEvent):
    """A place of work and its IANA time zone."""

    location_id: UUID
    zone: str
    removed: bool = False

    @property
    def identity(self) -> str:
        return str(self.location_id)


class JobPositionDescribed(WorldEvent):
    """A position that people hold."""

    job_position_id: UUID
    code: str
    removed: bool = False

    @property
    def identity(self) -> str:
        return str(self.job_position_id)


class EmployeeDescribed(WorldEvent):
    """Who somebody works for, where, and from when to when. Names stay in PostgreSQL."""

    employee_id: UUID
    manager_id: UUID | None
    location_id: UUID
    job_position_id: UUID | None
    hired_on: date
    ended_on: date | None
    removed: bool = False

    @property
    def identity(self) -> str:
        return str(self.employee_id)


class PersonRoleDescribed(WorldEvent):
    """A person holds a role (manager, hr, admin, auditor, service), at one location or, without one, everywhere."""

    person_role_id: UUID
    employee_id: UUID
    role: str
    location_id: UUID | None
    removed: bool = False

    @property
    def identity(self) -> str:
        return str(self.person_role_id)


class DelegationDescribed(WorldEvent):
    """Somebody lets another person use one of their roles (at one location or, without one, wherever) for a time."""

    delegation_id: UUID
    delegator_id: UUID
    delegate_id: UUID
    role: str
    location_id: UUID | None
    starts_at: Instant
    ends_at: Instant
    """Excluded; earlier than first said, if it was ended."""
    removed: bool = False

    @property
    def identity(self) -> str:
        return str(self.delegation_id)


class LocationFact(WorldEvent):
    """Something that holds at one place for a time."""

    location_id: UUID
    starts_at: Instant
    removed: bool = False


class ClosureDeclared(LocationFact):
    """A place is closed: nobody has to be there."""

    closure_id: UUID
    ends_at: Instant

    @property
    def identity(self) -> str:
        return str(self.closure_id)


class ClockOutageSuspected(LocationFact):
    """People were due at a place, and nothing was heard of its clocks; `people` of them, one may be an absence."""

    outage_id: UUID
    people: int

    @property
    def identity(self) -> str:
        return str(self.outage_id)

    @property
    def begins(self) -> bool:
        return not self.removed

    @property
    def ends(self) -> bool:
        return self.removed


class ClockOutageEnded(LocationFact):
    """The clocks of a place were heard of again at `ends_at`."""

    outage_id: UUID
    ends_at: Instant
    people: int

    @property
    def identity(self) -> str:
        return str(self.outage_id)

    @property
    def ends(self) -> bool:
        return True


class ClockOutageConfirmed(LocationFact):
    """A person says that the clocks of a place did not work."""

    outage_id: UUID
    ends_at: Instant

    @property
    def identity(self) -> str:
        return str(self.outage_id)
