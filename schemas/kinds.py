"""Kinds of proposals: what they carry, how dangerous they are at least, who is asked, and whether there is a way back.

Floors follow S2-R1..R4; an ``employment_consequence`` always needs a human (S0-P12).
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Literal, get_args
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Risk = Literal["low", "medium", "high", "critical"]
RISKS: tuple[Risk, ...] = get_args(Risk)
ActionClass = Literal["status_update", "employment_consequence"]
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


class LatenessEntry(AboutEmployee):
    """Minutes late on the attendance record of one shift (S0-B3)."""

    shift_id: UUID
    minutes_late: Minutes


class AttendanceFlag(AboutEmployee):
    """Too many late or missing shifts in the policy's window: a manager should look."""

    shift_ids: tuple[UUID, ...]
    first_start: AwareDatetime
    last_start: AwareDatetime


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of proposal and what the supervisor must know of it."""

    name: str
    payload: type[Payload]
    floor: Risk
    action: ActionClass
    role: str
    """Who is asked when it may not happen by itself."""
    reversible: bool = True
    hr: bool = False
    """HR may decide it too, also where an admin is asked (X21)."""


LATENESS_ENTRY = Kind("lateness_entry", LatenessEntry, "low", "status_update", "manager", hr=True)
ATTENDANCE_FLAG = Kind("attendance_flag", AttendanceFlag, "medium", "employment_consequence", "manager", hr=True)

KINDS: dict[str, Kind] = {kind.name: kind for kind in (LATENESS_ENTRY, ATTENDANCE_FLAG)}


def riskier(*risks: str) -> Risk:
    """Return the highest of the risks; a word that is not known counts as critical (X5)."""
    known: dict[str, int] = {risk: level for level, risk in enumerate(RISKS)}
    return RISKS[max(known.get(risk, len(RISKS) - 1) for risk in risks)]


def binding(payload: str, subject_version: datetime, policy_version: int) -> str:
    """Return the hash that binds an approval to what was seen (S0-P5)."""
    return sha256(f"{payload}\x1f{subject_version.isoformat()}\x1f{policy_version}".encode()).hexdigest()
