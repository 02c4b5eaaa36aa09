"""What a flag or a review says of each shift that it is about, and what it recommends."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

Recommended = Literal["talk", "support_meeting", "hearing"]
"""What a person is advised to do. Never dismissal, pay or schedule (S1-R9)."""


class CitedShift(BaseModel):
    """A shift, what it was judged, and what it counts for in hundredths."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shift_id: UUID
    starts_at: AwareDatetime
    verdict: str
    credit: int
