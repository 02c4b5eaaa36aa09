"""Which stints belong to which shift: by overlap, then by nearness, wherever they were punched (S0-B3, X11, X12)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from agents.attendance.stints import Stint
from agents.attendance.timesheet import Shift
from schemas.policies import AttendancePolicy


class Piece(NamedTuple):
    """A stint as far as it belongs to one shift: cut where it comes from another shift or goes on into one."""

    stint: Stint
    came: datetime | None
    left: datetime | None
    alone: bool
    """Whether it is known from when to when, and belongs to no other shift."""


class Match(NamedTuple):
    """What belongs to a shift: pieces in order of time, and whether there was work near it, none of it within it."""

    pieces: tuple[Piece, ...] = ()
    elsewhen: bool = False


def matched(shifts: Sequence[Shift], stints: Sequence[Stint], policy: AttendancePolicy) -> list[Match]:
    """Return what belongs to each of the shifts, which are in order of time."""
    pieces: list[list[Piece]] = [[] for _ in shifts]
    apart = []
    for stint in stints:
        worked = overlapped(stint, shifts, policy)
        for place in worked:
            pieces[place].append(piece(stint, shifts[place], [shifts[each] for each in worked]))
        if not worked:
            apart.append(stint)
    idle = [place for place, found in enumerate(pieces) if not found and shifts[place].kind != "on_call"]
    near = {nearest(stint, shifts, idle, policy) for stint in apart}
    return [Match(tuple(found), place in near) for place, found in enumerate(pieces)]


def overlapped(stint: Stint, shifts: Sequence[Shift], policy: AttendancePolicy) -> list[int]:
    """Return the places of the shifts that a stint overlaps; with one punch alone, those it can be for."""
    if stint.began is not None and stint.ended is not None:
        return [
            place
            for place, shift in enumerate(shifts)
            if shift.starts_at < stint.ended.at and shift.ends_at > stint.began.at
        ]
    if stint.ambiguous:
        place = nearest(stint, shifts, range(len(shifts)), policy)
        if place is None:
            return []
        return onward(stint, [place], shifts, policy) if stint.since < shifts[place].ends_at else [place]
    return came_for(stint, shifts, policy) if stint.ended is None else left_from(stint, shifts, policy)


def came_for(stint: Stint, shifts: Sequence[Shift], policy: AttendancePolicy) -> list[int]:
    """Return what an in without an out was for: what was on, else what came next within the window."""
    at = stint.since
    open_ = [place for place, shift in enumerate(shifts) if shift.ends_at > at]
    on = [place for place in open_ if shifts[place].starts_at <= at]
    next_ = [place for place in open_[:1] if shifts[place].starts_at - policy.early_window <= at]
    return onward(stint, on or next_, shifts, policy)


def onward(stint: Stint, worked: list[int], shifts: Sequence[Shift], policy: AttendancePolicy) -> list[int]:
    """Add the shifts that follow at once, one after the other: who is not known to have left has stayed."""
    if not worked:
        return []
    end = max(shifts[place].ends_at for place in worked)
    for place in range(worked[-1] + 1, len(shifts)):
        shift = shifts[place]
        if shift.starts_at > end + policy.handover or shift.starts_at >= stint.until:
            break
        worked.append(place)
        end = max(end, shift.ends_at)
    return worked


def left_from(stint: Stint, shifts: Sequence[Shift], policy: AttendancePolicy) -> list[int]:
    """Return what an out without an in ended: what was on, else what ended last within the window; and what led up."""
    at = stint.until
    begun = [place for place, shift in enumerate(shifts) if shift.starts_at < at and shift.ends_at > stint.since]
    on = [place for place in begun if shifts[place].ends_at >= at]
    last = max(begun, key=lambda place: (shifts[place].ends_at, place), default=None)
    within = last is not None and shifts[last].ends_at + policy.late_window >= at
    worked = on or ([last] if last is not None and within else [])
    for place in reversed(begun):
        start = min((shifts[each].starts_at for each in worked), default=stint.since)
        if place not in worked and worked and start - policy.handover <= shifts[place].ends_at:
            worked.append(place)
    return sorted(worked)


def nearest(stint: Stint, shifts: Sequence[Shift], places: Sequence[int], policy: AttendancePolicy) -> int | None:
    """Return the shift next to which a stint lies, within the window; of two as near, the earlier."""
    began = stint.began.at if stint.began else stint.until
    ended = stint.ended.at if stint.ended else began
    found: list[tuple[timedelta, int]] = []
    for place in places:
        shift = shifts[place]
        early, late = shift.starts_at - ended, began - shift.ends_at
        if early <= policy.early_window and late <= policy.late_window:
            found.append((max(early, late, timedelta()), place))
    return min(found)[1] if found else None


def piece(stint: Stint, shift: Shift, worked: Sequence[Shift]) -> Piece:
    """Cut a stint at the boundaries of a shift, where it leads from one shift into another."""
    came = stint.began.at if stint.began else None
    left = stint.ended.at if stint.ended else None
    if came is None and any(each.ends_at <= shift.starts_at for each in worked):
        came = shift.starts_at
    if left is None and any(each.starts_at >= shift.ends_at for each in worked):
        left = shift.ends_at
    return Piece(stint, came, left, stint.is_whole and len(worked) == 1)
