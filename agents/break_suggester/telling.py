"""Tell whoever has worked too long without a break, once a stint: who is clocked in is at work (S1-R4, X22)."""

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from agents.kernel import Wake, World
from schemas.events import Event, NoticeRequested, ProposalMade
from schemas.kinds.break_suggestion import BreakSuggestion
from schemas.notices import NOTICES, About, employee, requested


def told(emitted: Iterable[Event], cause: Event | Wake, world: World) -> Iterator[NoticeRequested]:
    """Yield what the employee is told with a suggestion that is made for the first time, where it is known where."""
    for event in emitted:
        if isinstance(event, ProposalMade) and event.raised == 1:
            made = BreakSuggestion.model_validate_json(event.payload)
            known = world.employee(made.employee_id)
            place = None if known is None else world.location(known.location_id)
            if place is not None:
                yield requested(
                    About(NOTICES["break_suggestion"], made.employee_id, proposal_id=event.proposal_id),
                    cause,
                    employee(made.employee_id),
                    expires_at=event.expires_at,
                    details={"start": made.since.astimezone(ZoneInfo(place.zone)).isoformat()},
                )
