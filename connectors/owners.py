"""Whose a row is: what was one person's may be another's now, or nobody's."""

from typing import TypeVar

from schemas.cdc import Change
from schemas.rows import PersonsRow

P = TypeVar("P", bound=PersonsRow)


def lost(change: Change[P]) -> P | None:
    """Return the row as somebody had it who has it no more; none: whoever had it still has it."""
    was, now = change.before, change.after
    return was if was is not None and (now is None or now.employee_id != was.employee_id) else None
