"""Keep a timesheet bounded: fold up what is over, forget facts older than the policy's history, and flags of long ago.

The facts of shifts that a standing flag cites are kept while it is checked, and those of the weeks next to them, so
that late truth takes it back: as long as there is room.
"""

from array import array
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import chain
from typing import Any

from msgspec.structs import replace

from agents.attendance.chapters import NAMED, closed, cuts, opened
from agents.attendance.flags import armed_at
from agents.attendance.matters import LONGEST
from agents.attendance.memory import FULL, Chapter, chapter, micros, others
from agents.attendance.reach import FARTHEST, far
from agents.attendance.settled import of_facts, record
from agents.attendance.timesheet import NEVER, Span, Timesheet
from agents.kernel import World
from schemas.kinds import LATENESS_ENTRY
from schemas.policies import AttendancePolicy
from schemas.policies.notices import NoticePolicy

WEEK = timedelta(days=7)
GOING_ON = timedelta(days=16)
"""What is younger is not folded up: a fact looks back up to 13 days, and over the shifts that are on then."""
ROOM = 22 * 1024
"""Bytes that all may have that is folded up; beyond it the oldest facts are forgotten."""

AROUND, FACT, OTHER = 64, 52, 60
"""Bytes of a chapter that has nothing in it, of a fact with its id, of a shift that was not simply worked: about so
many, for what is forgotten must not depend on how well a machine's zlib compresses."""


def bounded(sheet: Timesheet, recorded_at: datetime, world: World) -> Timesheet:
    """Return the sheet without what is too old; looked at once per day of `recorded_at`."""
    today = datetime.combine(recorded_at.date(), time.min, UTC)
    policy = world.policy(AttendancePolicy, recorded_at)
    horizon = today - policy.history
    if horizon <= sheet.horizon:
        return sheet
    before = sheet.past
    sheet = replace(sheet, horizon=horizon, gone=tuple(each for each in sheet.gone if each.recorded_at >= horizon))
    notices = world.policy(NoticePolicy, recorded_at)
    sheet = closed(sheet, ended(sheet, today - max(GOING_ON, notices.too_late + LONGEST)), world)
    sheet = _trimmed(sheet, policy, world)
    sheet = _checked(sheet, today - policy.flag_memory, policy, world)
    return sheet if sheet.past is before else _forgotten(sheet, world)


def ended(sheet: Timesheet, limit: datetime) -> list[datetime]:
    """Return where to fold up what is over by then: weeks, cut where nothing was on for longest."""
    spans = sorted([each.span for each in sheet.shifts])
    found, first = list[datetime](), _first(sheet, spans, NEVER)
    while first is not None and first + WEEK <= limit:
        found.append(_longest_pause(spans, first + WEEK))
        first = _first(sheet, spans, found[-1])
    return found


def _first(sheet: Timesheet, spans: Sequence[Span], since: datetime) -> datetime | None:
    """Return when the first shift begins, or the first punch is, from an instant on."""
    begun = next((began for began, _ in spans if began >= since), None)
    punched = next((each.at for each in sheet.punches if each.at >= since), None)
    return min((each for each in (begun, punched) if each is not None), default=None)


def _longest_pause(spans: Sequence[Span], until: datetime) -> datetime:
    """Return the middle of the longest time at the end of a week in which no shift was on, else its end."""
    longest, middle, ended = timedelta(), until, until - WEEK / 2
    for began, end in [*(each for each in spans if each[0] < until), (until, until)]:
        if began - ended >= longest:
            longest, middle = began - ended, ended + (began - ended) / 2
        ended = max(ended, end)
    return middle


