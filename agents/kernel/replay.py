"""Fold recorded events again: what tests, the replay lab and rebuilds call."""

from collections.abc import Iterable
from typing import Any

from agents.kernel.contract import Agent
from agents.kernel.partition import Burial, Emission, Partition, Recorded
from schemas.events import Event


def replay(
    agents: Iterable[Agent[Any]], events: Iterable[Event], partition: Partition | None = None
) -> tuple[Partition, list[Emission]]:
    """Fold events of one partition in recorded order; return where it ended, and everything emitted.

    Raises:
        Exception: what a fold raised; live it would be buried.

    """
    partition = partition or Partition(agents, rebuilding=True)
    emitted = []
    for offset, event in enumerate(events):
        for each in partition.fold(Recorded(offset, event.key, event)):
            if isinstance(each, Burial):
                raise each.error
            emitted.append(each)
    return partition, emitted
