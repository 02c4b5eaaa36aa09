"""The life of a proposal: the statuses that the supervisor writes, and which of them ask the applier for something."""

from collections.abc import Mapping
from typing import Literal

Status = Literal[
    "auto_approved",
    "routed",
    "approved",
    "rejected",
    "expired",
    "withdrawn",
    "reversal_approved",
    "applied",
    "failed",
    "stale",
    "reverted",
]
NEXT: Mapping[Status | None, frozenset[Status]] = {
    None: frozenset({"auto_approved", "routed", "rejected", "expired", "withdrawn"}),
    "auto_approved": frozenset({"applied", "failed", "stale", "reversal_approved", "withdrawn"}),
    "routed": frozenset({"approved", "rejected", "expired", "withdrawn"}),
    "approved": frozenset({"applied", "failed", "stale", "reversal_approved", "withdrawn"}),
    "stale": frozenset({"routed"}),
    "applied": frozenset({"reversal_approved"}),
    "reversal_approved": frozenset({"reverted", "failed"}),
    "rejected": frozenset(),
    "expired": frozenset(),
    "withdrawn": frozenset(),
    "failed": frozenset(),
    "reverted": frozenset(),
}
"""What can follow what; None: the proposal is new. No other step is ever written. Approved advice ends there, unless it
is withdrawn: nothing is applied, so there is nothing to report or to take back."""
EFFECT: frozenset[str] = frozenset({"auto_approved", "approved"})
"""The applier does the kind's effect, if it has one."""
INVERSE: frozenset[str] = frozenset({"reversal_approved"})
"""The applier takes the effect of the decision in `reverses` back."""
CLOSED: frozenset[str] = frozenset({"rejected", "expired", "withdrawn", "failed", "reverted"})
