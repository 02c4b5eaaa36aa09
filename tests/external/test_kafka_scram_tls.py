"""The core on somebody else's Kafka, whose clients log in by SCRAM over TLS: the very tests, another broker.

What a broker that does not let us in is told with is here too: at start by exit code 2, later by waiting.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka.admin import ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion
from pydantic import SecretStr

from streams.kafka import librdkafka
from streams.local.runner import Stack
from streams.membership import Group, Membership
from streams.reaching import reach
from streams.settings import Settings
from tests.eventually import eventually
from tests.external.broker import Broker, guarded_broker
from tests.streams.capturing import captured
from tests.streams.test_host import place, test_each_punch_is_folded_once_and_answered_once
from tests.streams.test_reader import Run, own, run
from tests.streams.test_sinking import books, test_a_record_that_is_given_again_is_for_its_reader_alone
from tests.streams.test_topics import test_applied_topics_are_as_declared_and_a_second_time_changes_nothing

__all__ = [
    "books",
    "own",
    "place",
    "run",
    "test_a_record_that_is_given_again_is_for_its_reader_alone",
    "test_applied_topics_are_as_declared_and_a_second_time_changes_nothing",
    "test_each_punch_is_folded_once_and_answered_once",
]
pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def broker(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with guarded_broker(tmp_path_factory.mktemp("kafka"), Settings.load(stack.home.path)) as started:
        yield started


@pytest.fixture(scope="module")
def settings(stack: Stack, broker: Broker) -> Settings:
    """The stack's PostgreSQL and registry, and somebody else's Kafka."""
    return broker.settings(Settings.load(stack.home.path))


@pytest.fixture(autouse=True)
def environment(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that a test starts are told in the same way as an installation's."""
    for name, value in broker.environment().items():
        monkeypatch.setenv(name, value)


def test_as_many_numbers_come_out_as_went_in(run: Run) -> None:
    run.start()
    run.send(2000)
    run.complete()
    run.stop()
    run.check()


def test_a_role_that_is_not_let_in_says_why_and_exits_with_2(own: Settings, broker: Broker) -> None:
    refused = {
        "ROLLCALL_KAFKA_PASSWORD": ("guess", "refuses the login"),
        "ROLLCALL_KAFKA_CA": (str(broker.certificates.stranger), "no TLS that both sides accept"),
        "ROLLCALL_KAFKA_SECURITY": ("PLAINTEXT", "speaks TLS, and ROLLCALL_KAFKA_SECURITY is PLAINTEXT"),
    }
    known = {"ROLLCALL_HOME": str(own.home), "ROLLCALL_POSTGRES_DATABASE": own.postgres_database}
    started = {
        name: subprocess.Popen(
            [sys.executable, "-m", "streams", "run", "sinks"],
            env={**os.environ, **known, name: value},
            stderr=subprocess.PIPE,
            text=True,
        )
        for name, (value, _) in refused.items()
    }
    for name, process in started.items():
        said = process.communicate(timeout=60)[1]
        assert process.returncode == 2, said
        assert broker.bootstrap in said
        assert refused[name][1] in said
        assert "mend" in said
        assert name in said
        assert "guess" not in said


def test_a_login_that_is_refused_later_is_said_and_waited_for(
    run: Run, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """As when a password is changed there before it is changed here, or the other way round."""
    caplog.set_level("INFO", "streams")
    changed = librdkafka(settings.model_copy(update={"kafka_user": "late", "kafka_password": SecretStr("new")}))
    member = Membership(Group(changed, f"late.{run.topic}", "late"), run.topic)
    try:

        def told() -> None:
            member.rest(0.1)
            assert any("Authentication failed" in each.message for each in caplog.records)

        eventually(told, 30)
        admin, info = reach(settings, "tests"), ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
        altered = admin.alter_user_scram_credentials([UserScramCredentialUpsertion("late", info, b"new")])
        altered["late"].result(30)

        def let_in() -> None:
            member.rest(0.1)
            assert member.assigned == {0, 1, 2}

        eventually(let_in, 30)
    finally:
        member.close()


def test_up_starts_what_is_not_elsewhere_and_tells_it_where_the_others_are(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLCALL_POSTGRES_HOST", settings.postgres_host)
    monkeypatch.setenv("ROLLCALL_POSTGRES_PORT", str(settings.postgres_port))
    monkeypatch.setenv("ROLLCALL_REGISTRY_URL", settings.registry_url)
    for role, password in settings.passwords.items():
        monkeypatch.setenv(f"ROLLCALL_PASSWORDS__{role}".upper(), password.get_secret_value())
    up = Stack(tmp_path / "home")

    with up as partly, captured(partly) as door:
        assert [part.name for part in up.status()] == ["connect"]
        door.apply()
        person = door.employee(1)
        door.until("employees", person)
