"""Classes of actions: how dangerous each is at least, and who is asked (S2-R1..R4, S0-P12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

Risk = Literal["low", "medium", "high", "critical"]
RISKS: tuple[Risk, ...] = get_args(Risk)
Action = Literal[
    "advice",
    "read_operation",
    "internal_log",
    "status_update",
    "crm_update",
    "task_creation",
    "internal_notification",
    "employment_consequence",
    "external_email",
    "calendar_change",
    "data_modification",
    "financial_transaction",
    "customer_communication",
    "data_deletion",
]


@dataclass(frozen=True, slots=True)
class ActionClass:
    """What holds for all kinds of one class, unless the kind is stricter."""

    floor: Risk
    role: str = "manager"
    """Who is asked below high risk."""
    reversible: bool = True
    human: bool = False
    """A human always decides: no policy and no autonomy changes that."""
    lifetime: timedelta = timedelta(days=14)


CLASSES: Mapping[Action, ActionClass] = {
    "advice": ActionClass("low"),
    "read_operation": ActionClass("low"),
    "internal_log": ActionClass("low"),
    "status_update": ActionClass("low"),
    "crm_update": ActionClass("medium"),
    "task_creation": ActionClass("medium"),
    "internal_notification": ActionClass("medium", reversible=False),
    "employment_consequence": ActionClass("medium", human=True),
    "external_email": ActionClass("high", reversible=False),
    "calendar_change": ActionClass("high"),
    "data_modification": ActionClass("high"),
    "financial_transaction": ActionClass("critical", role="admin", reversible=False),
    "customer_communication": ActionClass("critical", role="admin", reversible=False),
    "data_deletion": ActionClass("critical", role="admin", reversible=False),
}


def riskier(*risks: str) -> Risk:
    """Return the highest of the risks; a word that is not known counts as critical (X5)."""
    return RISKS[max(_level(risk) for risk in risks)]


def one_up(risk: str) -> Risk:
    """Return the next higher risk, as for what comes from where anybody can write; critical stays."""
    return RISKS[min(_level(risk) + 1, len(RISKS) - 1)]


def _level(risk: str) -> int:
    known: dict[str, int] = {risk: level for level, risk in enumerate(RISKS)}
    return known.get(risk, len(RISKS) - 1)