def _trimmed(sheet: Timesheet, policy: AttendancePolicy, world: World) -> Timesheet:
    """Return the sheet without old facts, if they could not be folded up; punches stay longer than their shifts."""
    first = [*(each.ends_at for each in sheet.shifts[:1]), *(each.at for each in sheet.punches[:1])]
    if all(each >= sheet.horizon - 2 * WEEK for each in first):
        return sheet
    folds, sheet = cuts(sheet), opened(sheet)
    stays = tuple(each for each in sheet.shifts if each.ends_at >= sheet.horizon)
    oldest = min([sheet.horizon, *(each.starts_at for each in stays)]) - far(policy)
    causes = {*(each.id for each in stays), *(each.id for each in sheet.gone)}
    known = [each for each in of_facts(sheet) if each.id not in causes]
    punches = tuple(each for each in sheet.punches if each.at >= oldest)
    said: dict[str, Any] = {
        family: tuple(each for each in getattr(sheet, family) if each.at >= oldest or each.shift_id in causes)
        for family in NAMED
    }
    sheet = replace(
        sheet,
        **said,
        shifts=stays,
        punches=punches,
        turns=any(each.way == "unknown" for each in punches),
        raised=tuple(each for each in sheet.raised if each.kind != LATENESS_ENTRY.name or each.cause in causes),
        armed=replace(sheet.armed, started=sheet.started),
        past=replace(sheet.past, chapters=(*sheet.past.chapters, chapter(sheet.horizon, known))),
    )
    return closed(sheet, folds, world)


def _checked(sheet: Timesheet, since: datetime, policy: AttendancePolicy, world: World) -> Timesheet:
    """Return the sheet without flags that are not checked any more, and without what no score or flag rests on."""
    if since - WEEK < sheet.armed.since:
        return sheet
    known, armed = record(sheet, world), replace(sheet.armed, started=sheet.started)
    chapters = tuple(each for each in sheet.past.chapters if each.until > since - policy.score_window)
    old = {each.id for each in known.shifts[: known.shifts.first(since)]} if _flags(sheet) else ()
    sheet = replace(
        sheet,
        armed=armed_at(known, armed, since),
        raised=tuple(each for each in sheet.raised if each.kind == LATENESS_ENTRY.name or each.cause not in old),
    )
    raised = tuple(each for each in sheet.past.raised if each.cause not in old)
    return replace(sheet, past=replace(sheet.past, chapters=chapters, raised=raised))


def _flags(sheet: Timesheet) -> set[bytes]:
    """Return what has raised the flags and reviews that stand."""
    raised = chain(sheet.raised, sheet.past.raised)
    return {each.cause for each in raised if each.payload and each.kind != LATENESS_ENTRY.name}


def _forgotten(sheet: Timesheet, world: World) -> Timesheet:
    """Return the sheet without facts older than its horizon that no flag cites, or for which is no room."""
    chapters, windows, kept = sheet.past.chapters, _windows(sheet, world), list[Chapter]()
    room = ROOM - sum(AROUND + len(each.starts) + len(each.credits) + OTHER * len(others(each)) for each in chapters)
    cited = [any(_is_cited(each, *window) for window in windows) for each in chapters]
    for place in reversed(range(len(chapters))):
        each = chapters[place]
        room -= FACT * (len(each.ids) // 16)
        stays = room >= 0 and (each.until >= sheet.horizon or any(cited[max(0, place - 1) : place + 2]))
        kept.insert(0, each if stays else replace(each, ids=b"", facts=b""))
    oldest = min([sheet.horizon, *(each.until - WEEK for each in kept if each.facts)]) - FARTHEST
    leaves = tuple(each for each in sheet.leaves if each.ends_at >= oldest)
    return replace(sheet, leaves=leaves, past=replace(sheet.past, chapters=tuple(kept)))


def _windows(sheet: Timesheet, world: World) -> list[tuple[datetime, datetime]]:
    """Return the times of which the flags that stand cite shifts: without the first instant, with the last."""
    causes = _flags(sheet)
    known = record(sheet, world) if causes else None
    if known is None:
        return []
    windows = [
        known.window(place, known.in_force(place)[1]) for place, each in enumerate(known.shifts) if each.id in causes
    ]
    return [(known.shifts.start(window.start), known.shifts.start(window.stop - 1)) for window in windows]


def _is_cited(folded: Chapter, since: datetime, until: datetime) -> bool:
    begun = zip(array("q", folded.starts), folded.credits, strict=True)
    return any(credit < FULL and micros(since) <= start <= micros(until) for start, credit in begun)
