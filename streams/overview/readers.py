"""Who reads what in this version: the readers that there should be, and which process each of them is in."""

from collections.abc import Mapping
from typing import NamedTuple

from agents import AGENTS
from schemas.topics import CDC, DECISIONS, DOMAIN
from sinks import SINKS
from sinks.audit import AUDITED
from streams.roles import FOLDED


class Task(NamedTuple):
    """One reader and the topic that it reads."""

    reader: str
    topic: str


def tasks() -> dict[Task, str]:
    """Return every reader's tasks, in the order in which an event passes them, with the role that does each."""
    return {
        **{Task(f"translate.{topic.name}", CDC.name): "translate" for topic in DOMAIN},
        **{Task(f"agents.{short}", topic.name): f"agents-{short}" for short, topic in FOLDED.items()},
        Task("apply", DECISIONS.name): "apply",
        **{Task(f"sink.{sink.name}", topic.name): "sinks" for sink in SINKS for topic in sink.topics},
        **{Task("audit", topic.name): "audit" for topic in AUDITED},
    }


def rebuilds() -> dict[Task, str]:
    """Return what reads only while an agent is rebuilt; the role of its host does it."""
    hosts = {topic.name: f"agents-{short}" for short, topic in FOLDED.items()}
    return {
        Task(f"backfill.{agent.name}", agent.topic.name): hosts[agent.topic.name]
        for agent in AGENTS
        if agent.topic.name in hosts
    }


def workers(reader: str, sessions: Mapping[str, int]) -> int:
    """Return how many sessions are this reader's: each is named like it, some with an instance after a dash."""
    return sum(number for name, number in sessions.items() if name == reader or name.startswith(f"{reader}-"))
