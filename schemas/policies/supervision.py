"""What agents may do alone."""

from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import Field

from schemas.policies.base import Policy, Positive

Autonomy = Literal["supervised", "semi_autonomous", "autonomous"]


class SupervisionPolicy(Policy):
    """What agents may do alone (S2-P1..P3, S0-P12). Shipped: nothing."""

    name: ClassVar[str] = "supervision"

    default: Autonomy = "supervised"
    autonomy: dict[str, Autonomy] = Field(default_factory=dict)
    """By kind of proposal; what is not named has `default`."""
    asked_again: Positive = timedelta(days=3)
    """A proposal that went stale is asked again, and stays open at least this long."""
    memory: timedelta = Field(timedelta(days=90), ge=timedelta(days=30))
    """Settled proposals older than this, against the newest `recorded_at`, are forgotten: no reversal after that."""


POLICY = SupervisionPolicy
