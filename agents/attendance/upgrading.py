"""States of earlier versions, brought to this one."""

from datetime import datetime, timedelta
from typing import Any

TINY = timedelta(microseconds=1)
WORDS = {"missing": "absent_provisional", "excused": "absent_excused"}


def from_1(state: list[Any]) -> list[Any]:
    """Return a state of version 1 as one of version 2: its rules are those of version 1, so all of it is judged again.

    Version 1 did not keep which leave is protected, and which was refused and not just asked for. In doubt for the
    employee: approved leave is taken as protected, and leave that is not as still open, until its row changes.
    """
    employee, shifts, punches, leaves, gone, raised, woken, horizon = state
    return [
        employee,
        [_shift(each, woken) for each in shifts],
        [[*each[:-1], "in" if each[-1] else "out"] for each in punches],
        [[*each[:-1], "approved" if each[-1] else "requested", each[-1]] for each in leaves],
        gone,
        raised,
        horizon,
        1,
    ]


def _shift(shift: list[Any], woken: datetime) -> list[Any]:
    *planned, version, verdict, minutes, policy, due = shift
    return [*planned, "work", version, WORDS.get(verdict, verdict), minutes, 0, False, False, policy, due, woken]


def from_2(state: list[Any]) -> list[Any]:
    """Return a state of version 2 as one of version 3, which knows more: all of it is judged again at the next fact."""
    employee, shifts, punches, *rest = state
    return [employee, shifts, [_punch(*each) for each in punches], *rest]


def _punch(*punch: Any) -> list[Any]:
    identity, revision, recorded_at, event_id, at, way = punch
    short = (0, b"") if way == "out" else ((recorded_at - at) // TINY, event_id)
    return [identity, revision, *short, at, way]
