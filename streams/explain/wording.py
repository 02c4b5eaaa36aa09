"""Words for events, rows and instants. Pure."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from schemas.events import (
    ApplicationReported,
    DecisionMade,
    Event,
    ProposalMade,
    ProposalWithdrawn,
    ReviewGiven,
    ReviewRefused,
    Tick,
)
from streams.explain.book import Change

UNSAID = {*Event.model_fields, "tenant_id", "revision", "subject", "agent", "shadow"}
"""Fields that a line says otherwise."""


def happening(event: Event | None) -> str:
    """Say what it is that the supervisor was told."""
    match event:
        case ReviewGiven():
            return "a person answers"
        case ApplicationReported():
            return f"effect: {event.outcome}"
        case ProposalWithdrawn():
            return f"{event.agent} takes it back"
        case Tick():
            return "time passes"
    return "then"


def said(event: Event | None, named: Callable[[str], str]) -> str:
    """Say what an event says; `named` gives people their names."""
    match event:
        case ReviewGiven():
            return f"ReviewGiven: {event.verdict} by {named(str(event.reviewer_id))}"
        case ReviewRefused():
            return f"review refused: {event.reason}"
        case DecisionMade():
            role = f" to {event.role}" if event.role else ""
            who = f" by {named(str(event.reviewer_id))}" if event.reviewer_id else ""
            return f"{event.status.replace('_', ' ')}{role}{who}" + (f": {event.reason}" if event.reason else "")
        case ProposalWithdrawn():
            return f"ProposalWithdrawn: {event.reason}"
        case ProposalMade() | None:
            return type(event).__name__
    fields = ", ".join(f"{name} {_shown(value)}" for name, value in event if _is_said(name, value))
    return f"{type(event).__name__}: {fields}"


def updated(change: Change) -> str:
    """Say what an update has changed; nothing of any other change, for its event tells."""
    return "".join(f", {name} {was} -> {now}" for name, (was, now) in change.changed.items())


def written(change: Change) -> str:
    """Say what was written, of a row whose change no event tells of."""
    if change.operation == "update":
        return updated(change)
    held = (change.after or change.before).items()
    return "".join(f", {name} {value}" for name, value in held if _is_said(name, value) and name not in change.key)


def instant(at: datetime) -> str:
    """Say an instant in UTC, to the millisecond where it has any."""
    precision = "milliseconds" if at.microsecond else "seconds"
    return at.astimezone(UTC).isoformat(sep=" ", timespec=precision).replace("+00:00", "Z")


def elapsed(milliseconds: float | None) -> str:
    """Say how much later that is; nothing when it is not known."""
    return "" if milliseconds is None else f", {round(milliseconds):+,} ms"


def ordinal(number: int) -> str:
    """Say the how-manieth."""
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


def _is_said(name: str, value: Any) -> bool:
    return name not in UNSAID and not name.endswith("_id") and value not in (None, "")


def _shown(value: Any) -> str:
    return instant(value) if isinstance(value, datetime) else str(value)
