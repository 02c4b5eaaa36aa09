"""The installation that is looked at: its facts are read when the first check asks for them, and once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property

from connectors.debezium import Door
from schemas.topics import CDC, TOPICS, Topic
from streams import connect, topics
from streams.connect_rest import Connect, Worker
from streams.login import login
from streams.migrate import OWNER
from streams.registry import Registry
from streams.settings import Settings
from streams.source import Source, look
from streams.store import Log


class Installation:
    """Settings, and what they lead to. Each fact raises ``Unavailable`` or ``Misconfigured``."""

    def __init__(self, settings: Settings, door: Door | None = None, declared: tuple[Topic, ...] | None = None) -> None:
        """`door` and `declared` stand in for the connector and the topics of this version."""
        self.settings = settings
        self.door = door or Door()
        self.topics = declared or (replace(CDC, name=self.door.topic), *(each for each in TOPICS if each != CDC))

    @cached_property
    def source(self) -> Source:
        """PostgreSQL's catalogues, as the owner of the database sees them."""
        with login(self.settings, OWNER) as connection:
            return look(connection, self.door)

    def clocks(self) -> tuple[datetime, datetime, datetime]:
        """PostgreSQL's clock, between two looks at ours."""
        with login(self.settings, OWNER) as connection:
            before = datetime.now(UTC)
            row = connection.execute("select clock_timestamp()").fetchone()
            assert row is not None
            return before, row[0], datetime.now(UTC)

    @cached_property
    def logs(self) -> dict[str, Log]:
        """Id and partition count of the declared topics that exist."""
        return topics.describe(topics.admin(self.settings), [topic.name for topic in self.topics])

    def topic_differences(self) -> dict[str, dict[str, topics.Difference]]:
        """Return what is set otherwise than declared, by topic, of those that exist."""
        return topics.differences(
            topics.admin(self.settings), [topic for topic in self.topics if topic.name in self.logs]
        )

    @property
    def connect(self) -> Connect:
        """The worker's REST interface, for our connector."""
        return Connect.of(self.settings, self.door.name)

    @cached_property
    def worker(self) -> Worker:
        """The Connect worker."""
        return self.connect.worker()

    def connector_differences(self) -> list[str]:
        """Return the names of the connector's settings that are not as declared."""
        with login(self.settings, OWNER) as connection:
            wanted: Mapping[str, str] = connect.declared(self.settings, connection, self.door)
        return connect.differences(self.connect.configured(), wanted)

    @cached_property
    def registry(self) -> Registry:
        """The schema registry."""
        return Registry.of(self.settings)

    @cached_property
    def rules(self) -> dict[str, str]:
        """Compatibility rule by registered subject."""
        return self.registry.rules()
