"""Modes: what an agent's emissions may become. Enforced here, live and in replay; folds do not know them."""

from collections.abc import Collection, Mapping
from datetime import datetime

from schemas.events import (
    WORLD,
    Event,
    Mode,
    NoticeRequested,
    ProposalMade,
    ProposalWithdrawn,
    WorldEvent,
)

Raised = Mapping[str, Mode]
"""The mode in which what an agent has standing was raised, by its id: proposals, and what lasts until it says so."""

MODED = frozenset((ProposalMade, ProposalWithdrawn, NoticeRequested, *WORLD))
"""What shadow and live agents do not emit alike; all else they do."""
STANDING = 512
"""Proposals remembered per key; beyond it the oldest are forgotten, and their withdrawals ignored."""


def admit(
    mode: Mode, raised: Raised, emitted: Collection[Event], since: datetime | None = None
) -> tuple[Raised, tuple[Event, ...]]:
    """Return what may be emitted in a mode, and the proposals that now stand.

    What was caused before `since`, when the agent was first in use, is not proposed: nobody was told that it counts.
    A withdrawal inherits the mode its proposal was raised in; one of an unknown proposal is ignored. It is said while
    the agent is paused too: an admin may have adopted what was a trial, and nobody loses by it. Only live agents
    tell people something, or broadcast: what is in the World counts for everybody, and nothing marks it as a trial.
    That something is over which was broadcast is said in any mode, so that it does not last for ever.
    """
    if mode in ("shadow", "live") and MODED.isdisjoint(map(type, emitted)):
        return raised, tuple(emitted)
    standing: dict[str, Mode] = dict(raised)
    admitted = tuple(each for event in emitted if (each := _admitted(mode, standing, event, since)) is not None)
    while len(standing) > STANDING:
        del standing[next(iter(standing))]
    return standing, admitted if mode != "disabled" else ()


def _admitted(mode: Mode, standing: dict[str, Mode], event: Event, since: datetime | None) -> Event | None:
    match event:
        case ProposalMade(cause_at=datetime() as cause_at) if since is not None and cause_at < since:
            return None
        case ProposalMade() if mode in ("shadow", "live"):
            standing[str(event.proposal_id)] = mode
            return event.model_copy(update={"shadow": mode == "shadow"})
        case ProposalWithdrawn():
            was = standing.pop(str(event.proposal_id), None)
            return None if was is None else event.model_copy(update={"shadow": was == "shadow"})
        case ProposalMade():
            return None
        case NoticeRequested():
            return event if mode == "live" else None
        case WorldEvent():
            return event if _broadcast(mode, standing, event) else None
    return event if mode in ("shadow", "live") else None


def _broadcast(mode: Mode, standing: dict[str, Mode], event: WorldEvent) -> bool:
    if event.ends:
        return standing.pop(event.identity, None) is not None or mode == "live"
    if event.begins and mode == "live":
        standing[event.identity] = mode
    return mode == "live"
