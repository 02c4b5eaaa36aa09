"""Edits of a shift: every plan that somebody was told of, in order of revisions, whatever came first."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from msgspec.structs import replace

from agents.attendance.timesheet import Gone, Plan, Shift

EARLY = timedelta(days=7)
"""What is changed at least this long ahead is early enough for everybody; no policy asks for more."""


def edited(known: Shift | Gone | None, stated: Shift | Gone) -> Shift | Gone:
    """Return a shift with this revision too; the very same if it says nothing new."""
    if known is None:
        return stated
    if isinstance(known, Gone) and isinstance(stated, Gone):
        return _cancelled_twice(known, stated)
    plans = _with(_plans(known, stated), stated)
    shift = max((each for each in (stated, known) if isinstance(each, Shift)), key=lambda each: each.revision)
    if _is_long_gone(plans):
        if isinstance(known, Gone):
            return known
        said = known.version + (known.version > 0 and known.verdict != "cancelled")
        since = _cancelled(plans)
        return Gone(
            known.id, plans[-1].revision, plans[-1].recorded_at, "shifts", said, since.recorded_at, since.revision
        )
    row = _row(plans, shift)
    return known if isinstance(known, Shift) and _same(known, row) else _continued(row, known)


def _same(known: Shift, row: Shift) -> bool:
    return (known.revision, known.recorded_at, known.plans) == (row.revision, row.recorded_at, row.plans)


def _plans(known: Shift | Gone, stated: Shift | Gone) -> list[Plan]:
    if isinstance(known, Shift):
        return [*known.plans, planned(known)]
    assert isinstance(stated, Shift)
    voids = [(known.told or known.revision, known.at or known.recorded_at), (known.revision, known.recorded_at)]
    return [_void(planned(stated), *each) for each in dict(voids).items()]


def _cancelled_twice(known: Gone, stated: Gone) -> Gone:
    """Return a shift of which only that it is cancelled is known, with the first and the last time."""
    times = {(known.told or known.revision, known.at or known.recorded_at), (known.revision, known.recorded_at)}
    every = sorted({*times, (stated.revision, stated.recorded_at)})
    (told, at), (revision, recorded_at) = every[0], every[-1]
    if (told, revision) == (known.told or known.revision, known.revision):
        return known
    return replace(known, revision=revision, recorded_at=recorded_at, told=told, at=at)


def planned(shift: Shift) -> Plan:
    """Return a shift's newest plan."""
    return Plan(
        shift.revision,
        shift.recorded_at,
        shift.starts_at,
        shift.ends_at,
        shift.location_id,
        shift.kind,
        shift.planned_at,
        shift.void,
    )


def _void(plan: Plan, revision: int, recorded_at: datetime) -> Plan:
    return replace(plan, revision=revision, recorded_at=recorded_at, planned_at=None, void=True)


def _with(plans: list[Plan], stated: Shift | Gone) -> list[Plan]:
    """Return the plans, of equal ones in a row the first and the last; none from before it was cancelled for good.

    One that is void lies where the one before it lay.
    """
    if all(each.revision != stated.revision for each in plans):
        more = planned(stated) if isinstance(stated, Shift) else _void(plans[-1], stated.revision, stated.recorded_at)
        plans = sorted([*plans, more], key=lambda each: each.revision)
    thin: list[Plan] = []
    for _, run in groupby(plans, key=lambda each: each.terms):
        equal = list(run)
        thin += equal if len(equal) < 3 else (equal[0], equal[-1])
    ended = (place for place, each in enumerate(thin) if each.void and _is_long_gone(thin[: place + 1]))
    thin = thin[max(ended, default=0) :]
    lies = next((each for each in thin if not each.void), thin[0])
    for place, each in enumerate(thin):
        if each.void:
            thin[place] = _void(lies, each.revision, each.recorded_at)
        else:
            lies = each
    return thin


def _cancelled(plans: Sequence[Plan]) -> Plan:
    """Return the revision that has cancelled it."""
    since = plans[-1]
    for each in reversed(plans):
        if not each.void:
            break
        since = each
    return since


def _is_long_gone(plans: Sequence[Plan]) -> bool:
    at = _cancelled(plans).recorded_at
    return plans[-1].void and all(at + EARLY <= each.starts_at for each in plans if not each.void)


def _row(plans: Sequence[Plan], shift: Shift) -> Shift:
    newest = plans[-1]
    return Shift(
        shift.id,
        newest.revision,
        newest.recorded_at,
        shift.event_id,
        newest.starts_at,
        newest.ends_at,
        newest.location_id,
        newest.kind,
        planned_at=newest.planned_at,
        void=newest.void,
        plans=tuple(plans[:-1]),
    )


def _continued(row: Shift, known: Shift | Gone) -> Shift:
    """Return the shift as it is planned now, with what was said of it, so that versions go on."""
    if isinstance(known, Gone):
        return replace(row, version=known.version, verdict="cancelled" if known.version else "pending")
    return replace(
        row,
        version=known.version,
        verdict=known.verdict,
        minutes=known.minutes,
        early=known.early,
        settled=known.settled,
        inferred=known.inferred,
        policy=known.policy,
        waited=known.waited,
        credit=known.credit,
        protected=known.protected,
        without_leave=known.without_leave,
        editors=known.editors,
        touched=known.touched,
        chosen=_chosen(row, known),
    )


def _chosen(row: Shift, known: Shift) -> int:
    said = known.chosen or known.revision
    earlier = [each.revision for each in row.plans if each.revision <= said]
    return 0 if row.revision <= said else max(earlier, default=0)
