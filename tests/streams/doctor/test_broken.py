"""Set-ups that are really broken: the doctor names the fix, the fix is carried out, and the doctor is content."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import httpx
import psycopg
import pytest
from confluent_kafka.admin import NewTopic
from pydantic import SecretStr

from schemas.avro import schema
from schemas.events import PunchVoided
from schemas.faults import Misconfigured, SchemaBehind
from schemas.topics import CDC, Topic
from streams import topics
from streams.connect_rest import Connect
from streams.doctor.checks import checks
from streams.doctor.examination import Check
from streams.doctor.finding import Finding, State
from streams.doctor.installation import Installation
from streams.migrate import migrate
from streams.registry import Registry
from streams.settings import Settings
from tests.eventually import eventually
from tests.fresh import NUMBERS, fresh_database
from tests.streams.capturing import Captured, captured

pytestmark = pytest.mark.stack
SQL = ("publication", "ownership", "replica identity", "columns")
CHECKS = {check.name: check for check in checks(external=True)}


def looked(name: str, installation: Installation) -> Finding:
    """One check alone, on facts that are read anew."""
    check: Check = CHECKS[name]
    return check.look(Installation(installation.settings, installation.door, installation.topics))


def faulty(name: str, installation: Installation) -> Finding:
    finding = looked(name, installation)
    assert finding.state is State.BAD, finding
    return finding


def mended(name: str, installation: Installation) -> bool:
    return looked(name, installation).state is State.OK


# -- PostgreSQL: each fix is SQL


@pytest.fixture(scope="module")
def bare(settings: Settings) -> Iterator[Settings]:
    """A database as migrations leave it, without a connector."""
    with fresh_database(settings) as fresh:
        migrate(fresh)
        yield fresh


@pytest.mark.parametrize(
    ("broken", "check", "named"),
    [
        ("alter publication rollcall drop table public.shifts", "publication", "public.shifts"),
        ("drop publication rollcall", "publication", "no publication"),
        ("alter publication rollcall owner to postgres", "ownership", "the publication belongs to postgres"),
        ("alter table public.shifts owner to postgres", "ownership", "public.shifts belongs to postgres"),
        ("alter table public.shifts replica identity default", "replica identity", "public.shifts"),
        ("revoke select (starts_at) on public.shifts from rollcall_ingest", "columns", "not read public.shifts.starts"),
        ("grant select (name) on public.employees to rollcall_ingest", "columns", "travel: public.employees.name"),
        ("grant select on public.employees to rollcall_ingest", "columns", "employees.name, public.employees.contact"),
    ],
)
def test_sql_that_mends(broken: str, check: str, named: str, bare: Settings) -> None:
    installation = Installation(bare)
    with psycopg.connect(bare.dsn("postgres"), autocommit=True) as superuser:
        assert mended(check, installation)
        superuser.execute(broken.encode())
        finding = faulty(check, installation)
        assert named in finding.what
        superuser.execute(finding.fix.encode())
        assert mended(check, installation)
        assert [each for each in SQL if not mended(each, installation)] == []


def test_a_database_without_migrations(settings: Settings) -> None:
    with fresh_database(settings) as fresh:
        assert CHECKS["logical WAL"].look(Installation(fresh)).state is State.OK
        with pytest.raises(SchemaBehind, match="mend: rollcall db migrate"):
            looked("migrations", Installation(fresh))
        migrate(fresh)
        assert mended("migrations", Installation(fresh))


def test_a_missing_and_a_wrong_secret_name_their_variable(settings: Settings) -> None:
    role = "rollcall_agents"
    others = {name: secret for name, secret in settings.passwords.items() if name != role}
    for passwords in (others, {**others, role: SecretStr("wrong")}):
        broken = settings.model_copy(update={"passwords": passwords})
        with pytest.raises(Misconfigured, match=r"refuses rollcall_agents.*ROLLCALL_PASSWORDS__ROLLCALL_AGENTS"):
            looked("database logins", Installation(broken))
    assert mended("database logins", Installation(settings))


# -- the connector: each fix is `rollcall connectors apply`


@pytest.fixture(scope="module")
def door(settings: Settings) -> Iterator[Captured]:
    with captured(settings) as opened:
        yield opened


def test_the_life_of_a_connector_as_the_doctor_sees_it(door: Captured) -> None:
    installation = Installation(door.settings, door.door)
    for check in ("connector", "captures", "replication slot"):
        assert faulty(check, installation).fix.startswith("rollcall connectors apply"), check
    door.apply()
    wanted = ("connector", "captures", "replication slot", "slot lag", "connector settings", "clock")
    assert [name for name in wanted if not mended(name, installation)] == []

    connector = Connect(door.settings.connect_url, door.door.name)
    changed = {**(connector.configured() or {}), "column.exclude.list": "public.employees.name"}
    connector.configure(changed)
    assert "column.exclude.list" in faulty("connector settings", installation).what
    connector.stop()
    assert "the connector is STOPPED" in faulty("connector", installation).what
    eventually(lambda: "nobody reads the slot" in looked("replication slot", installation).what, 60)
    assert faulty("replication slot", installation).fix == "rollcall connectors apply"
    door.apply()
    assert all(mended(name, installation) for name in ("connector", "connector settings"))
    eventually(lambda: mended("replication slot", installation), 60)


# -- Kafka


def test_topics_that_are_missing_split_and_forgetful(settings: Settings) -> None:
    name = f"tests.doctor.{next(NUMBERS)}"
    declared = Topic(name, 2, "nothing")
    installation = Installation(settings, declared=(declared,))
    assert faulty("topics", installation).fix == "rollcall topics apply"
    admin = topics.admin(settings)
    admin.create_topics([NewTopic(name, 3, 1)])[name].result(10)
    try:
        eventually(lambda: mended("topics", installation), 30)
        assert "has 3 partitions and is declared with 2" in faulty("partitions", installation).what
        assert mended("partitions", Installation(settings, declared=(replace(declared, partitions=3),)))
        assert "max.message.bytes" in faulty("topic settings", installation).what
    finally:
        admin.delete_topics([name])[name].result(10)


def test_a_topic_that_forgets_is_mended_by_what_is_named(settings: Settings) -> None:
    name = f"tests.doctor.{next(NUMBERS)}"
    installation = Installation(settings, declared=(Topic(name, 1, "nothing"),))
    admin = topics.admin(settings)
    config = {**topics.configuration(CDC), "retention.ms": "1"}
    admin.create_topics([NewTopic(name, 1, 1, config=config)])[name].result(10)
    try:
        eventually(lambda: mended("topics", installation), 30)
        finding = faulty("topic settings", installation)
        assert "retention.ms = 1, not -1" in finding.what
        assert "history is being deleted" in finding.what
        assert finding.fix == "rollcall topics apply"
    finally:
        admin.delete_topics([name])[name].result(10)


# -- the registry


def test_schemas_that_are_missing_or_under_another_rule(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    name, installation = f"tests.doctor-{next(NUMBERS)}", Installation(settings)
    text = json.dumps(schema(PunchVoided))
    monkeypatch.setattr("streams.registry.declared", lambda: iter([(name, text, PunchVoided)]))
    finding = faulty("schemas", installation)
    assert name in finding.what
    assert finding.fix == "rollcall topics apply"
    with closing(Registry(settings.registry_url)) as registry:
        registry.register()
        assert mended("schemas", installation)
        assert mended("compatibility", installation)
        httpx.put(f"{settings.registry_url}/config/{name}", json={"compatibility": "NONE"}).raise_for_status()
        assert f"{name} has NONE" in faulty("compatibility", installation).what
        assert registry.tighten() == [name]
    assert mended("compatibility", installation)
