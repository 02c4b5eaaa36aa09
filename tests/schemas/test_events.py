"""Events: instants are instants, ids are derived, keys say whose history it is."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from pydantic import ValidationError

from schemas.events import (
    AgentModeChanged,
    ApplicationReported,
    DecisionMade,
    DelegationDescribed,
    EmployeeDescribed,
    Event,
    JobPositionDescribed,
    LocationDescribed,
    PersonRoleDescribed,
    PolicyPublished,
    PunchVoided,
    Tick,
    WorldEvent,
)
from schemas.events.base import in_utc
from tests.schemas.samples import AT, sample

ID = UUID(int=5)


def test_an_instant_is_kept_in_utc() -> None:
    east = AT.astimezone(timezone(timedelta(hours=5)))
    assert sample(Tick, at=east).model_dump()["at"].tzinfo is UTC
    assert in_utc(AT) is AT


def test_an_instant_without_a_zone_is_none() -> None:
    with pytest.raises(ValidationError, match="needs a time zone"):
        sample(Tick, at=datetime(2026, 3, 2))  # noqa: DTZ001


def test_an_event_does_not_change_and_takes_nothing_unknown() -> None:
    event = sample(Tick)
    with pytest.raises(ValidationError):
        setattr(event, "tenant_id", "other")  # noqa: B010 - the type checker sees that it cannot be set
    with pytest.raises(ValidationError):
        sample(Tick, extra=1)


def test_the_same_cause_and_purpose_give_the_same_event() -> None:
    cause = sample(Tick)
    one, two, other = (PunchVoided.caused_by(cause, why, employee_id=ID, punch_id=ID, revision=1) for why in "aab")
    assert one == two
    assert one.event_id != other.event_id
    assert (one.causation_id, one.correlation_id) == (cause.event_id, cause.correlation_id)
    assert (one.occurred_at, one.recorded_at, one.tenant_id) == (cause.occurred_at, cause.recorded_at, cause.tenant_id)
    late = PunchVoided.caused_by(cause, employee_id=ID, punch_id=ID, revision=1, occurred_at=AT - timedelta(days=1))
    assert late.occurred_at == AT - timedelta(days=1)


KEYS: list[tuple[type[WorldEvent], str]] = [
    (Tick, "clock"),
    (PolicyPublished, "said@7"),
    (AgentModeChanged, "said"),
    (LocationDescribed, str(ID)),
    (JobPositionDescribed, str(ID)),
    (EmployeeDescribed, str(ID)),
    (PersonRoleDescribed, str(ID)),
    (DelegationDescribed, str(ID)),
]


@pytest.mark.parametrize(("kind", "identity"), KEYS)
def test_a_broadcast_is_keyed_by_type_and_identity(kind: type[WorldEvent], identity: str) -> None:
    event = sample(kind)
    assert isinstance(event, kind)
    assert (event.identity, event.key) == (identity, f"world:{kind.__name__}:{identity}")


def test_keys_of_families() -> None:
    assert sample(PunchVoided).key == str(ID)
    assert sample(ApplicationReported).key == sample(DecisionMade).key == "said"


def test_a_family_must_say_what_its_key_is() -> None:
    class Keyless(Event):
        namespace = "rollcall.tests"

    with pytest.raises(NotImplementedError):
        assert sample(Keyless).key

    class Nameless(WorldEvent):
        """Without an identity."""

    with pytest.raises(NotImplementedError):
        assert sample(Nameless).key
