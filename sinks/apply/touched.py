"""The rows that an effect changes, before and after: as PostgreSQL's own triggers note them, not as the effect says."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from schemas.faults import SchemaBehind
from sinks.apply.effect import Rows

Stored = Mapping[str, Any] | None
DECISION, NOW = "$decision", "$now"
"""Stand for what differs each time: the decision's id, and the moment."""


class Change(NamedTuple):
    """A row before and after; None: there is none."""

    table: str
    before: Stored
    after: Stored


@contextmanager
def watched(connection: Rows, decision_id: UUID) -> Iterator[list[Change]]:
    """Note changes until the end of the block; they are in the list that it yields, one a row.

    Raises:
        SchemaBehind: effects could change a table unseen.

    """
    noted: list[Change] = []
    began, _ = _one(connection, "select rollcall.now(), set_config('rollcall.touched', '[]', true)")
    yield noted
    said, ended = _one(connection, "select current_setting('rollcall.touched'), rollcall.now()")
    _one(connection, "select set_config('rollcall.touched', '', true)")
    noted += _netted([_named(each, decision_id, (began, ended)) for each in json.loads(said)])


def check(connection: Rows) -> None:
    """Refuse to go on where effects could change a table unseen.

    Raises:
        SchemaBehind: the table's migration has not called ``rollcall.watch``.

    """
    blind = [name for (name,) in connection.execute("select name from rollcall.unwatched")]
    if blind:
        raise SchemaBehind(f"effects could change {', '.join(blind)} unseen; mend: rollcall.watch in a migration")


def _one(connection: Rows, query: str) -> Sequence[Any]:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row


def _named(said: Mapping[str, Any], decision_id: UUID, span: tuple[datetime, datetime]) -> Change:
    after = said["after"]
    if after is not None:
        after = {name: _token(value, decision_id, span) for name, value in after.items()}
    return Change(said["table"], said["before"], after)


def _token(value: Any, decision_id: UUID, span: tuple[datetime, datetime]) -> Any:
    if value == str(decision_id):
        return DECISION
    return NOW if isinstance(value, str) and _within(value, span) else value


def _within(text: str, span: tuple[datetime, datetime]) -> bool:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return False
    return at.tzinfo is not None and span[0] <= at <= span[1]


def _netted(changes: Sequence[Change]) -> list[Change]:
    """Return one change a row: what an effect has touched twice is compared with how it was first."""
    rows: dict[tuple[str, str], Change] = {}
    for each in changes:
        key = (each.table, str((each.after or each.before or {}).get("id")))
        first = rows.get(key)
        rows[key] = each if first is None else Change(each.table, first.before, each.after)
    return [each for each in rows.values() if each.before != each.after]
