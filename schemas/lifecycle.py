"""The life of a proposal: the statuses that the supervisor writes, and which of them ask the applier for something."""

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
EFFECT: frozenset[str] = frozenset({"auto_approved", "approved"})
"""The applier does the kind's effect."""
INVERSE: frozenset[str] = frozenset({"reversal_approved"})
"""The applier takes the effect of the decision in `reverses` back."""
CLOSED: frozenset[str] = frozenset({"rejected", "expired", "withdrawn", "failed", "reverted"})
