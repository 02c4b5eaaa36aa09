"""How attendance is judged."""

from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.policies.base import Policy, Positive, Window


class AttendancePolicy(Policy):
    """How attendance is judged (S0-B3, S1-R2; X2, X11, X12)."""

    name: ClassVar[str] = "attendance"

    grace: timedelta = Field(timedelta(minutes=5), ge=timedelta())
    """Lateness up to and including this many minutes does not count."""
    early_window: Window = timedelta(hours=4)
    """How long before the start an in-punch can belong to a shift."""
    late_window: Window = timedelta(hours=4)
    """How long after the end an out-punch can belong to a shift."""
    handover: timedelta = Field(timedelta(minutes=15), ge=timedelta(), le=timedelta(hours=1))
    """Who is still clocked in from a shift that ended at most this long before the start needs no new punch."""
    no_show_after: Window = timedelta(hours=2)
    """Without a punch this long after the start, the shift is missing."""
    flag_count: int = Field(3, ge=1)
    """Late or missing shifts that raise a flag..."""
    flag_window: Annotated[Positive, Field(le=timedelta(days=30))] = timedelta(days=14)
    """...when they start less than this long apart."""
    proposal_lifetime: Positive = timedelta(days=14)
    """A proposal that nobody answers for this long expires."""
    history: timedelta = Field(timedelta(days=60), ge=timedelta(days=30))
    """Facts older than this, against the newest `recorded_at`, are forgotten."""


POLICY = AttendancePolicy
