"""What is kept about a person: given out, or their names and words erased, by HR and admins alone; both are audited."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from connectors.commands import Connection, clear, only

Kept = dict[str, list[dict[str, Any]]]
"""Rows by table."""


def export(connection: Connection, person: UUID, *, by: UUID) -> Kept:
    """Return every row in which somebody's id stands.

    Raises:
        CommandRefused: nobody has that id, or who asks may not.

    """
    found: Kept = defaultdict(list)
    with clear():
        for place, row in connection.execute("select place, kept from rollcall.export_person(%s, %s)", (person, by)):
            found[place].append(row)
    return dict(found)


def erase(connection: Connection, person: UUID, *, by: UUID, forced: bool = False) -> dict[str, int]:
    """Erase somebody's names, contacts, notes and free text; return how many values by column.

    Raises:
        CommandRefused: nobody has that id, who asks may not, or proposals about them are open and it is not forced.

    """
    with clear():
        row = connection.execute("select rollcall.erase_person(%s, %s, %s)", (person, by, forced)).fetchone()
    erased: dict[str, int] = only(row)
    return erased
