"""When the clocks of a place are taken for dead."""

from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.policies.base import Policy, Window

SHORTEST = timedelta(minutes=10)
"""Of less nobody can tell whether a clock was silent or nobody came."""
EARLIEST = timedelta(hours=1)
"""Who punches sooner than this before they are due did not do it for that."""


class ClockPolicy(Policy):
    """When the clocks of a place are taken for dead; the policy in force at the last sign of life judges."""

    name: ClassVar[str] = "clocks"

    silence: Annotated[timedelta, Field(ge=SHORTEST, le=timedelta(days=1))] = timedelta(minutes=30)
    """So long after two people were due, and nothing was heard of any clock, an outage is suspected."""
    early: Annotated[timedelta, Field(ge=timedelta(), le=EARLIEST)] = timedelta(minutes=30)
    """Each punch so long before somebody is due accounts for one who is due: nobody waits for a second one."""
    lookback: Window = timedelta(hours=4)
    """An outage begins with the last sign of life, and at most so long before somebody was first due."""
    settling: Window = timedelta(minutes=15)
    """That there was less of an outage is told so long after it was found out: the punches that show it come first."""


POLICY = ClockPolicy
