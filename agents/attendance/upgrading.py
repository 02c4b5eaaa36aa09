"""States of earlier versions, brought to this one."""

from datetime import datetime
from typing import Any

import msgspec

from agents.attendance.memory import TINY, Past, Settled, chapter
from schemas.kinds import LATENESS_ENTRY

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


def from_3(state: list[Any]) -> list[Any]:
    """Return a state of version 3 as one of version 4, which folds up what is over; first, what has no facts."""
    known, older, rest = state[:14], state[14:15], state[15:]
    known[5] = [_raised(*each) for each in known[5]]
    settled = msgspec.convert(older[0], list[Settled]) if older else []
    if not settled:
        return [*known, *rest]
    last = max(each.starts_at for each in settled)
    folded = chapter(last + TINY, settled)
    return [*known, *rest, msgspec.to_builtins(Past((folded,)), builtin_types=(bytes, datetime))]


def _raised(kind: str, cause: bytes, times: int, payload: str = "") -> list[Any]:
    minutes = payload.rpartition(":")[2].rstrip("}")  # all that can change in an entry
    return [kind, cause, times, minutes if kind == LATENESS_ENTRY.name else payload]


def _punch(*punch: Any) -> list[Any]:
    identity, revision, recorded_at, event_id, at, way = punch
    short = (0, b"") if way == "out" else ((recorded_at - at) // TINY, event_id)
    return [identity, revision, *short, at, way]
