"""The kernel: what a fold is, what it may read, and how records move through folds. Pure."""

from agents.kernel.contract import Agent, Outcome, Wake
from agents.kernel.modes import admit
from agents.kernel.partition import Burial, Cell, Changes, Emission, Partition, Place, Recorded
from agents.kernel.replay import replay
from agents.kernel.world import World

__all__ = [
    "Agent",
    "Burial",
    "Cell",
    "Changes",
    "Emission",
    "Outcome",
    "Partition",
    "Place",
    "Recorded",
    "Wake",
    "World",
    "admit",
    "replay",
]
