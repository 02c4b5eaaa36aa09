"""What folds keep, in PostgreSQL: cells by (agent, partition, key), their wake-ups, and one World per reader."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from agents.kernel import Agent, Cell, World
from agents.kernel.partition import EMPTY, Place
from streams.database import Connection
from streams.store import Input

Agents = Mapping[str, Agent[Any]]
_RAISED = msgspec.msgpack.Decoder(dict[str, Any])
_COLUMNS = "select agent, key, version, state, wake_at, raised from rollcall.states where topic = %s and partition = %s"


def load(connection: Connection, whose: Input, agents: Agents, wanted: Iterable[Place | str]) -> dict[Place, Cell]:
    """Return the cells of places, and all cells of agents that are named; empty ones for places that have none.

    Raises:
        LookupError: a state of an older version has no way up; see carriers.py, which does not let it come here.

    """
    keys: dict[str, list[str]] = defaultdict(list)
    cells: dict[Place, Cell] = {}
    whole = set()
    for each in wanted:
        if isinstance(each, Place):
            keys[each.agent].append(each.key)
            cells[each] = EMPTY
        else:
            whole.add(each)
    for agent in keys.keys() | whole:
        rows = connection.execute(
            _COLUMNS + " and agent = %s" + ("" if agent in whole else " and key = any(%s)"),
            (whose.topic, whose.partition, agent, *(() if agent in whole else (keys[agent],))),
            binary=True,
        )
        for name, key, version, state, wake_at, raised in rows:
            cells[Place(name, key)] = Cell(
                None if state is None else agents[name].restore(version, state),
                None if wake_at is None else wake_at.astimezone(UTC),
                {} if raised is None else _RAISED.decode(raised),
            )
    return cells


def wakes(connection: Connection, whose: Input, agents: Agents) -> list[tuple[Place, datetime]]:
    """Return the stored wake-ups of these agents."""
    rows = connection.execute(
        "select agent, key, wake_at from rollcall.states"
        " where topic = %s and partition = %s and agent = any(%s) and wake_at is not null",
        (whose.topic, whose.partition, list(agents)),
        binary=True,
    )
    return [(Place(agent, key), due.astimezone(UTC)) for agent, key, due in rows]


def world(connection: Connection, whose: Input) -> World:
    """Return a reader's World in a partition; an empty one before the first fact."""
    row = connection.execute(
        "select world from rollcall.worlds where (reader, topic, partition) = (%s, %s, %s)", whose, binary=True
    ).fetchone()
    return World() if row is None else World.decode(row[0])


Rows = tuple[str, int, list[str], list[bytes | None], list[datetime | None] | None, list[bytes | None] | None]


def rows(cells: Mapping[Place, Cell], agents: Agents) -> tuple[list[Rows], list[Place]]:
    """Return changed cells as they are stored, by agent, and the places of those that are empty now."""
    by_agent: dict[str, list[tuple[str, Cell]]] = defaultdict(list)
    emptied = []
    for place, cell in cells.items():
        if cell:
            by_agent[place.agent].append((place.key, cell))
        else:
            emptied.append(place)
    return [_columns(agents[name], changed) for name, changed in by_agent.items()], emptied


def _columns(agent: Agent[Any], changed: list[tuple[str, Cell]]) -> Rows:
    encode = agent.encode
    states = [None if cell.state is None else encode(cell.state) for _, cell in changed]
    # Most chunks wake nothing and raise nothing: a column of nulls is not sent.
    wake = [cell.wake_at for _, cell in changed] if any(cell.wake_at for _, cell in changed) else None
    raised = [msgspec.msgpack.encode(cell.raised) if cell.raised else None for _, cell in changed]
    return agent.name, agent.version, [key for key, _ in changed], states, wake, raised if any(raised) else None


_SAVE = """insert into rollcall.states (agent, topic, partition, version, key, state, wake_at, raised)
    select %s, %s, %s, %s, changed.* from unnest(%b::text[], %b::bytea[], {wake}, {raised}) changed
    on conflict (topic, partition, agent, key) do update
    set version = excluded.version, state = excluded.state, wake_at = excluded.wake_at, raised = excluded.raised"""


def save(connection: Connection, whose: Input, changed: list[Rows], emptied: list[Place]) -> None:
    """Store cells within the caller's transaction; goes into a pipeline as it is."""
    for agent, version, keys, states, wake, raised in changed:
        statement = _SAVE.format(
            wake="null::timestamptz[]" if wake is None else "%b::timestamptz[]",
            raised="null::bytea[]" if raised is None else "%b::bytea[]",
        )
        given = [each for each in (wake, raised) if each is not None]
        connection.execute(statement, (agent, whose.topic, whose.partition, version, keys, states, *given))
    if emptied:
        connection.execute(
            "delete from rollcall.states s using unnest(%b::text[], %b::text[]) gone (agent, key)"
            " where s.topic = %s and s.partition = %s and s.agent = gone.agent and s.key = gone.key",
            ([place.agent for place in emptied], [place.key for place in emptied], whose.topic, whose.partition),
        )


def save_world(connection: Connection, whose: Input, raw: bytes) -> None:
    """Store a reader's World within the caller's transaction; goes into a pipeline as it is."""
    connection.execute(
        "insert into rollcall.worlds values (%s, %s, %s, %b) on conflict (reader, topic, partition)"
        " do update set world = excluded.world",
        (*whose, raw),
    )
