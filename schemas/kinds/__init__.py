"""All kinds of proposals, one file each; floors follow S2-R1..R4."""

from schemas.discovery import found
from schemas.kinds.attendance_flag import KIND as ATTENDANCE_FLAG
from schemas.kinds.attendance_flag import AttendanceFlag
from schemas.kinds.base import AboutEmployee, Kind, Minutes, Payload, binding, digest
from schemas.kinds.cited import CitedShift, Recommended
from schemas.kinds.classes import CLASSES, RISKS, Action, ActionClass, Risk, one_up, riskier
from schemas.kinds.disciplinary_review import KIND as DISCIPLINARY_REVIEW
from schemas.kinds.disciplinary_review import DisciplinaryReview
from schemas.kinds.lateness_entry import KIND as LATENESS_ENTRY
from schemas.kinds.lateness_entry import LatenessEntry

KINDS: dict[str, Kind] = found(__name__, __path__, "KIND", "rollcall.kinds", but=("base", "cited", "classes"))


def is_advice(kind: str) -> bool:
    """Return whether nothing is applied when it is approved; a kind that is not known may well have an effect."""
    return kind in KINDS and KINDS[kind].action == "advice"


__all__ = [
    "ATTENDANCE_FLAG",
    "CLASSES",
    "DISCIPLINARY_REVIEW",
    "KINDS",
    "LATENESS_ENTRY",
    "RISKS",
    "AboutEmployee",
    "Action",
    "ActionClass",
    "AttendanceFlag",
    "CitedShift",
    "DisciplinaryReview",
    "Kind",
    "LatenessEntry",
    "Minutes",
    "Payload",
    "Recommended",
    "Risk",
    "binding",
    "digest",
    "is_advice",
    "one_up",
    "riskier",
]
