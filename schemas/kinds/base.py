"""What a kind of proposal is: what it carries, how dangerous it is at least, who is asked, what approving it does."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Literal, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Risk = Literal["low", "medium", "high", "critical"]
RISKS: tuple[Risk, ...] = get_args(Risk)
ActionClass = Literal["advice", "status_update", "employment_consequence"]
"""Advice is shown and answered, nothing is applied; an employment consequence always needs a human (S0-P12)."""
Minutes = Annotated[int, Field(ge=0)]


class Payload(BaseModel):
    """What a kind of proposal carries; travels as canonical JSON text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def canonical(self) -> str:
        """Return the JSON text that travels, is hashed and is compared."""
        return self.model_dump_json()

    @property
    def subject(self) -> str:
        """Whom or what it is about; must be the proposal's subject."""
        raise NotImplementedError


class AboutEmployee(Payload):
    """A payload about one employee."""

    employee_id: UUID

    @property
    def subject(self) -> str:
        return f"employee:{self.employee_id}"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of proposal and what the supervisor must know of it; advice unless it says otherwise.

    A kind that is no advice has an effect: a file of its name in ``sinks/apply/``.
    """

    name: str
    payload: type[Payload]
    floor: Risk = "low"
    action: ActionClass = "advice"
    role: str = "manager"
    """Who is asked when it may not happen by itself."""
    reversible: bool = True
    hr: bool = False
    """HR may decide it too, also where an admin is asked (X21)."""


def riskier(*risks: str) -> Risk:
    """Return the highest of the risks; a word that is not known counts as critical (X5)."""
    known: dict[str, int] = {risk: level for level, risk in enumerate(RISKS)}
    return RISKS[max(known.get(risk, len(RISKS) - 1) for risk in risks)]


def binding(payload: str, subject_version: datetime, policy_version: int) -> str:
    """Return the hash that binds an approval to what was seen (S0-P5)."""
    return sha256(f"{payload}\x1f{subject_version.isoformat()}\x1f{policy_version}".encode()).hexdigest()
