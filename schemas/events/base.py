"""What every event has: who it is, when it happened, when it was recorded, and what caused it."""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Protocol, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict

from schemas.ids import derive


def in_utc(at: datetime) -> datetime:
    """Return the instant in UTC; one without a zone is not an instant."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at if at.tzinfo is UTC else at.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(in_utc)]
"""An instant in UTC with microseconds, as Avro keeps it."""


class Cause(Protocol):
    """What an event can be derived from: another event, or a wake-up."""

    @property
    def event_id(self) -> UUID: ...
    @property
    def occurred_at(self) -> datetime: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def tenant_id(self) -> str: ...
    @property
    def correlation_id(self) -> UUID: ...


class Event(BaseModel):
    """One domain fact, in the past tense. Valid time and record time are both kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    namespace: ClassVar[str]
    """Avro namespace: ``rollcall.`` and the family of the event."""

    event_id: UUID
    occurred_at: Instant
    recorded_at: Instant
    tenant_id: str
    causation_id: UUID
    correlation_id: UUID

    @property
    def key(self) -> str:
        """The record's key: whose history this belongs to."""
        raise NotImplementedError

    @classmethod
    def fullname(cls) -> str:
        """The Avro name, for example ``rollcall.workforce.PunchRecorded``."""
        return f"{cls.namespace}.{cls.__name__}"

    @classmethod
    def caused_by(cls, cause: Cause, /, *purpose: object, **fields: Any) -> Self:
        """Derive an event: same cause and purpose, same id. `fields` may set ``occurred_at``."""
        envelope: dict[str, Any] = {
            "event_id": derive(cause.event_id, cls.__name__, *purpose),
            "occurred_at": cause.occurred_at,
            "recorded_at": cause.recorded_at,
            "tenant_id": cause.tenant_id,
            "causation_id": cause.event_id,
            "correlation_id": cause.correlation_id,
        }
        derived: Self = cls.__pydantic_validator__.validate_python({**envelope, **fields})
        return derived
