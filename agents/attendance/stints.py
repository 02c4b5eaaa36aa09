"""Punches as stints of work. Nothing is invented: a side of a stint that nobody punched stays unknown (S0-B3, X11)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import NamedTuple

from agents.attendance.timesheet import NEVER, Punch, Shift
from schemas.policies import AttendancePolicy


class Stint(NamedTuple):
    """Work between two punches, one of which may be missing."""

    began: Punch | None
    ended: Punch | None
    since: datetime
    """When it can have begun at the earliest..."""
    until: datetime
    """...and ended at the latest."""
    lapses: datetime = NEVER
    """When an out that is still lacking is missing."""
    slip: Punch | None = None
    """An in that was followed by an out at once, and then by the out of this stint."""

    @property
    def is_whole(self) -> bool:
        """Whether both of its punches are known, and what they are."""
        return self.began is not None and self.ended is not None and not self.inferred

    @property
    def inferred(self) -> bool:
        return any(each is not None and each.way == "unknown" for each in (self.began, self.ended))

    @property
    def ambiguous(self) -> bool:
        """Whether all that is known is one punch that may be an in or an out."""
        return self.ended is None and self.began is not None and self.began.way == "unknown"


def stints(punches: Sequence[Punch], shifts: Sequence[Shift], policy: AttendancePolicy) -> list[Stint]:
    """Pair punches, in order of time; an in after an open in closes the first at a time that nobody knows."""
    found: list[Stint] = []
    windows = openings(shifts, policy)
    going: Punch | None = None
    before = NEVER
    for punch in distinct(punches, policy):
        lapses = lapse(going, shifts, policy) if going else NEVER
        if inward(punch, going, lapses, windows):
            if going is not None:
                found.append(Stint(going, None, going.at, min(punch.at, lapses), lapses))
            going = punch
        elif going is not None and punch.at <= lapses:
            found.append(Stint(going, punch, going.at, punch.at))
            going = None
        else:
            if going is not None:
                found.append(Stint(going, None, going.at, lapses, lapses))
            found.append(Stint(None, punch, max(before, punch.at - policy.longest_stint), punch.at))
            going = None
        before = punch.at
    if going is not None:
        lapses = lapse(going, shifts, policy)
        found.append(Stint(going, None, going.at, lapses, lapses))
    return list(without_slips(found, shifts, policy))


def distinct(punches: Sequence[Punch], policy: AttendancePolicy) -> Iterator[Punch]:
    """Yield the punches, equal ones as one: of ins the first, of outs the last, as is best for who punched (X2)."""
    for place, punch in enumerate(punches):
        twin = place + 1 if punch.way == "out" else place - 1
        other = punches[twin] if 0 <= twin < len(punches) else None
        near = other is not None and abs(punch.at - other.at) <= policy.same_punch
        if not (near and other is not None and (other.way == punch.way or punch.way == "unknown")):
            yield punch


def inward(punch: Punch, going: Punch | None, lapses: datetime, windows: Sequence[datetime]) -> bool:
    """Return whether somebody comes. Unknown kinds take turns, anew where the window of a day's first shift opens."""
    if punch.way != "unknown":
        return punch.way == "in"
    return going is None or punch.at > lapses or any(going.at < opens <= punch.at for opens in windows)


def openings(shifts: Sequence[Shift], policy: AttendancePolicy) -> list[datetime]:
    """Return when windows open that reach back to no other shift's."""
    found, free = [], NEVER
    for shift in shifts:
        opens = shift.starts_at - policy.early_window
        if opens > free:
            found.append(opens)
        free = max(free, shift.ends_at + policy.late_window)
    return found


def lapse(began: Punch, shifts: Sequence[Shift], policy: AttendancePolicy) -> datetime:
    """Return until when an out belongs to an in: `longest_stint`, or the window of a shift that is still on by then."""
    usual = began.at + policy.longest_stint
    ends = [
        shift.ends_at + policy.late_window
        for shift in shifts
        if shift.starts_at - policy.early_window <= began.at and shift.ends_at > usual
    ]
    return max(ends, default=usual)


def without_slips(found: Sequence[Stint], shifts: Sequence[Shift], policy: AttendancePolicy) -> Iterator[Stint]:
    """Yield the stints without those that are too short and come right before an out that lacks its in."""
    slipped: Stint | None = None
    for stint, after in zip_longest(found, found[1:]):
        if is_slip(stint, after, shifts, policy):
            slipped = stint
            continue
        yield stint if slipped is None else stint._replace(since=slipped.since, slip=slipped.began)
        slipped = None


def is_slip(stint: Stint, after: Stint | None, shifts: Sequence[Shift], policy: AttendancePolicy) -> bool:
    """Return whether a stint is a tap too many: under `shortest_stint`, and the next out has no in of its own."""
    if after is None or after.began is not None or stint.began is None or stint.ended is None:
        return False
    short = stint.ended.at - stint.began.at < policy.shortest_stint
    return short and after.until <= lapse(stint.began, shifts, policy)
