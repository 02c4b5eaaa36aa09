"""The oracle's half that knows punches: from punches to stints, and from stints to shifts. Slow, and obvious."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from schemas.policies import AttendancePolicy


class Plan(NamedTuple):
    """One revision of a shift; `void`: it was taken from the employee."""

    start: datetime
    end: datetime
    place: UUID | None
    kind: str
    planned: datetime | None
    recorded: datetime
    void: bool


class Stint(NamedTuple):
    """A pair of punches, or one alone; `until`, `since`: how far the other side can be away. `slip`: see the page."""

    came: datetime | None
    left: datetime | None
    since: datetime
    until: datetime
    slip: datetime | None = None


def stints(punches: list[tuple[datetime, int]], shifts: list[Plan], policy: AttendancePolicy) -> list[Stint]:
    """Return the stints, in order: 0 is an out, 1 an in."""
    kept = [
        (at, way)
        for place, (at, way) in enumerate(punches)
        if not any(
            0 <= twin < len(punches) and punches[twin][1] == way and abs(punches[twin][0] - at) <= policy.same_punch
            for twin in [place + 1 if way == 0 else place - 1]
        )
    ]
    found: list[Stint] = []
    for place, (at, way) in enumerate(kept):
        before = kept[place - 1] if place else None
        after = kept[place + 1] if place + 1 < len(kept) else None
        if way == 1:
            latest = lapse(at, shifts, policy)
            if after is not None and after[1] == 0 and after[0] <= latest:
                found.append(Stint(at, after[0], at, after[0]))
            else:
                found.append(Stint(at, None, at, min(after[0], latest) if after and after[1] == 1 else latest))
        elif before is None or before[1] == 0 or lapse(before[0], shifts, policy) < at:
            earliest = at - policy.longest_stint
            found.append(Stint(None, at, max(earliest, before[0]) if before else earliest, at))
    slips = [
        place
        for place, (each, after) in enumerate(pairwise(found))
        if each.came and each.left and each.left - each.came < policy.shortest_stint
        if after.came is None and after.until <= lapse(each.came, shifts, policy)
    ]
    for place in slips:
        found[place + 1] = found[place + 1]._replace(since=found[place].since, slip=found[place].came)
    return [each for place, each in enumerate(found) if place not in slips]


def lapse(came: datetime, shifts: list[Plan], policy: AttendancePolicy) -> datetime:
    """Return until when an out belongs to an in."""
    usual = came + policy.longest_stint
    on = [each.end for each in shifts if each.start - policy.early_window <= came and each.end > usual]
    return max(on) + policy.late_window if on else usual


def matched(
    shifts: list[Plan], found: list[Stint], policy: AttendancePolicy
) -> list[list[tuple[Stint, datetime | None, datetime | None]]]:
    """Return, for each shift, the stints that belong to it, cut where they come from one shift or lead into another."""
    belong: list[list[tuple[Stint, datetime | None, datetime | None]]] = [[] for _ in shifts]
    for stint in found:
        theirs = belongs(stint, shifts, policy)
        for place in theirs:
            came, left = stint.came, stint.left
            if came is None and any(shifts[each].end <= shifts[place].start for each in theirs):
                came = shifts[place].start
            if left is None and any(shifts[each].start >= shifts[place].end for each in theirs):
                left = shifts[place].end
            belong[place].append((stint, came, left))
    return belong


def belongs(stint: Stint, shifts: list[Plan], policy: AttendancePolicy) -> list[int]:
    """Return the places of the shifts that a stint belongs to."""
    places = range(len(shifts))
    if stint.came and stint.left:
        return [each for each in places if shifts[each].start < stint.left and shifts[each].end > stint.came]
    return came_for(stint, shifts, policy) if stint.came else left_from(stint, shifts, policy)


def came_for(stint: Stint, shifts: list[Plan], policy: AttendancePolicy) -> list[int]:
    """Return what an in alone is for: what is on, else the next; and what follows at once."""
    came = stint.since
    coming = [each for each in range(len(shifts)) if shifts[each].end > came]
    theirs = [each for each in coming if shifts[each].start <= came]
    if not theirs:
        theirs = [each for each in coming[:1] if shifts[each].start - policy.early_window <= came]
    for each in range(len(shifts)):
        if theirs and each > theirs[-1]:
            follows = shifts[each].start <= max(shifts[one].end for one in theirs) + policy.handover
            if not follows or shifts[each].start >= stint.until:
                break
            theirs.append(each)
    return theirs


def left_from(stint: Stint, shifts: list[Plan], policy: AttendancePolicy) -> list[int]:
    """Return what an out alone is from: what is on, else what was over last; and what led up to it at once."""
    left = stint.until
    begun = [each for each in range(len(shifts)) if shifts[each].start < left and shifts[each].end > stint.since]
    theirs = [each for each in begun if shifts[each].end >= left]
    if not theirs and begun:
        last = max(begun, key=lambda each: (shifts[each].end, each))
        theirs = [last] if shifts[last].end + policy.late_window >= left else []
    for each in reversed(begun):
        if (
            theirs
            and each not in theirs
            and min(shifts[one].start for one in theirs) - policy.handover <= shifts[each].end
        ):
            theirs.append(each)
    return sorted(theirs)


def near(shifts: list[Plan], belong: list[Any], place: int, found: list[Stint], policy: AttendancePolicy) -> bool:
    """Return whether a stint that belongs to no shift is next to this one, of all that were not worked."""
    idle = [each for each in range(len(shifts)) if not belong[each] and shifts[each].kind != "on_call"]
    for stint in found:
        if belongs(stint, shifts, policy):
            continue
        came, left = stint.came or stint.left, stint.left or stint.came
        assert came is not None
        assert left is not None
        away = []
        for each in idle:
            before, after = shifts[each].start - left, came - shifts[each].end
            if before <= policy.early_window and after <= policy.late_window:
                away.append((max(before, after, timedelta()), each))
        if away and min(away)[1] == place:
            return True
    return False
