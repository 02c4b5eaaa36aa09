"""Modes: what an agent's emissions may become. Enforced here, live and in replay; folds do not know them."""

from collections.abc import Iterable, Mapping

from schemas.events import Event, Mode, ProposalMade, ProposalWithdrawn

Raised = Mapping[str, Mode]
"""The mode in which each proposal that an agent has standing was raised, by proposal id."""

STANDING = 512
"""Proposals remembered per key; beyond it the oldest are forgotten, and their withdrawals ignored."""


def admit(mode: Mode, raised: Raised, emitted: Iterable[Event]) -> tuple[Raised, tuple[Event, ...]]:
    """Return what may be emitted in a mode, and the proposals that now stand.

    A withdrawal inherits the mode its proposal was raised in; one of an unknown proposal is ignored.
    """
    standing: dict[str, Mode] = dict(raised)
    admitted: list[Event] = []
    for event in emitted:
        match event:
            case ProposalMade():
                if mode in ("shadow", "live"):
                    standing[str(event.proposal_id)] = mode
                    admitted.append(event.model_copy(update={"shadow": mode == "shadow"}))
            case ProposalWithdrawn():
                was = standing.pop(str(event.proposal_id), None)
                if was == "live" or (was == "shadow" and mode in ("shadow", "live")):
                    admitted.append(event.model_copy(update={"shadow": was == "shadow"}))
            case _ if mode in ("shadow", "live"):
                admitted.append(event)
    while len(standing) > STANDING:
        del standing[next(iter(standing))]
    return standing, tuple(admitted) if mode != "disabled" else ()
