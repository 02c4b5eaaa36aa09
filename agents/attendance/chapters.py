"""Fold up what is over, and unfold it: a step then costs what is going on, however long somebody works here.

What is folded up has nothing to wait for. It is unfolded when a fact can say something of it, judged with all the rest,
and folded up again.
"""

import zlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from agents.attendance.flags import armed_at
from agents.attendance.memory import Chapter, Past, Settled, chapter, packed
from agents.attendance.reach import FARTHEST
from agents.attendance.said import heard_at
from agents.attendance.settled import of_facts, record
from agents.attendance.timesheet import Asked, Call, Punch, Remark, Shift, Timesheet
from agents.kernel import World
from agents.kernel.standing import Raised
from schemas.kinds import LATENESS_ENTRY

NAMED = ("calls", "remarks", "asked")
FAMILIES = ("shifts", "punches", *NAMED)
"""Leave is not folded up: it is little, and can last as long as many shifts."""
FACTS = (*FAMILIES, "raised")
LONGEST_WINDOW = timedelta(days=1)
"""A policy has no longer ones."""
LOOKS_BACK = (LONGEST_WINDOW, 2 * FARTHEST, FARTHEST, FARTHEST)
"""How far a step looks back from a fact, the farthest part first: an early window before the shifts around those that
the fact reaches, through a shift that is near to it too. And each time to the beginning of what is on there."""


class Facts(Struct, frozen=True, array_like=True):
    """All rows of a stretch of time, and the proposals that they alone have raised; their ids stand elsewhere."""

    shifts: tuple[Shift, ...]
    punches: tuple[Punch, ...]
    calls: tuple[Call, ...]
    remarks: tuple[Remark, ...]
    asked: tuple[Asked, ...]
    raised: tuple[Raised, ...]


_read = msgspec.msgpack.Decoder(Facts).decode


def opened(sheet: Timesheet) -> Timesheet:
    """Return the sheet with all facts that are known unfolded."""
    past = sheet.past
    if past.safe is None:
        return sheet
    facts = [_unfolded(each) for each in past.chapters if each.facts]
    rows: dict[str, Any] = {
        family: tuple(sorted(chain(*(getattr(each, family) for each in (*facts, sheet))), key=lambda row: row.order))
        for family in FAMILIES
    }
    raised = tuple(sorted((*chain(*(each.raised for each in facts)), *past.raised, *sheet.raised), key=_key))
    return replace(sheet, **rows, raised=raised, past=Past(tuple(each for each in past.chapters if not each.facts)))


def cuts(sheet: Timesheet) -> list[datetime]:
    """Return where facts are folded up."""
    return [each.until for each in sheet.past.chapters if each.facts]


def closed(sheet: Timesheet, cuts: Iterable[datetime], world: World) -> Timesheet:
    """Return the sheet with what is over before the cuts folded up, as far as nothing is on then."""
    quiet = sorted(cut for cut in cuts if is_quiet(sheet, cut))
    if not quiet:
        return sheet
    known, going, chapters, over = of_facts(sheet), sheet, list[Chapter](), list[Shift]()
    for cut in quiet:
        facts = parted(going, cut)
        count = bisect_left(known, cut, key=lambda each: each.starts_at)
        chapters.append(_folded(cut, known[:count], facts))
        known, over = known[count:], [*over, *facts.shifts]
        going = replace(going, **{each: _without(getattr(going, each), getattr(facts, each)) for each in FACTS})
    armed = replace(sheet.checked, started=sheet.started)
    raised, before = _raised(going)
    past = Past(
        tuple(sorted((*sheet.past.chapters, *chapters), key=lambda each: each.until)),
        _safe(going.shifts, quiet[-1]),
        armed_at(record(sheet, world), armed, quiet[-1]),
        tuple(sorted((*sheet.past.raised, *before), key=_key)),
        tuple(sorted({*sheet.past.places, *(place for shift in over for place in _places(shift))})),
        sheet.past.touched or any(each.touched for each in over),
        heard_at(sheet, quiet[-1]),
    )
    return replace(going, raised=raised, armed=replace(sheet.armed, started=sheet.started), past=past)


def is_quiet(sheet: Timesheet, cut: datetime) -> bool:
    """Return whether nothing is on at an instant, and nothing before it waits for anything.

    While punches take turns, no window either: they begin anew after it.
    """
    around = LONGEST_WINDOW if sheet.turns else timedelta()
    return not any(
        each.span[0] < cut + around and (each.due is not None or each.span[1] >= cut - around) for each in sheet.shifts
    )


def parted(sheet: Timesheet, cut: datetime) -> Facts:
    """Return all facts of before an instant. What is said of a shift stays with it, or until it is as old."""
    shifts = tuple(each for each in sheet.shifts if each.span[1] < cut)
    over, going = {each.id for each in shifts}, {each.id for each in sheet.shifts if each.span[1] >= cut}
    return Facts(
        shifts,
        tuple(each for each in sheet.punches if each.at < cut),
        tuple(each for each in sheet.calls if each.at < cut and each.shift_id not in going),
        tuple(each for each in sheet.remarks if each.at < cut and each.shift_id not in going),
        tuple(each for each in sheet.asked if each.at < cut and each.shift_id not in going),
        tuple(each for each in sheet.raised if each.kind == LATENESS_ENTRY.name and each.cause in over),
    )


def _places(shift: Shift) -> Iterator[bytes]:
    yield shift.location_id
    yield from (each.location_id for each in shift.plans)


def _without(rows: tuple[Any, ...], gone: tuple[Any, ...]) -> tuple[Any, ...]:
    those = set(map(id, gone))
    return tuple(each for each in rows if id(each) not in those) if gone else rows


def _raised(sheet: Timesheet) -> tuple[tuple[Raised, ...], tuple[Raised, ...]]:
    """Return what was raised by what is going on, and what by what is over."""
    here = {*(each.id for each in sheet.shifts), *(each.id for each in sheet.gone)}
    return (
        tuple(each for each in sheet.raised if each.cause in here),
        tuple(each for each in sheet.raised if each.cause not in here),
    )


def _folded(cut: datetime, known: Sequence[Settled], facts: Facts) -> Chapter:
    rows: list[Any] = [row for family in FAMILIES for row in getattr(facts, family)]
    named = [row.shift_id for family in NAMED for row in getattr(facts, family) if row.shift_id]
    bare = {family: tuple(replace(row, id=b"") for row in getattr(facts, family)) for family in FAMILIES}
    return chapter(cut, known, b"".join([*(row.id for row in rows), *named]), packed(replace(facts, **bare)))


def _unfolded(folded: Chapter) -> Facts:
    facts = _read(zlib.decompress(folded.facts))
    ids = iter(zip(*[iter(folded.ids)] * 16, strict=True))
    whole = {family: tuple(replace(row, id=bytes(next(ids))) for row in getattr(facts, family)) for family in FAMILIES}
    return replace(facts, **whole)


def _safe(shifts: Iterable[Shift], cut: datetime) -> datetime:
    """Return from when on a fact says nothing of what is over before a cut, nor that of it."""
    spans = [each.span for each in shifts]
    for back in LOOKS_BACK:
        cut += back
        cut = max([cut, *(ended for began, ended in spans if began < cut)])
    return cut


def _key(raised: Raised) -> tuple[str, bytes]:
    return raised.kind, raised.cause
