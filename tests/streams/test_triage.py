import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import typer

from schemas.faults import Undecodable
from schemas.topics import CDC, WORKFORCE
from streams.cli.dlq import confirm, instant
from streams.console import NotFound
from streams.dead import DeadLetter, partitions
from streams.deadletter import Raw, bury
from streams.inspection import Report, exported, hexdump
from streams.triage import Known, Wanted

NOW = datetime.now(UTC)


def known(
    key: str = "ann", reader: str = "apply", value: bytes = b"v", commands: tuple[dict[str, Any], ...] = ()
) -> Known:
    record = Raw(WORKFORCE.name, 3, 17, key.encode(), value, [("x", b"\xff\x00")])
    dead = bury(record, reader, Undecodable("not Avro"))
    return Known(DeadLetter(Raw(dead.topic, 3, 5, dead.key, dead.value, dead.headers)), list(commands))


def did(action: str, note: str | None = None) -> dict[str, Any]:
    return {"action": action, "author": "ines", "note": note, "given_at": NOW}


def test_what_was_said_last_of_a_dead_letter_counts() -> None:
    assert known().state == "open"
    assert known(commands=(did("retry"),)).state == "retried"
    assert known(commands=(did("retry"), did("park"))).state == "parked"
    assert known(commands=(did("park"), did("retry"))).state == "retried"


CHOICES: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"topic": WORKFORCE.name, "reader": "apply", "cause": "Undecodable", "key": "ann"}, True),
    ({"topic": CDC.name}, False),
    ({"reader": "sink.attendance"}, False),
    ({"cause": "Refused"}, False),
    ({"key": "an"}, False),
    ({"since": NOW - timedelta(days=1), "until": NOW + timedelta(days=1)}, True),
    ({"since": NOW + timedelta(days=1)}, False),
    ({"until": NOW - timedelta(days=1)}, False),
    ({"state": "parked"}, False),
    ({"state": None}, True),
]


@pytest.mark.parametrize(("choice", "taken"), CHOICES)
def test_a_dead_letter_is_meant_when_all_that_is_said_is_true_of_it(choice: dict[str, Any], *, taken: bool) -> None:
    assert Wanted(**choice).takes(known()) is taken


def test_to_say_only_a_state_is_to_say_nothing() -> None:
    assert Wanted(state="parked").everything
    assert not Wanted(key="ann").everything


def test_a_record_that_no_reader_of_ours_has_buried_is_listed_and_has_no_time() -> None:
    stray = Known(DeadLetter(Raw(WORKFORCE.dlq.name, 0, 1, None, None, [])), [])

    assert stray.row()["reader"] == ""
    assert Wanted().takes(stray)
    assert not Wanted(since=NOW).takes(stray)
    assert exported(stray)["value"] is None


def test_only_the_topic_that_is_meant_is_read() -> None:
    assert partitions(Wanted(topic=CDC.name).topics()) == [("rollcall.cdc.dlq", 0)]
    assert len(partitions(Wanted(topic=WORKFORCE.name).topics())) == WORKFORCE.partitions
    with pytest.raises(NotFound, match=r"there are: rollcall\.cdc, rollcall\.workforce\.v1"):
        Wanted(topic="workforce").topics()


def test_a_report_has_what_was_done_what_was_added_and_what_is_the_records_own() -> None:
    text = Report(known(value=bytes(range(40))), "event", unreadable="not Avro").text()

    assert "  dlq-cause                              Undecodable\n" in text
    assert "  __connect.errors.exception.class.name  schemas.faults.Undecodable\n" in text
    assert "\n  x  ff 00\nkey  ann\ncannot be read: not Avro\n40 bytes\n  00000000  00 01 02" in text
    parked = replace(Report(known(commands=(did("park", "a test"),)), "An.Event", said={"minutes": 3})).text()
    assert f"  parked\n  {NOW.isoformat(timespec='seconds')}  parked by ines: a test\nburied\n" in parked
    assert parked.endswith('An.Event\n  {\n    "minutes": 3\n  }')


def test_what_would_steer_a_terminal_is_shown_as_hexadecimal() -> None:
    assert "key  1b 5b 32 4a" in Report(known(key="\x1b[2J"), "event", unreadable="").text()


def test_a_dump_shows_bytes_and_what_of_them_is_text_and_ends_in_time() -> None:
    assert hexdump(b"ab\x00c") == f"00000000  {'61 62 00 63':<48} |ab.c|"
    assert len(hexdump(bytes(10_000)).splitlines()) == 16
    assert hexdump(b"") == ""


class Terminal(io.StringIO):
    """Somebody at a keyboard."""

    def isatty(self) -> bool:
        return True


def test_before_several_are_dealt_with_a_person_is_asked_and_a_script_must_say_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    both = [known(), known(reader="sink.attendance")]
    monkeypatch.setattr("sys.stdin", Terminal("n\ny\n"))
    with pytest.raises(typer.Abort):
        confirm(both, "parked", yes=False)
    confirm(both, "parked", yes=False)
    told = capsys.readouterr()
    assert told.err.count("2 dead letters of apply, sink.attendance will be parked. Go on?") == 2

    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with pytest.raises(typer.BadParameter, match="say --yes"):
        confirm(both, "parked", yes=False)
    confirm(both, "parked", yes=True)
    confirm([], "parked", yes=False)


def test_an_instant_is_iso_8601_in_utc_or_so_long_ago() -> None:
    assert instant("2026-03-02T08:00+02:00") == datetime(2026, 3, 2, 6, tzinfo=UTC)
    assert instant("2026-03-02") == datetime(2026, 3, 2, tzinfo=UTC)
    before = datetime.now(UTC)
    assert before <= instant("2h") + timedelta(hours=2) <= datetime.now(UTC)
    for neither in ("yesterday", "9999999999d", "h", ""):
        with pytest.raises(typer.BadParameter, match="neither like"):
            instant(neither)
