"""All policies, one file each: every number of the requirements under a name, with its default, typed and versioned."""

from schemas.discovery import found
from schemas.policies.attendance import AttendancePolicy
from schemas.policies.base import Policy, Positive, Window, words
from schemas.policies.routing import RoutingPolicy, Rule
from schemas.policies.supervision import Autonomy, SupervisionPolicy

POLICIES: dict[str, type[Policy]] = found(__name__, __path__, "POLICY", "rollcall.policies", but=("base",))

__all__ = [
    "POLICIES",
    "AttendancePolicy",
    "Autonomy",
    "Policy",
    "Positive",
    "RoutingPolicy",
    "Rule",
    "SupervisionPolicy",
    "Window",
    "words",
]
