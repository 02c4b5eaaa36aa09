"""Recorded histories: what came, what each agent made of it; replayed on every run.

A line is one record of a partition and what was emitted for it. ``python -m tests.histories.record`` writes them anew,
``python -m tests.histories.record short_break`` that of one agent; a changed decision needs a line in the changelog.
"""

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from agents import AGENTS
from agents.kernel import Agent, Emission, Partition, Recorded
from schemas.events import Event
from schemas.wire import MODELS

HERE = Path(__file__).parent
RECORDED: tuple[Agent[Any], ...] = tuple(agent for agent in AGENTS if (HERE / f"{agent.name}.jsonl").exists())


def written(event: Event) -> dict[str, Any]:
    """Return an event as a history keeps it."""
    return {"type": type(event).fullname(), **event.model_dump(mode="json")}


def read(fields: dict[str, Any]) -> Event:
    """Return the event that a history keeps."""
    rest = dict(fields)
    return MODELS[rest.pop("type")].model_validate_json(json.dumps(rest))


def history(agent: str) -> Iterator[tuple[Event, list[dict[str, Any]]]]:
    """Yield each record of an agent's history, and what must be emitted for it."""
    for line in (HERE / f"{agent}.jsonl").read_text().splitlines():
        entry = json.loads(line)
        yield read(entry["event"]), entry["emitted"]


def replayed(agent: Agent[Any], events: Iterable[Event], partition: Partition) -> Iterator[list[dict[str, Any]]]:
    """Yield what the agent emits for each event now."""
    assert agent.name in partition.agents
    for offset, event in enumerate(events):
        results = list(partition.fold(Recorded(offset, event.key, event)))
        assert all(isinstance(each, Emission) for each in results), results
        yield [written(each.event) for each in results if isinstance(each, Emission)]


def digest() -> str:
    """Return a hash over every byte that replaying all histories leads to: emissions, states, wake-ups, Worlds."""
    whole = sha256()
    for agent in RECORDED:
        partition = Partition([agent])
        events = [event for event, _ in history(agent.name)]
        for emitted in replayed(agent, events, partition):
            whole.update(json.dumps(emitted).encode())
        for place, cell in sorted(partition.cells.items()):
            whole.update(f"{place} {cell.wake_at} {list(cell.raised.items())}".encode() + agent.encode(cell.state))
        whole.update(partition.world.encode())
    return whole.hexdigest()
