"""The life of a proposal: one table of statuses and of what can happen to each. Nothing else ever happens.

Drawn into ``docs/supervisor.md`` from here; the supervisor asks it before each move.
"""

from collections.abc import Mapping
from typing import Literal, get_args

Status = Literal[
    "pending",
    "shadow",
    "auto_approved",
    "routed",
    "unroutable",
    "approved",
    "edited_and_approved",
    "rejected",
    "expired",
    "withdrawn",
    "contested",
    "suspended",
    "reversal_approved",
    "stale",
    "applied",
    "failed",
    "reverted",
]
Happening = Literal[
    "propose",
    "adopt",
    "withdraw",
    "supersede",
    "approve",
    "edit",
    "reject",
    "request_changes",
    "contest",
    "waive",
    "expire",
    "stop",
    "suspend",
    "restore",
    "take_back",
    "report_applied",
    "report_failed",
    "report_stale",
    "report_reverted",
    "ask_again",
]
"""Of agents: propose, withdraw, supersede. Of people: adopt to waive, and stop. Of the supervisor: expire, suspend,
restore, take_back, ask_again. Of the applier: its reports."""
Cell = frozenset[Status]


def _to(*statuses: Status) -> Cell:
    return frozenset(statuses)


_GONE: Mapping[Happening, Cell] = {"withdraw": _to("withdrawn"), "supersede": _to("withdrawn")}
_ASKED: Mapping[Happening, Cell] = {
    **_GONE,
    "approve": _to("approved", "routed"),
    "edit": _to("edited_and_approved", "routed", "withdrawn"),
    "reject": _to("rejected", "routed"),
    "request_changes": _to("routed"),
    "contest": _to("contested"),
    "waive": _to("routed"),
    "expire": _to("expired", "routed"),
}
_EFFECT: Mapping[Happening, Cell] = {
    "withdraw": _to("reversal_approved", "withdrawn"),
    "supersede": _to("reversal_approved"),
    "stop": _to("reversal_approved", "withdrawn"),
    "contest": _to("suspended", "contested"),
    "suspend": _to("suspended"),
    "take_back": _to("reversal_approved"),
    "report_applied": _to("applied"),
    "report_failed": _to("failed"),
    "report_stale": _to("stale"),
}
LIFE: Mapping[Status, Mapping[Happening, Cell]] = {
    "pending": {
        "propose": _to("shadow", "auto_approved", "routed", "unroutable", "rejected", "expired", "withdrawn"),
    },
    "shadow": {**_GONE, "adopt": _to("routed", "unroutable", "rejected")},
    "auto_approved": _EFFECT,
    "routed": _ASKED,
    "unroutable": {
        **_ASKED,
        "approve": _to("approved", "unroutable"),
        "edit": _to("edited_and_approved", "unroutable", "withdrawn"),
        "reject": _to("rejected", "unroutable"),
        "request_changes": _to("unroutable"),
        "waive": _to("unroutable"),
        "expire": _to("expired", "unroutable"),
    },
    "approved": _EFFECT,
    "edited_and_approved": _EFFECT,
    "contested": {
        "withdraw": _to("withdrawn", "reversal_approved"),
        "supersede": _to("withdrawn"),
        "approve": _to("approved", "contested", "applied"),
        "edit": _to("edited_and_approved", "contested", "withdrawn"),
        "reject": _to("rejected", "reversal_approved"),
        "request_changes": _to("contested"),
        "expire": _to("expired", "reversal_approved"),
    },
    "suspended": {
        "approve": _to("approved", "suspended"),
        "reject": _to("reversal_approved"),
        "expire": _to("reversal_approved"),
        "withdraw": _to("reversal_approved"),
        "restore": _to("approved"),
        "contest": _to("suspended"),
        "take_back": _to("reversal_approved"),
        "report_failed": _to("contested", "applied"),
    },
    "stale": {"ask_again": _to("routed", "unroutable")},
    "applied": {
        "withdraw": _to("reversal_approved"),
        "contest": _to("suspended", "contested"),
        "suspend": _to("suspended"),
        "take_back": _to("reversal_approved"),
    },
    "reversal_approved": {"report_reverted": _to("reverted"), "report_failed": _to("failed")},
    "rejected": {},
    "expired": {},
    "withdrawn": {},
    "failed": {},
    "reverted": {},
}
"""To which statuses a happening may lead; a happening that is not there changes nothing. Approved advice ends where it
is: nothing is applied. What is asked again after an edit or a first of two approvals stays where it is."""
NEXT: Mapping[Status, Cell] = {status: frozenset().union(*cells.values()) for status, cells in LIFE.items()}
"""What can follow what."""
EFFECT: frozenset[str] = _to("auto_approved", "approved", "edited_and_approved")
"""The applier does the kind's effect, if it has one."""
INVERSE: frozenset[str] = _to("reversal_approved", "suspended")
"""The applier takes the effect of the decision in `reverses` back: for good, or until it is decided on."""
CLOSED: frozenset[str] = frozenset(status for status, cells in LIFE.items() if not cells)
ASKED: frozenset[str] = _to("routed", "unroutable", "contested")
"""Somebody is asked, and nothing is in force."""
STATUSES: tuple[Status, ...] = get_args(Status)
HAPPENINGS: tuple[Happening, ...] = get_args(Happening)


def can(status: Status, happening: Happening) -> bool:
    """Return whether this can happen to a proposal of that status."""
    return happening in LIFE[status]
