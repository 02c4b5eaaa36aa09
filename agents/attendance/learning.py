"""Merge a fact into a timesheet: the newest revision of each natural key holds, whatever came first."""

from bisect import insort
from itertools import groupby
from typing import Any, TypeVar

from msgspec.structs import replace

from agents.attendance.editing import edited
from agents.attendance.stating import Fact
from agents.attendance.timesheet import Asked, Call, Family, Gone, Leave, Punch, Remark, Shift, Span, Term, Timesheet

Row = TypeVar("Row", Shift, Punch, Leave, Call, Remark, Asked, Gone)


def merged(sheet: Timesheet, family: Family, stated: Fact | Gone) -> tuple[Timesheet, list[Span]]:
    """Return what is known with this fact too, and the times of which it says something; for old news, nothing.

    The same sheet means that nothing is new.
    """
    if isinstance(stated, Term):
        return _on_terms(sheet, stated)
    rows: tuple[Any, ...] = getattr(sheet, family)
    live = next((row for row in rows if row.id == stated.id), None)
    dead = next((row for row in sheet.gone if row.id == stated.id and row.family == family), None)
    known = live or dead
    now = edited(known, stated) if family == "shifts" else newest(known, stated)  # type: ignore[arg-type]
    if now is known:
        return sheet, []
    rows, gone = _without(rows, live), _without(sheet.gone, dead)
    if isinstance(now, Gone):
        gone = _with(gone, now)
    else:
        rows = _with(rows, now)
    turns = sheet.turns or (isinstance(now, Punch) and now.way == "unknown")
    changed = replace(sheet, gone=gone, turns=turns, **{family: rows})
    return changed, [span for row in (live, now) for span in _spans(sheet, row)]


def newest(known: Any, stated: Any) -> Any:
    """Return which of two revisions holds; one that is gone remembers when it was, and who has taken it back."""
    if known is None:
        return stated
    older, newer = sorted((known, stated), key=lambda each: each.revision)
    if older.revision == newer.revision:
        return known
    if not isinstance(newer, Gone) or newer.family != "punches":
        return newer
    at, told = (older.at, older.told) if isinstance(older, Gone) else (older.at, older.revision)
    return newer if told <= newer.told else replace(newer, at=at, told=told)


def _spans(sheet: Timesheet, row: Any) -> list[Span]:
    """Return the times of which a row says something."""
    match row:
        case Shift() | Punch() | Leave():
            return [row.span]
        case Gone(family="punches", at=at) if at is not None:
            return [(at, at)]
        case Call() | Remark() | Asked():
            return [shift.span for shift in sheet.shifts if shift.id == row.shift_id]
    return []


def _on_terms(sheet: Timesheet, stated: Term) -> tuple[Timesheet, list[Span]]:
    """Keep the newest terms, and the older ones as far as something differs that a shift is judged by for ever."""
    if any(each.revision == stated.revision for each in sheet.terms):
        return sheet, []
    terms: list[Term] = []
    for _, run in groupby(sorted([*sheet.terms, stated], key=lambda each: each.revision), key=lambda each: each.terms):
        equal = list(run)
        terms += equal if len(equal) < 3 else (equal[0], equal[-1])
    if tuple(terms) == sheet.terms:
        return sheet, []
    return replace(sheet, terms=tuple(terms)), [shift.span for shift in sheet.shifts]


def _without(rows: tuple[Row, ...], row: Row | None) -> tuple[Row, ...]:
    return rows if row is None else tuple(each for each in rows if each is not row)


def _with(rows: tuple[Row, ...], row: Row) -> tuple[Row, ...]:
    longer = list(rows)
    insort(longer, row, key=lambda each: each.order)
    return tuple(longer)
