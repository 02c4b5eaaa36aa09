"""What people tell the system becomes a row, or an answer that says what to say instead."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from connectors import commands
from connectors.commands import CommandRefused
from connectors.translation import headers
from schemas.policies import AttendancePolicy, RoutingPolicy, Rule
from schemas.wire import Headers

pytestmark = pytest.mark.stack
Connection = psycopg.Connection[Any]


def test_a_policy_is_published_as_the_next_version(console: Connection) -> None:
    policy = AttendancePolicy(grace=timedelta(minutes=7))
    assert commands.publish_policy(console, policy, author="ann", reason="winter") == 1
    assert commands.publish_policy(console, policy, author="ann", reason="still winter") == 2
    row = console.execute("select document from policies where version = 2").fetchone()
    assert row is not None
    assert AttendancePolicy.model_validate(row[0]) == policy


def test_a_policy_for_the_past_is_refused_in_words(console: Connection) -> None:
    past = datetime(2020, 1, 1, tzinfo=UTC)
    with pytest.raises(CommandRefused, match=r"that is past.*Leave effective_at out"):
        commands.publish_policy(console, AttendancePolicy(), author="ann", reason="late", effective_at=past)


def test_a_policy_that_nobody_could_read_is_refused_with_where_and_how_to_mend_it(console: Connection) -> None:
    rule = Rule.model_construct(name="wrong", when='riks == "low"', then="auto", roles=())
    with pytest.raises(CommandRefused, match=r"rules\.0\.when: .* column 1: there is no fact 'riks'; mend: say one of"):
        commands.publish_policy(console, RoutingPolicy.model_construct(rules=(rule,)), author="ann", reason="a slip")


def test_an_agent_is_switched_and_switched_again(console: Connection) -> None:
    commands.set_mode(console, "attendance", "shadow", author="ann")
    commands.set_mode(console, "attendance", "live", author="bob")
    assert console.execute("select agent, mode, author from agent_modes").fetchall() == [("attendance", "live", "bob")]


def test_a_mode_that_there_is_not_is_refused(console: Connection) -> None:
    with pytest.raises(CommandRefused, match="choose one of: disabled, paused, shadow, live"):
        commands.set_mode(console, "attendance", "asleep", author="ann")


def test_all_agents_are_paused_at_once(console: Connection) -> None:
    console.execute("select")  # in a transaction that is rolled back
    commands.pause_all(console, ["attendance", "break-suggester"], author="ann")
    assert set(console.execute("select agent, mode from agent_modes").fetchall()) >= {
        ("attendance", "paused"), ("break-suggester", "paused"),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letter:
    id: str = "rollcall.workforce.v1.dlq-3-5"
    reader: str = "sink.attendance"
    topic: str = "rollcall.workforce.v1"
    partition: int = 3
    offset: int = 17
    key: bytes | None = None
    value: bytes | None = b"\x00\xff"
    headers: Headers = ()  # type: ignore[assignment]
    woken: str | None = None


def test_a_dead_letter_is_kept_byte_for_byte(console: Connection) -> None:
    said = [("ce_id", b"\xfe\x00"), ("ce_id", b"")]
    command = commands.retry_dead_letter(console, Letter(headers=said), author="ann")
    row = console.execute("select key, value, headers::text from dlq_commands where id = %s", (command,)).fetchone()
    assert row is not None
    assert (row[0], row[1], headers(row[2])) == (None, b"\x00\xff", said)


def test_a_dead_letter_is_parked_without_its_bytes_and_with_the_reason_where_it_does_not_travel(
    console: Connection,
) -> None:
    letter = Letter()
    command = commands.park_dead_letter(console, letter, author="ann", note="a test record")
    row = console.execute(
        "select action, letter, reader, source_offset, value, author, note from dlq_commands"
        " join rollcall.dlq_notes on command_id = id where id = %s",
        (command,),
    ).fetchone()
    assert row == ("park", letter.id, letter.reader, 17, None, "ann", "a test record")


def test_a_record_that_no_reader_of_ours_has_buried_is_neither_given_again_nor_parked(console: Connection) -> None:
    with pytest.raises(CommandRefused, match="violates check constraint"):
        commands.retry_dead_letter(console, Letter(reader=""), author="ann")
    with pytest.raises(CommandRefused, match="violates check constraint"):
        commands.park_dead_letter(console, Letter(), author="", note="why")


def test_before_its_changes_are_captured_a_command_is_refused_with_what_mends_it(
    owner: Connection,
) -> None:
    owner.execute("update rollcall.captures set confirmed_at = null where table_name = 'dlq_commands'")
    with pytest.raises(CommandRefused, match="rollcall connectors apply"):
        commands.retry_dead_letter(owner, Letter(), author="ann")


def test_the_clock_is_set_and_its_rate_alone(owner: Connection) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    commands.set_clock(owner, at=tomorrow, rate=0)
    assert owner.execute("select rollcall.now()").fetchone() == (tomorrow,)
    commands.set_clock(owner, rate=1)
    row = owner.execute("select rollcall.now() - %s", (tomorrow,)).fetchone()
    assert row is not None
    assert timedelta() <= row[0] < timedelta(minutes=1)
    with pytest.raises(CommandRefused, match="does not go back"):
        commands.set_clock(owner, at=tomorrow - timedelta(hours=1))
