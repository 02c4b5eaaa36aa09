"""When a break is suggested."""

from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.policies.base import Policy, Window


class BreakPolicy(Policy):
    """When a break is suggested (S1-R4, X24)."""

    name: ClassVar[str] = "breaks"

    longest_stint: Window = timedelta(hours=6)
    """Whoever works this long without a break is suggested one."""
    shortest_break: Window = timedelta(minutes=20)
    """Being away for less is no break."""
    closing: Annotated[timedelta, Field(ge=timedelta(), le=timedelta(days=1))] = timedelta(minutes=30)
    """Whose planned work ends sooner than this after the limit is not suggested a break any more."""
    lifetime: Window = timedelta(hours=2)
    """A suggestion that nobody answers for this long is of no use any more."""


POLICY = BreakPolicy
