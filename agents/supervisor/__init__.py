"""Decide what may happen on its own and who must be asked; the only writer of decisions.

Reads proposals, withdrawals, reviews and reports keyed by subject, wakes when the time of an open proposal comes;
emits ``DecisionMade``, ``ReviewRefused``, ``NoticeRequested``, and ``ProposalMade`` for what reviewers propose.
Each move is one of the table in ``schemas/lifecycle.py``. The first decision wins. For people: docs/supervisor.md.
"""

from agents.kernel import Agent, Outcome, Wake, World
from agents.supervisor.docket import Docket
from agents.supervisor.judging import judged
from agents.supervisor.passing import passed
from agents.supervisor.reporting import reported, withdrawn
from agents.supervisor.restoring import followed
from agents.supervisor.reviewing import reviewed
from agents.supervisor.telling import told
from agents.supervisor.upgrading import from_1
from schemas.events import (
    ApplicationReported,
    DecisionMade,
    Event,
    NoticeRequested,
    ProposalEvent,
    ProposalMade,
    ProposalWithdrawn,
    ReviewGiven,
    ReviewRefused,
)
from schemas.policies import SupervisionPolicy
from schemas.topics import PROPOSALS

__all__ = ["AGENT", "step"]


def step(state: Docket | None, event: Event | Wake, world: World) -> Outcome[Docket]:
    """Move each proposal on by what was said of it; what cannot be is answered, never raised."""
    docket = state or Docket(event.key)
    emitted: list[Event] = []
    match event:
        case ProposalMade():
            docket, emitted = judged(docket, event, world)
        case ProposalWithdrawn():
            docket, emitted = withdrawn(docket, event)
        case ReviewGiven():
            docket, emitted = reviewed(docket, event, world)
        case ApplicationReported():
            docket, emitted = reported(docket, event, world)
        case Wake():
            docket, emitted = passed(docket, event, world)
    if isinstance(event, ProposalEvent | Wake):
        docket, emitted = followed(docket, emitted, event)
        docket, emitted = told(docket, emitted, event, world)
    if isinstance(event, ProposalEvent):
        memory = world.policy(SupervisionPolicy, event.recorded_at).memory
        docket = docket.bounded(event.recorded_at - memory)
    return Outcome(docket or None, tuple(emitted), docket.due)


AGENT = Agent(
    name="supervisor",
    version=2,
    topic=PROPOSALS,
    consumes=(ProposalMade, ProposalWithdrawn, ReviewGiven, ApplicationReported),
    emits=(DecisionMade, ReviewRefused, ProposalMade, NoticeRequested),
    state=Docket,
    step=step,
    moded=False,
    upgrades={1: from_1},
)
