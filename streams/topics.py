"""Topics as they are on the broker, against how ``schemas/topics.py`` declares them."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from contextlib import closing
from typing import NamedTuple, TypeVar

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
    TopicDescription,
)

from connectors.debezium import LARGEST_CHANGE
from schemas.faults import PartitionsChanged, SchemaBehind, Unavailable
from schemas.topics import CDC, MAX_RECORD_BYTES, TOPICS, Topic
from streams.deadletter import DLQ_SUFFIX
from streams.reaching import reach
from streams.registry import COMPATIBILITY, Registry
from streams.rest import before_anything_runs
from streams.settings import Settings
from streams.store import Log

TIMEOUT = 10.0
FRAMING = 1_024
"""Bytes that a batch adds to its only record."""
BURIAL = 8_192
"""Bytes that a dead letter has more than the largest record it can be of: why, where and for whom."""
T = TypeVar("T")


class Difference(NamedTuple):
    """A topic's setting as it is, None when the broker has none, and as it is declared."""

    actual: str | None
    declared: str


def apply(settings: Settings) -> list[str]:
    """Create what is missing, set what differs, register schemas under their rule; return what was done, in words.

    Raises:
        PartitionsChanged: a topic has another partition count than declared: that is not mended by adding some.
        SchemaIncompatible: the registry refuses a schema.
        Unavailable: Kafka or the registry does not answer.

    """
    client = admin(settings)
    found = describe(client, [topic.name for topic in TOPICS])
    missing = [topic for topic in TOPICS if topic.name not in found]
    compare(TOPICS, found, lacking=missing)
    if missing:
        new = [NewTopic(each.name, each.partitions, -1, config=dict(configuration(each))) for each in missing]
        for each in client.create_topics(new, request_timeout=TIMEOUT).values():
            _answer(each, unless=KafkaError.TOPIC_ALREADY_EXISTS)
    changed = _configure(client, [topic for topic in TOPICS if topic.name in found])
    with closing(Registry.of(settings)) as registry, before_anything_runs():
        registered, tightened = registry.register(), registry.tighten()
    return [
        *(f"created {topic.name} with {topic.partitions} partitions" for topic in missing),
        *(f"configured {name}" for name in changed),
        *(f"registered {subject}" for subject in registered),
        *(f"changes of {subject} are held to {COMPATIBILITY} again" for subject in tightened),
    ]


def check(settings: Settings) -> None:
    """Refuse to work on topics or schemas that are not as declared.

    Raises:
        PartitionsChanged: a topic has another partition count.
        SchemaBehind: a topic or a schema is missing.
        Unavailable: Kafka or the registry does not answer.

    """
    compare(TOPICS, describe(admin(settings), [topic.name for topic in TOPICS]))
    with closing(Registry.of(settings)) as registry, before_anything_runs():
        registry.codec()


def compare(declared: Iterable[Topic], found: Mapping[str, Log], *, lacking: Iterable[Topic] = ()) -> None:
    """Hold declared topics against those found, apart from those that may be lacking; errors as `check`."""
    for topic in declared:
        log = found.get(topic.name)
        if log is None:
            if topic not in lacking:
                raise SchemaBehind(f"there is no topic {topic.name}; mend: rollcall topics apply")
        elif log.partitions != topic.partitions:
            raise PartitionsChanged(
                f"{topic.name} has {log.partitions} partitions and is declared with {topic.partitions}"
            )


def configuration(topic: Topic) -> Mapping[str, str]:
    """Return what the broker is told of a topic: history is kept for ever, and records have a largest size."""
    largest = LARGEST_CHANGE if topic.name.startswith(CDC.name) else MAX_RECORD_BYTES
    added = FRAMING + (BURIAL if topic.name.endswith(DLQ_SUFFIX) else 0)
    return {
        "retention.ms": "-1",
        "cleanup.policy": "compact" if topic.compacted else "delete",
        "max.message.bytes": str(largest + added),
    }


def admin(settings: Settings) -> AdminClient:
    """Return a client for questions about topics; raises as `reach`."""
    return reach(settings, "rollcall-topics")


def describe(client: AdminClient, names: Iterable[str]) -> dict[str, Log]:
    """Return id and partition count by name, of those that exist.

    Raises:
        Unavailable: Kafka does not answer.

    """
    asked = client.describe_topics(TopicCollection(list(names)), request_timeout=TIMEOUT)
    found: dict[str, Log] = {}
    for name, future in asked.items():
        described: TopicDescription | None = _answer(future, unless=KafkaError.UNKNOWN_TOPIC_OR_PART)
        if described is not None:
            found[name] = Log(str(described.topic_id), len(described.partitions))
    return found


def differences(client: AdminClient, topics: Iterable[Topic]) -> dict[str, dict[str, Difference]]:
    """Return by topic, of topics that exist, the settings that are not as declared, by name.

    Raises:
        Unavailable: Kafka does not answer.

    """
    topics = list(topics)
    if not topics:
        return {}
    asked = client.describe_configs([ConfigResource(ResourceType.TOPIC, topic.name) for topic in topics])
    actual = {
        resource.name: {name: entry.value for name, entry in (_answer(future) or {}).items()}
        for resource, future in asked.items()
    }
    compared = {
        topic.name: {
            name: Difference(actual[topic.name].get(name), value)
            for name, value in configuration(topic).items()
            if actual[topic.name].get(name) != value
        }
        for topic in topics
    }
    return {name: differing for name, differing in compared.items() if differing}


def _configure(client: AdminClient, topics: list[Topic]) -> list[str]:
    """Set what differs from the declaration and return the names."""
    differing = [
        ConfigResource(
            ResourceType.TOPIC,
            topic,
            incremental_configs=[
                ConfigEntry(name, each.declared, incremental_operation=AlterConfigOpType.SET)
                for name, each in entries.items()
            ],
        )
        for topic, entries in differences(client, topics).items()
    ]
    if differing:
        for future in client.incremental_alter_configs(differing).values():
            _answer(future)
    return [resource.name for resource in differing]


def _answer(future: "Future[T]", unless: int | None = None) -> T | None:
    """Return the broker's answer, or None for the one error that is expected."""
    try:
        return future.result(TIMEOUT + 1)
    except (KafkaException, TimeoutError) as error:
        said = error.args[0] if error.args else None
        if isinstance(said, KafkaError) and said.code() == unless:
            return None
        raise Unavailable(f"Kafka: {said or 'no answer'}") from error
