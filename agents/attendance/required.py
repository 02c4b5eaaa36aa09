"""When somebody had to be there: the shift without what frees from it (S0-B3). And how much of that they missed."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from agents.attendance.timesheet import Leave, Shift, Span

MINUTE = timedelta(minutes=1)


def required(shift: Shift, free: Iterable[Span]) -> tuple[Span, ...]:
    """Return the parts of a shift in which work was due; none on call: nobody has to come."""
    return () if shift.kind == "on_call" else without([(shift.starts_at, shift.ends_at)], free)


def without(parts: Iterable[Span], free: Iterable[Span]) -> tuple[Span, ...]:
    """Return the parts without what is free."""
    left = tuple(parts)
    for since, until in free:
        left = tuple(
            (begin, end)
            for began, ended in left
            for begin, end in ((began, min(ended, since)), (max(began, until), ended))
            if begin < end
        )
    return left


def granted(leaves: Iterable[Leave]) -> list[Span]:
    """Return when approved leave frees from work."""
    return [leave.span for leave in leaves if leave.status == "approved"]


def missed(parts: Sequence[Span], since: datetime, until: datetime) -> int:
    """Return the whole minutes, rounded down, of required time within a span: leave in between is not missed."""
    lost = (min(ended, until) - max(began, since) for began, ended in parts if began < until and ended > since)
    return sum(lost, timedelta()) // MINUTE
