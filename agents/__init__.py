"""All agents, and the agents of each topic."""

from typing import Any

from agents.attendance import AGENT as ATTENDANCE
from agents.kernel import Agent

AGENTS: tuple[Agent[Any], ...] = (ATTENDANCE,)
BY_TOPIC: dict[str, tuple[Agent[Any], ...]] = {
    topic: tuple(agent for agent in AGENTS if agent.topic.name == topic)
    for topic in sorted({agent.topic.name for agent in AGENTS})
}
