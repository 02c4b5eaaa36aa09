"""What people are told: every kind of notice, whom it is for, how long it is of use, and in what words it is shown.

Agents ask for a notice by its kind; words are found where it is shown, so that names stay in PostgreSQL.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from schemas.events import Cause, NoticeRequested
from schemas.ids import derive

Party = Literal["employee", "manager", "hr", "admin"]
"""Whom it is about, whom they report to, or whoever holds the role."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One kind of notice. `words` has ``{who}`` (whom it is about), ``{start}`` (local time) and names of details."""

    name: str
    to: tuple[Party, ...]
    """Whom it can be for; who asks for it says for which of them."""
    when: str
    """What brings it about, in plain words."""
    words: str
    lifetime: timedelta
    """Of no use to whoever reads it later than this; the policy of notices can say otherwise."""


DAY = timedelta(days=1)
_ALL = (
    Notice(
        "late_check_in",
        ("employee",),
        "work was due to begin more than `late_after` ago, and there is no punch",
        "Your shift began at {start:%H:%M}, and there is no punch of yours yet. Is everything all right?",
        DAY,
    ),
    Notice(
        "absence_provisional",
        ("manager",),
        "a shift is found not worked, and nothing explains it yet",
        "{who} has not come to the shift of {start:%a %d %b %H:%M}. Nothing is decided: it may still be explained.",
        14 * DAY,
    ),
    Notice(
        "absence_question",
        ("employee",),
        "the shift is over, it was not worked, and nothing explains it yet",
        "No punch for your shift of {start:%a %d %b %H:%M}: worked and forgot, called, or absent?",
        14 * DAY,
    ),
    Notice(
        "welfare_check",
        ("manager", "hr"),
        "the first no-call no-show since somebody has last heard of the person",
        "{who} has not come on {start:%a %d %b} and has not called or answered since. Is somebody looking after them?",
        14 * DAY,
    ),
    Notice(
        "never_started",
        ("hr",),
        "a no-call no-show of somebody who has never punched at all",
        "{who} was due on {start:%a %d %b} and has never punched. Have they begun, and have they a badge?",
        14 * DAY,
    ),
    Notice(
        "break_suggestion",
        ("employee",),
        "somebody has worked for `longest_stint` of the policy `breaks` without a break",
        "You have worked since {start:%H:%M} without a break. Time for one?",
        timedelta(hours=2),
    ),
    Notice(
        "proposal_asked",
        ("manager", "hr", "admin"),
        "a proposal is routed to them, or asked again",
        "{kind} about {who}: your decision is asked for.",
        14 * DAY,
    ),
    Notice(
        "proposal_about_you",
        ("employee",),
        "something with an effect is proposed about them",
        "{who}, there is a proposal about you: {kind}. You can see it, comment on it and contest it.",
        14 * DAY,
    ),
    Notice(
        "proposal_reminder",
        ("manager", "hr", "admin"),
        "half the time to answer a proposal is over",
        "{kind} about {who}: half the time to decide is over.",
        14 * DAY,
    ),
    Notice(
        "proposal_escalated",
        ("hr", "admin"),
        "a proposal is about to expire, has nobody who may decide it, or could not be applied or taken back",
        "{kind} about {who} needs somebody: those who were asked have not decided, or cannot.",
        14 * DAY,
    ),
    Notice(
        "proposal_applied",
        ("employee", "manager", "hr", "admin"),
        "what was proposed has taken effect",
        "{kind} about {who} has taken effect.",
        14 * DAY,
    ),
    Notice(
        "proposal_dropped",
        ("employee", "manager", "hr", "admin"),
        "a proposal that they were told of was rejected, has expired, or is withdrawn",
        "{kind} about {who} comes to nothing.",
        14 * DAY,
    ),
    Notice(
        "proposal_suspended",
        ("employee", "manager", "hr", "admin"),
        "what was decided is suspended, because it is contested or may be taken back",
        "{kind} about {who} has no effect until it is decided on again.",
        14 * DAY,
    ),
    Notice(
        "proposal_contested",
        ("employee", "manager", "hr", "admin"),
        "the subject contests what is proposed or was done",
        "{who} contests: {kind}. Somebody who has not decided on it before is asked.",
        14 * DAY,
    ),
    Notice(
        "proposal_retracted",
        ("employee", "manager", "hr", "admin"),
        "what was decided is taken back",
        "{kind} about {who} is taken back: it no longer counts.",
        14 * DAY,
    ),
    Notice(
        "proposal_not_retracted",
        ("employee",),
        "two people have rejected a proposal in the subject's favour; their reason stands with the proposal",
        "{who}, what was proposed in your favour was rejected: {kind}. The reason stands with the proposal.",
        14 * DAY,
    ),
)
NOTICES: Mapping[str, Notice] = {each.name: each for each in _ALL}


@dataclass(frozen=True, slots=True)
class About:
    """What is told, and of what; together with the recipient it is what makes a notice one and the same."""

    notice: Notice
    employee_id: UUID
    shift_id: UUID | None = None
    proposal_id: UUID | None = None
    turn: int = 0
    """What is told again at a later turn of the same matter is another notice."""


def employee(employee_id: UUID) -> str:
    """Return the recipient that is one person."""
    return f"employee:{employee_id}"


def role(name: str) -> str:
    """Return the recipient that is whoever holds a role."""
    return f"role:{name}"


def requested(
    about: About, cause: Cause, recipient: str, *, expires_at: datetime, details: Mapping[str, Any]
) -> NoticeRequested:
    """Return the request; asked for again for the same recipient and matter, it is the same notice.

    `details` are codes, numbers and instants as ISO text; `start` among them is when the shift began, in local time.
    """
    kind = about.notice.name
    turn = (about.turn,) if about.turn else ()
    identity = derive("notice", kind, recipient, about.employee_id, about.shift_id, about.proposal_id, *turn)
    return NoticeRequested.caused_by(
        cause,
        identity,
        notice_id=identity,
        recipient=recipient,
        kind=kind,
        employee_id=about.employee_id,
        shift_id=about.shift_id,
        proposal_id=about.proposal_id,
        details=json.dumps(details, sort_keys=True),
        expires_at=expires_at,
    )
