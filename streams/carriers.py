"""Which reader's position each agent goes by: its host's, or, until it has caught up, that of its own backfill.

Without this an agent that is added, was switched off, or was unknown to the process that held its partition meanwhile
would go on from a position whose records it has never folded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from agents.kernel import Agent
from schemas.faults import Misconfigured
from streams import store
from streams.database import Connection
from streams.store import Claim, Input, Log, Parcel


@dataclass(frozen=True, slots=True)
class Behind:
    """An agent to be rebuilt alone."""

    agent: Agent[Any]
    claim: Claim
    silent_until: int
    """Offset below which it does not emit: that it has done before."""


@dataclass(frozen=True, slots=True)
class Seats:
    """Who goes by a host's position, who is rebuilt, and what rebuilds had not sent when they ended."""

    aboard: Mapping[str, Agent[Any]]
    behind: tuple[Behind, ...]
    left: tuple[Parcel, ...]


@dataclass(frozen=True, slots=True)
class _Carried:
    version: int
    reader: str | None
    silent_until: int


def backfill_reader(agent: str) -> str:
    """Return the name of the reader that rebuilds an agent."""
    return f"backfill.{agent}"


def seat(connection: Connection, host: Claim, agents: Iterable[Agent[Any]], log: Log) -> Seats:
    """Decide where every agent of a host goes on, within the transaction that claimed (or holds) the host's position.

    Raises:
        Misconfigured: a newer version of an agent has been here.

    """
    hosted = {agent.name: agent for agent in agents}
    known = _known(connection, host.input)
    aboard, behind, left = {}, [], []
    for name, carried in known.items():
        if name not in hosted and carried.reader == host.input.reader:
            leave(connection, host.input, name, host.next_offset)  # this process does not fold it: it falls behind
        elif name not in hosted and carried.reader == backfill_reader(name):
            left.extend(_claim_backfill(connection, host, carried.reader, log)[1])  # committed is committed
    for name, agent in hosted.items():
        reader, silent_until, anew = _goes_by(agent, known.get(name), host)
        _carry(connection, host.input, agent, reader, silent_until)
        if anew:
            _forget(connection, Input(backfill_reader(name), host.input.topic, host.input.partition), name)
        if reader == host.input.reader:
            aboard[name] = agent
            continue
        claim, parcels = _claim_backfill(connection, host, reader, log)
        behind.append(Behind(agent, claim, silent_until))
        left.extend(parcels)
    return Seats(aboard, tuple(behind), tuple(left))


def leave(connection: Connection, host: Input, agent: str, silent_until: int) -> None:
    """Take an agent off its host's position: what comes from there on it does not fold."""
    connection.execute(
        "update rollcall.carriers set reader = null, silent_until = greatest(silent_until, %s)"
        " where agent = %s and topic = %s and partition = %s",
        (silent_until, agent, host.topic, host.partition),
    )


def join(connection: Connection, host: Claim, backfill: Claim, agent: str) -> None:
    """Hand an agent over to its host; SQL sees to it that both stand at the same offset, under these claims.

    Raises:
        psycopg.Error: with SQLSTATE RC001, which `Database` turns into ``Fenced``.

    """
    connection.execute(
        "select rollcall.join_host(%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            agent,
            host.input.topic,
            host.input.partition,
            host.next_offset,
            host.input.reader,
            host.writer,
            backfill.input.reader,
            backfill.writer,
        ),
    )


def _goes_by(agent: Agent[Any], carried: _Carried | None, host: Claim) -> tuple[str, int, bool]:
    """Return (reader, silent until, whether to begin anew)."""
    alone = backfill_reader(agent.name)
    fresh = host.input.reader if host.next_offset == 0 else alone
    if carried is None:
        return fresh, 0, True
    if carried.version > agent.version:
        raise Misconfigured(
            f"{agent.name} {carried.version} has folded {host.input.topic}-{host.input.partition} and this is version"
            f" {agent.version}: run the newer one, or raise the version of this"
        )
    if any(version not in agent.upgrades for version in range(carried.version, agent.version)):
        return fresh, 0, True  # no way up: another state, so what it emits is news
    if carried.reader is None:
        return fresh, carried.silent_until, True
    return carried.reader, carried.silent_until, False


def _known(connection: Connection, host: Input) -> dict[str, _Carried]:
    rows = connection.execute(
        "select agent, version, reader, silent_until from rollcall.carriers"
        " where topic = %s and partition = %s for update",
        (host.topic, host.partition),
    )
    return {agent: _Carried(*carried) for agent, *carried in rows}


def _carry(connection: Connection, host: Input, agent: Agent[Any], reader: str, silent_until: int) -> None:
    connection.execute(
        "insert into rollcall.carriers values (%s, %s, %s, %s, %s, %s) on conflict (agent, topic, partition)"
        " do update set version = excluded.version, reader = excluded.reader, silent_until = excluded.silent_until",
        (agent.name, host.topic, host.partition, agent.version, reader, silent_until),
    )


def _forget(connection: Connection, backfill: Input, agent: str) -> None:
    """Begin at the beginning. The sequence goes on, and so does the outbox: what was emitted stays emitted."""
    connection.execute(
        "delete from rollcall.states where topic = %s and partition = %s and agent = %s",
        (backfill.topic, backfill.partition, agent),
    )
    connection.execute("delete from rollcall.worlds where (reader, topic, partition) = (%s, %s, %s)", backfill)
    connection.execute("delete from rollcall.marks where (reader, topic, partition) = (%s, %s, %s)", backfill)
    connection.execute(
        "update rollcall.positions set next_offset = 0 where (reader, topic, partition) = (%s, %s, %s)", backfill
    )


def _claim_backfill(connection: Connection, host: Claim, reader: str, log: Log) -> tuple[Claim, list[Parcel]]:
    whose = Input(reader, host.input.topic, host.input.partition)
    claims, left = store.claim(connection, [whose], host.writer, {whose.topic: log})
    return claims[whose], left
