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
