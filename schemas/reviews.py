"""What people can say to a proposal."""

from typing import Literal, get_args

Verdict = Literal[
    "opened",
    "comment",
    "snooze",
    "approve",
    "reject",
    "edit",
    "request_changes",
    "contest",
    "waive",
    "stop",
    "revert",
    "adopt",
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
DECIDING: frozenset[str] = frozenset({"approve", "reject", "edit"})
"""Bound to what was seen."""
REASONED: frozenset[str] = frozenset({"reject", "edit", "request_changes", "comment", "contest", "stop", "revert"})
"""Nothing without a note."""
BATCH = 20
"""So many proposals at once at most."""
_RIGHTS = {"opened": "view", "stop": "reject", "revert": "reject", "adopt": "reject"}


def right(verdict: str, *, contested: bool = False) -> str:
    """Return what somebody must have leave to do who says this: an action of ``schemas/cedar/``."""
    return "resolve" if contested and verdict in DECIDING else _RIGHTS.get(verdict, verdict)
