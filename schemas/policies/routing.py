"""Which proposals may happen alone, who is asked for which, and which are stopped."""

from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from schemas.cel import INT, STRING, Condition, Type, Words, compiled
from schemas.kinds import RISKS
from schemas.policies.base import Policy

Role = Literal["manager", "hr", "admin"]
Way = Literal["auto", "role", "two_roles", "block"]
FACTS: dict[str, Type] = {
    "risk": Words("string", RISKS),
    "kind": STRING,
    "agent": STRING,
    "amount": INT,
    "site": STRING,
    "provenance": Words("string", ("trusted", "untrusted")),
}
"""What a condition may speak of. `amount` is money in micro-units, 0 where there is none; `site` the id of the
subject's location, empty where it is not known; `risk` the risk after floor and provenance."""
TYPES = tuple(FACTS.items())
ASKED = {"auto": 0, "role": 1, "two_roles": 2, "block": 0}


class Rule(BaseModel):
    """A condition in CEL, and what is done with a proposal for which it is the first to hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern="^[a-z][a-z0-9-]{0,62}$")]
    when: str
    then: Way
    roles: tuple[Role, ...] = ()
    """Who is asked: one role, or two, each filled by another person."""

    @field_validator("when")
    @classmethod
    def _typed(cls, text: str) -> str:
        compiled(text, TYPES)
        return text

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if len(self.roles) != ASKED[self.then]:
            raise ValueError(f"{self.then} asks {ASKED[self.then]} roles, not {len(self.roles)}; mend: name as many")
        return self

    @property
    def condition(self) -> Condition:
        """The condition, checked."""
        return compiled(self.when, TYPES)


class RoutingPolicy(Policy):
    """Which proposals may happen alone, who is asked for which, and which are stopped. Shipped: no rules."""

    name: ClassVar[str] = "routing"

    rules: tuple[Rule, ...] = ()
    """The first whose condition holds counts; where none does, risk, kind and autonomy decide. No rule lets an
    employment consequence, an irreversible kind or critical risk happen alone, or be decided by fewer or lower than
    without rules."""
    external_approver: UUID | None = None
    """Who is told of a proposal that nobody here may decide; it is never let happen instead."""

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        names = [each.name for each in self.rules]
        twice = sorted({each for each in names if names.count(each) > 1})
        if twice:
            raise ValueError(f"two rules are called {twice[0]!r}; mend: give each a name of its own")
        return self


POLICY = RoutingPolicy
