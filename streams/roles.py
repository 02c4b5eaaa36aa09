"""This project's own processes, and what must be in place before they start."""

import sys

from schemas import topics as declared
from streams.local.part import Role
from streams.settings import Settings

FOLDED = {topic.name.split(".")[1]: topic for topic in declared.FOLDED}
"""Topics that have a host, by short name: ``workforce``, ``operations``, ``proposals``."""


def roles() -> tuple[Role, ...]:
    """Return every role of a whole installation, each one process."""
    commands = {
        "translate": ("translate",),
        **{f"agents-{topic}": ("agents", "--topic", topic) for topic in FOLDED},
        "apply": ("apply",),
        "sinks": ("sinks",),
        "audit": ("audit",),
    }
    return tuple(
        Role(name, (sys.executable, "-m", "streams", "run", *arguments), answers=True)
        for name, arguments in commands.items()
    )


def prepare(settings: Settings) -> None:
    """Bring database, topics, schemas and connector to what this version declares; nothing is done twice."""
    from streams import connect, migrate, topics

    migrate.migrate(settings)
    topics.apply(settings)
    connect.apply(settings)
