"""What a kind of proposal is: what it carries, how dangerous it is at least, who is asked, what approving it does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from schemas.kinds.classes import CLASSES, Action, ActionClass, Risk, riskier

Minutes = Annotated[int, Field(ge=0)]


class Payload(BaseModel):
    """What a kind of proposal carries; travels as canonical JSON text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def canonical(self) -> str:
        """Return the JSON text that travels, is hashed and is compared, without what an earlier version did not say."""
        return self.model_dump_json(exclude_unset=True)

    @property
    def subject(self) -> str:
        """Whom or what it is about; must be the proposal's subject."""
        raise NotImplementedError

    @property
    def severity(self) -> int | None:
        """How much it weighs against its subject, to compare two of a kind; None: they cannot be compared."""
        return None

    @property
    def amount(self) -> int:
        """Money that approving it moves, in micro-units."""
        return 0

    @property
    def takes_back(self) -> UUID | None:
        """The proposal that has no effect any more once this one is approved."""
        return None


class AboutEmployee(Payload):
    """A payload about one employee."""

    employee_id: UUID

    @property
    def subject(self) -> str:
        return f"employee:{self.employee_id}"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of proposal and what the supervisor must know of it; advice unless it says otherwise.

    A kind that is no advice has an effect: a file of its name in ``sinks/apply/``. Floor and reversibility are at
    least as strict as those of its class.
    """

    name: str
    payload: type[Payload]
    floor: Risk = "low"
    action: Action = "advice"
    role: str = ""
    """Who is asked when it may not happen by itself; empty: whom the class asks."""
    reversible: bool = True
    hr: bool = False
    """HR may decide it too, also where an admin is asked (X21)."""
    lifetime: timedelta = timedelta()
    """How long an answer is waited for; none: as long as for its class."""
    in_favour: bool = False
    """In the subject's favour: it takes something back from them or restores something to them."""

    def __post_init__(self) -> None:
        known = CLASSES[self.action]
        object.__setattr__(self, "floor", riskier(self.floor, known.floor))
        object.__setattr__(self, "role", self.role or known.role)
        object.__setattr__(self, "reversible", self.reversible and known.reversible)
        object.__setattr__(self, "lifetime", self.lifetime or known.lifetime)

    @property
    def of(self) -> ActionClass:
        """Its class."""
        return CLASSES[self.action]


def binding(payload: str, subject_version: datetime, policy_version: int, evidence: str = "") -> str:
    """Return the hash that binds an approval to what was seen (S0-P5). `evidence` is a `digest`, empty in old ones."""
    parts = [payload, subject_version.isoformat(), str(policy_version), *filter(None, (evidence,))]
    return sha256("\x1f".join(parts).encode()).hexdigest()


def digest(evidence: Iterable[UUID]) -> str:
    """Return the hash of what a proposal rests on, whatever its order."""
    return sha256("\x1f".join(sorted(map(str, evidence))).encode()).hexdigest()
