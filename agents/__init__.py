"""All agents, and the agents of each topic. One file, or one package, is one agent."""

from typing import Any

from agents.kernel import Agent
from schemas.discovery import found

AGENTS: tuple[Agent[Any], ...] = tuple(found(__name__, __path__, "AGENT", "rollcall.agents", but=("kernel",)).values())
BY_TOPIC: dict[str, tuple[Agent[Any], ...]] = {
    topic: tuple(agent for agent in AGENTS if agent.topic.name == topic)
    for topic in sorted({agent.topic.name for agent in AGENTS})
}
