"""What `apply` would do, without doing it; and what is left for the superuser of somebody else's PostgreSQL."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import NamedTuple

from connectors.debezium import Door
from schemas.faults import Misconfigured, Unavailable
from schemas.topics import TOPICS, Topic
from streams import connect, topics
from streams.connect_rest import Connect
from streams.login import login
from streams.migrate import OWNER
from streams.registry import COMPATIBILITY, Registry
from streams.settings import Settings
from streams.source import look, statements

MASK = "********"


class Change(NamedTuple):
    """One thing that would be another: as it is (None: it is not there), and as it would be (None: it would go)."""

    what: str
    now: str | None
    then: str | None


def topic_changes(settings: Settings) -> list[Change]:
    """Return what `topics apply` would change; raises as it does, before it would change anything."""
    client = topics.admin(settings)
    found = topics.describe(client, [topic.name for topic in TOPICS])
    missing = [topic for topic in TOPICS if topic.name not in found]
    topics.compare(TOPICS, found, lacking=missing)
    differing = topics.differences(client, [topic for topic in TOPICS if topic.name in found])
    with closing(Registry.of(settings)) as registry:
        unknown, rules = registry.missing(), registry.rules()
    return [
        *(
            Change(f"topic {each.name}", None, ", ".join((f"{each.partitions} partitions", *_entries(each))))
            for each in missing
        ),
        *(
            Change(f"{name} of {topic}", each.actual, each.declared)
            for topic, entries in differing.items()
            for name, each in entries.items()
        ),
        *(Change(f"schema {subject}", None, "registered") for subject in unknown),
        *(Change(f"rule of {each}", rule, COMPATIBILITY) for each, rule in rules.items() if rule != COMPATIBILITY),
    ]


def connector_changes(settings: Settings, door: Door | None = None) -> list[Change]:
    """Return what `connectors apply` would change; raises as it does, before it would change anything."""
    door = door or Door()
    with login(settings, OWNER) as connection:
        connect.prepared(connection, door)
        wanted = connect.declared(settings, connection, door)
        new, late = connect.unconfirmed(connection, door.captures)
    actual = Connect.of(settings, door.name).configured()
    return [
        *([Change(f"connector {door.name}", None, "created")] if actual is None else ()),
        *(_setting(name, actual or {}, wanted) for name in connect.differences(actual, wanted)),
        *(Change(f"capture of {table}", "refuses rows", "takes rows") for table in new),
        *(Change(f"rows of {table}", None, "captured as well") for table in late),
    ]


def superuser_statements(settings: Settings, door: Door | None = None) -> tuple[list[str], str]:
    """Return the SQL that only a superuser can run, and why it is all there is when nobody could be asked."""
    door = door or Door()
    try:
        with login(settings, OWNER) as connection:
            return list(statements(look(connection, door), door, settings.postgres_database)), ""
    except (Misconfigured, Unavailable) as fault:
        return list(statements(None, door, settings.postgres_database)), str(fault)


def masked(name: str, value: str | None) -> str | None:
    """Return a value that people may see: a secret shows only that there is one, or where it is."""
    secret = value and re.search(r"password|secret|token", name) and not re.fullmatch(r"\$\{[^}]*\}", value)
    return MASK if secret else value


def _entries(topic: Topic) -> Iterator[str]:
    return (f"{name}={value}" for name, value in topics.configuration(topic).items())


def _setting(name: str, actual: Mapping[str, str], wanted: Mapping[str, str]) -> Change:
    return Change(name, masked(name, actual.get(name)), masked(name, wanted.get(name)))
