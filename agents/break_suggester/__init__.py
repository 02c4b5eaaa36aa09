"""Suggest a break to whoever has worked too long without one.

Reads punches and shifts keyed by employee, wakes when an open stint has lasted too long; emits ``ProposalMade``,
``ProposalWithdrawn`` and ``NoticeRequested``. One suggestion a stint, in whatever order the facts arrive; the rules
stand in docs/breaks.md.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from agents.break_suggester.telling import told
from agents.break_suggester.work import Punch, Work, facts, learned
from agents.kernel import Agent, Outcome, Wake, World
from agents.kernel.standing import Wanted, stand
from schemas.events import (
    Event,
    NoticeRequested,
    PolicyPublished,
    ProposalMade,
    ProposalWithdrawn,
    PunchRecorded,
    PunchVoided,
    ShiftCancelled,
    ShiftScheduled,
    WorkforceEvent,
)
from schemas.kinds.break_suggestion import KIND, BreakSuggestion
from schemas.policies import words
from schemas.policies.breaks import BreakPolicy
from schemas.topics import WORKFORCE

__all__ = ["AGENT", "facts", "step"]


def step(state: Work | None, event: Event | Wake, world: World) -> Outcome[Work]:
    """Learn a fact, look at the stint that is open, and bring what is suggested in line with it."""
    if state is None and not isinstance(event, WorkforceEvent):
        return Outcome(None)
    work = learned(state or Work(UUID(event.key).bytes), event)
    stint = open_stint(work, world)
    due = stint is not None and stint.due <= work.woken and work.seen < stint.expires_at
    wanted = [suggestion(work, stint)] if stint is not None and due else []
    raised, emitted = stand(AGENT, f"employee:{UUID(bytes=work.employee_id)}", work.raised, wanted, event)
    work = replace(work, raised=tuple(each for each in raised if each.payload or work.knows(each.cause)))
    wake_at = stint.due if stint is not None and stint.due > work.woken else None
    return Outcome(state if work == state else work, (*emitted, *told(emitted, event, world)), wake_at)


class Stint(NamedTuple):
    """Work that goes on without a break since an in-punch, and when it will have lasted too long."""

    began: Punch
    due: datetime
    version: int
    policy: BreakPolicy

    @property
    def expires_at(self) -> datetime:
        return self.due + self.policy.lifetime


def open_stint(work: Work, world: World) -> Stint | None:
    """Return the stint that goes on, unless no break is due in it; the policy in force at the last punch judges."""
    punches = sorted((each for each in work.punches if each.way != "void"), key=lambda each: each.order)
    if not punches or punches[-1].way == "out":
        return None
    version, policy = world.versioned(BreakPolicy, punches[-1].at)
    began = beginning(punches, policy.shortest_break)
    due = began.at + policy.longest_stint
    ends = [each.ends_at for each in work.shifts if each.planned and each.starts_at <= due and each.ends_at > began.at]
    almost_done = bool(ends) and max(ends) < due + policy.closing
    return None if almost_done else Stint(began, due, version, policy)


def beginning(punches: Sequence[Punch], shortest_break: timedelta) -> Punch:
    """Return the in-punch since which nobody was away for a break's length; an in-punch shows that one was away."""
    began = punches[-1]
    for after, before in pairwise(reversed(punches)):
        if after.way == "in" and after.at - before.at >= shortest_break:
            break
        began = before if before.way == "in" else began
    return began


def suggestion(work: Work, stint: Stint) -> Wanted:
    """Return the proposal that should stand for a stint that has lasted too long."""
    began, policy = stint.began, stint.policy
    rule = (
        f"clocked in since {began.at.isoformat()} without a break of {words(policy.shortest_break)},"
        f" {words(policy.longest_stint)} is the longest stint"
    )
    employee_id, punch_id = UUID(bytes=work.employee_id), UUID(bytes=began.id)
    payload = BreakSuggestion(employee_id=employee_id, punch_id=punch_id, since=began.at)
    return Wanted(KIND, punch_id, payload, (began,), (rule,), stint.version, stint.expires_at)


AGENT = Agent(
    name="break_suggester",
    version=1,
    topic=WORKFORCE,
    consumes=(PunchRecorded, PunchVoided, ShiftScheduled, ShiftCancelled),
    consumes_world=(PolicyPublished,),
    emits=(ProposalMade, ProposalWithdrawn, NoticeRequested),
    state=Work,
    step=step,
)
