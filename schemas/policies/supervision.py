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
    """By kind of proposal, or by agent and kind (``attendance/lateness_entry``), which counts more; what is not named
    has `default`."""
    lifetimes: dict[str, Positive] = Field(default_factory=dict)
    """By kind of proposal: how long an answer is waited for at most; what is not named has the kind's own."""
    escalate_before: Positive = timedelta(days=2)
    """So long before a proposal expires, those above are told."""
    contest_days: int = Field(5, ge=0, le=30)
    """Working days in which the subject can contest what has high risk before it can be approved."""
    asked_again: Positive = timedelta(days=3)
    """A proposal that went stale is asked again, and stays open at least this long."""
    irreversible_wait: Positive = timedelta(days=1)
    """An approved effect that cannot be taken back waits so long, and can be stopped."""
    memory: timedelta = Field(timedelta(days=90), ge=timedelta(days=30))
    """Settled proposals older than this, against the newest `recorded_at`, are forgotten: no reversal after that."""

    def autonomy_of(self, agent: str, kind: str) -> Autonomy:
        """Return what an agent may do alone with a kind of proposal."""
        return self.autonomy.get(f"{agent}/{kind}", self.autonomy.get(kind, self.default))


POLICY = SupervisionPolicy
