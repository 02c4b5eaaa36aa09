"""When somebody had to be there: the shift without what frees from it (S0-B3). And how much of that they missed."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from agents.attendance.timesheet import Leave, Shift, Span

MINUTE = timedelta(minutes=1)


def required(shift: Shift, free: Iterable[Span]) -> tuple[Span, ...]:
    """Return the parts of a shift in which work was due; none on call: nobody has to come."""
    parts = [shift.span] if shift.kind != "on_call" else []
    for since, until in free:
        parts = [
            (begin, end)
            for began, ended in parts
            for begin, end in ((began, min(ended, since)), (max(began, until), ended))
            if begin < end
        ]
    return tuple(parts)


def granted(leaves: Iterable[Leave]) -> list[Span]:
    """Return when approved leave frees from work."""
    return [leave.span for leave in leaves if leave.status == "approved"]


def missed(parts: Sequence[Span], since: datetime, until: datetime) -> int:
    """Return the whole minutes, rounded down, of required time within a span: leave in between is not missed."""
    lost = (min(ended, until) - max(began, since) for began, ended in parts if began < until and ended > since)
    return sum(lost, timedelta()) // MINUTE
