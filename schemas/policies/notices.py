"""When people are told something."""

from datetime import time, timedelta
from typing import ClassVar

from pydantic import Field, field_validator, model_validator

from schemas.notices import NOTICES, Notice
from schemas.policies.base import Policy, Positive, Window


class NoticePolicy(Policy):
    """When people are told something (S1-R2, S1-R7, S1-R8; X22)."""

    name: ClassVar[str] = "notices"

    late_after: Window = timedelta(minutes=10)
    """Who is late by more than this, and has not come, is asked once whether everything is all right..."""
    opens: time = time(7)
    closes: time = time(19)
    """Outside of an own shift people are told something from `opens` on, local time, and before `closes`."""
    pause: timedelta = Field(timedelta(minutes=30), ge=timedelta(), le=timedelta(days=1))
    """At least this long between two notices to one person about the same employee."""
    too_late: Positive = timedelta(days=14)
    """What a shift that ended longer ago would have led to is not told any more."""
    lifetimes: dict[str, Positive] = Field(default_factory=dict)
    """How long a notice is of use, by kind; what is not named has what the kind declares."""

    @field_validator("lifetimes")
    @classmethod
    def _are_of_kinds(cls, lifetimes: dict[str, timedelta]) -> dict[str, timedelta]:
        if unknown := lifetimes.keys() - NOTICES.keys():
            raise ValueError(f"no such notices: {', '.join(sorted(unknown))}; there are {', '.join(NOTICES)}")
        return lifetimes

    @model_validator(mode="after")
    def _is_a_span_of_a_day(self) -> "NoticePolicy":
        if self.opens.tzinfo or self.closes.tzinfo or self.opens >= self.closes:
            raise ValueError("`opens` comes before `closes`, both local times of one day without a zone")
        return self

    def lifetime(self, notice: Notice) -> timedelta:
        """Return how long a notice is of use."""
        return self.lifetimes.get(notice.name, notice.lifetime)


POLICY = NoticePolicy
