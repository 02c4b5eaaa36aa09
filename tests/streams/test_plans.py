"""A plan says what `apply` would do, does nothing, and is empty when it has been done."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType
from pydantic import SecretStr

from connectors.translate import CAPTURES
from schemas.faults import SchemaBehind, Unavailable
from schemas.topics import WORKFORCE
from streams import topics
from streams.connect_rest import Connect
from streams.plans import MASK, Change, connector_changes, masked, superuser_statements, topic_changes
from streams.settings import Settings
from tests.fresh import fresh_database
from tests.streams.capturing import Captured, captured
from tests.typed import typed


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("database.password", "clear", MASK),
        ("database.password", "${file:/secrets:p}", "${file:/secrets:p}"),
        ("database.password", "${file:/s:p}clear${file:/s:p}", MASK),
        ("database.password", None, None),
        ("poll.interval.ms", "10", "10"),
    ],
)
def test_a_secret_shows_only_where_it_is(name: str, value: str | None, shown: str | None) -> None:
    assert masked(name, value) == shown


def test_where_nobody_can_be_asked_everything_is_printed_and_why() -> None:
    lines, why = superuser_statements(Settings(postgres_port=1))
    assert lines[-1] == "create database rollcall owner rollcall_migrator;"
    assert "does not answer" in why


def test_no_answer_is_unavailable() -> None:
    nowhere = Settings(postgres_port=1, passwords={"rollcall_migrator": SecretStr("x")})
    with pytest.raises(Unavailable, match="ROLLCALL_POSTGRES_PORT"):
        connector_changes(nowhere)


@pytest.mark.stack
def test_topics_that_differ_are_planned_and_applied(settings: Settings) -> None:
    topics.apply(settings)
    assert topic_changes(settings) == []
    entry = ConfigEntry("retention.ms", "86400000", incremental_operation=AlterConfigOpType.SET)
    changed = ConfigResource(ResourceType.TOPIC, WORKFORCE.dlq.name, incremental_configs=[entry])
    admin = topics.admin(settings)
    for future in admin.incremental_alter_configs([changed]).values():
        future.result(10)
    planned = [Change(f"retention.ms of {WORKFORCE.dlq.name}", "86400000", "-1")]
    assert topic_changes(settings) == planned
    assert topic_changes(settings) == planned, "planning has changed nothing"
    topics.apply(settings)
    assert topic_changes(settings) == []


@pytest.fixture(scope="module")
def door(settings: Settings) -> Iterator[Captured]:
    with captured(settings) as opened:
        yield opened


@pytest.mark.stack
def test_a_connector_is_planned_and_applied(door: Captured) -> None:
    connector = Connect(door.settings.connect_url, door.door.name)
    first = connector_changes(door.settings, door.door)
    assert first[0] == Change(f"connector {door.door.name}", None, "created")
    assert Change("slot.name", None, door.door.name) in first
    assert [each.what for each in first if each.what.startswith("capture of")] == [
        f"capture of {capture.table}" for capture in CAPTURES
    ]
    assert connector.configured() is None, "planning has created nothing"

    door.apply()
    assert connector_changes(door.settings, door.door) == []
    slower = door.settings.model_copy(update={"poll": timedelta(milliseconds=7)})
    assert connector_changes(slower, door.door) == [Change("poll.interval.ms", "4", "7")]
    assert superuser_statements(door.settings, door.door) == ([], "")


@pytest.mark.stack
def test_a_database_without_migrations_is_named(settings: Settings) -> None:
    with fresh_database(settings) as fresh, pytest.raises(SchemaBehind, match="rollcall db migrate"):
        connector_changes(fresh)


@pytest.mark.stack
@pytest.mark.parametrize(
    "command", [("topics", "plan"), ("connectors", "plan", "--sql"), ("db", "migrate", "--dry-run")], ids=" ".join
)
def test_a_plan_exits_with_0_and_is_json_for_machines(
    command: tuple[str, ...],
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ROLLCALL_HOME", str(settings.home))
    told = typed(capsys, *command, "--json")
    assert told.code == 0, told.err
    assert isinstance(json.loads(told.out), list)
