"""Put a chain of events into a line that a person reads. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from schemas.events import (
    DecisionMade,
    Event,
    LeaveRecorded,
    NoticeRequested,
    ProposalMade,
    ProposalWithdrawn,
    PunchRecorded,
    ReliabilityScored,
    ReviewGiven,
    ReviewRefused,
    ShiftJudged,
    ShiftScheduled,
)
from streams.demo.clinic import HARBOR, PEOPLE, Person
from streams.demo.script import Scene

PERSON: Mapping[str, Person] = {str(person.employee_id): person for person in PEOPLE}
HOUSE = ZoneInfo(HARBOR.zone)


def name(employee_id: UUID | str) -> str:
    """Return a person's name; ids travel, names stay in PostgreSQL."""
    person = PERSON.get(str(employee_id).removeprefix("employee:"))
    return person.name if person else str(employee_id).removeprefix("role:")


def clock(at: datetime) -> str:
    """Return Harbor's wall clock."""
    return at.astimezone(HOUSE).strftime("%H:%M")


def correction(scene: Scene) -> str:
    """Say that somebody corrects somebody's punch."""
    whom = scene.whom or scene.person
    return f"{clock(scene.at)}  {scene.person.name:<16} corrects {whom.name}'s punch"


def begins(event: Event) -> str:
    """Say when what began a chain was recorded, and what it was."""
    return f"{clock(event.recorded_at)}  {headline(event)}"


def headline(event: Event) -> str:
    """Say what began a chain."""
    match event:
        case PunchRecorded():
            return f"{name(event.employee_id):<16} punches {event.direction} at {clock(event.occurred_at)}"
        case ReviewGiven(verdict="opened"):
            return f"{name(event.reviewer_id):<16} reads what is proposed about {name(event.subject)}"
        case ReviewGiven():
            return f"{name(event.reviewer_id):<16} answers {event.verdict} about {name(event.subject)}"
        case ShiftJudged():
            unseen = f": no punch by {clock(event.occurred_at)}" if event.verdict.startswith("absent") else ""
            return f"{name(event.employee_id):<16} {_verdict(event)}{unseen}"
        case NoticeRequested():
            return f"{name(event.recipient):<16} is told {event.kind.replace('_', ' ')}"
        case ProposalMade():
            return f"{name(event.subject):<16} {', '.join(event.rules)}"
        case ShiftScheduled() | LeaveRecorded():
            return f"{name(event.employee_id):<16} {type(event).__name__}"
        case _:
            return type(event).__name__


def steps(events: list[tuple[float, Event]], since: float) -> Iterator[str]:
    """Say what followed, each with the milliseconds since the commit that began it."""
    for at, event in events:
        said = _step(event)
        if said:
            yield f"         {said} [+{(at - since) * 1000:.0f} ms]"


def _step(event: Event) -> str | None:
    match event:
        case ShiftJudged():
            return f"judged {_verdict(event)}"
        case ReliabilityScored():
            return "no score" if event.tenths is None else f"score {event.tenths / 10:.1f}"
        case ProposalMade():
            return f"proposes {event.kind}" + (" in shadow" if event.shadow else "")
        case NoticeRequested():
            return f"tells {name(event.recipient)}: {event.kind.replace('_', ' ')}"
        case ProposalWithdrawn():
            return f"takes {event.kind} back"
        case DecisionMade():
            whom = f" to {event.role}" if event.status == "routed" else ""
            return f"{event.kind}: {event.status.replace('_', ' ')}{whom}"
        case ReviewRefused():
            return f"answer refused: {event.reason}"
        case _:
            return None


def _verdict(event: ShiftJudged) -> str:
    if event.minutes:
        return f"{event.minutes} min late"
    return "absent" if event.verdict == "absent_provisional" else event.verdict.replace("_", " ")
