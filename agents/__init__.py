"""All agents, and the agents of each topic."""

from typing import Any

from agents.attendance import AGENT as ATTENDANCE
from agents.kernel import Agent
from agents.supervisor import AGENT as SUPERVISOR

AGENTS: tuple[Agent[Any], ...] = (ATTENDANCE, SUPERVISOR)
BY_TOPIC: dict[str, tuple[Agent[Any], ...]] = {
    topic: tuple(agent for agent in AGENTS if agent.topic.name == topic)
    for topic in sorted({agent.topic.name for agent in AGENTS})
}
