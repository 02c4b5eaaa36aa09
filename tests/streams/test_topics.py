"""Topics are created as declared, mended where they can be, and refused where they cannot."""

from dataclasses import replace

import pytest
from confluent_kafka import TopicCollection
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic, ResourceType

from schemas.faults import PartitionsChanged, SchemaBehind, Unavailable
from schemas.topics import AUDIT, CDC, TOPICS, WORKFORCE
from streams import reaching, topics
from streams.settings import Settings
from streams.store import Log

AS_DECLARED = {topic.name: Log("id", topic.partitions) for topic in TOPICS}


def test_topics_as_declared_are_taken() -> None:
    topics.compare(TOPICS, AS_DECLARED)


def test_another_partition_count_is_refused_and_said() -> None:
    found = {**AS_DECLARED, WORKFORCE.name: Log("id", 7)}
    with pytest.raises(PartitionsChanged, match=r"rollcall\.workforce\.v1 has 7 partitions and is declared with 6"):
        topics.compare(TOPICS, found)


def test_a_missing_topic_names_the_mend_unless_it_may_be_missing() -> None:
    found = {name: log for name, log in AS_DECLARED.items() if name != CDC.name}
    with pytest.raises(SchemaBehind, match=r"no topic rollcall\.cdc; mend: rollcall topics apply"):
        topics.compare(TOPICS, found)
    topics.compare(TOPICS, found, lacking=[CDC])


def test_history_is_kept_for_ever_and_a_dead_letter_fits_into_the_change_log() -> None:
    declared = {topic.name: topics.configuration(topic) for topic in TOPICS}
    assert {each["retention.ms"] for each in declared.values()} == {"-1"}
    assert [name for name, each in declared.items() if each["cleanup.policy"] != "delete"] == [AUDIT.name]
    coded = int(declared[WORKFORCE.name]["max.message.bytes"]) * 4 // 3
    assert int(declared[CDC.name]["max.message.bytes"]) > 2 * coded
    for topic in (CDC, WORKFORCE):  # a dead letter carries more headers than the record that it is of
        assert int(declared[topic.dlq.name]["max.message.bytes"]) > int(declared[topic.name]["max.message.bytes"])


def test_no_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "WITHIN", 0.3)
    monkeypatch.setattr(reaching, "ASKED", 0.1)
    with pytest.raises(Unavailable, match="Kafka"):
        topics.check(Settings(bootstrap="127.0.0.1:1"))


@pytest.mark.stack
def test_applied_topics_are_as_declared_and_a_second_time_changes_nothing(settings: Settings) -> None:
    topics.apply(settings)
    assert topics.apply(settings) == []
    topics.check(settings)
    found = topics.describe(topics.admin(settings), [topic.name for topic in TOPICS])
    assert {name: log.partitions for name, log in found.items()} == {topic.name: topic.partitions for topic in TOPICS}
    assert len({log.topic_id for log in found.values()}) == len(TOPICS)


@pytest.mark.stack
def test_a_setting_that_somebody_has_changed_is_set_again(settings: Settings) -> None:
    topics.apply(settings)
    entry = ConfigEntry("retention.ms", "86400000", incremental_operation=AlterConfigOpType.SET)
    changed = ConfigResource(ResourceType.TOPIC, WORKFORCE.dlq.name, incremental_configs=[entry])
    admin = topics.admin(settings)
    for future in admin.incremental_alter_configs([changed]).values():
        future.result(10)
    assert topics.apply(settings) == [f"configured {WORKFORCE.dlq.name}"]


@pytest.mark.stack
def test_the_broker_tells_what_is_there_and_what_is_not(settings: Settings) -> None:
    topic, admin = replace(CDC, name="tests.topics"), topics.admin(settings)
    assert topics.describe(admin, [topic.name]) == {}
    admin.create_topics([NewTopic(topic.name, 3, 1)])[topic.name].result(10)
    try:
        found = topics.describe(admin, [topic.name])
        described = admin.describe_topics(TopicCollection([topic.name]))[topic.name].result(10)
        assert found == {topic.name: Log(str(described.topic_id), 3)}
        with pytest.raises(PartitionsChanged, match="3 partitions"):
            topics.compare([topic], found)
    finally:
        admin.delete_topics([topic.name])[topic.name].result(10)
