import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.console import Console

from streams.doctor.finding import bad
from streams.overview.document import document
from streams.overview.judgement import LATE
from streams.overview.picture import screen, whole
from streams.overview.readers import tasks
from streams.overview.seen import Away, Capture, Decision, Overview, Reserve
from tests.streams.overview.seeing import AT, LETTERS, READING, away_or_not, part, seen

ROLES = ("translate", "agents-workforce", "agents-operations", "agents-proposals", "apply", "sinks")
EVERYTHING = seen(
    parts=(*(part(name, place="127.0.0.1:2", answers=True) for name in ("postgres", "kafka", "connect", "registry")),
           *map(part, ROLES)),
    readings=tuple(
        replace(READING, reader=task.reader, topic=task.topic, position=10**9, end=10**9 + 10, per_second=12_345.0)
        for task in tasks()
    ),
    latest=tuple(Decision(AT, "auto_approved", "attendance_flag", f"Person {number}") for number in range(8)),
)  # fmt: skip


def printed(overview: Overview, width: int = 200) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(whole(overview))
    return out.getvalue()


def on_screen(overview: Overview) -> list[str]:
    console = Console(file=io.StringIO(), width=100, height=30, force_terminal=True, color_system=None)
    return [
        "".join(each.text for each in line) for line in console.render_lines(screen(overview, console, 2), pad=False)
    ]


def test_in_a_pipe_there_is_nothing_but_text() -> None:
    said = printed(EVERYTHING)
    assert "\x1b" not in said
    assert said.startswith("all right  2026-03-02")
    assert "sink.attendance          workforce.v1   1,000,000,000  1,000,000,010      10   2.0 s" in said
    assert "dead letters  none" in said
    assert "slot          active, 0 bytes behind, keeps 2 kB of 4 GB" in said
    assert "agents        attendance v1 live" in said
    assert "proposals     2 routed" in said


def test_what_needs_attention_is_the_last_that_is_printed() -> None:
    last = printed(seen(burials=(LETTERS,))).splitlines()[-1]
    assert last.startswith("✗ 2 dead letters open (apply in rollcall.decisions.v1: 2) → rollcall dlq list")


def test_what_nobody_could_tell_is_a_question_mark_and_no_zero() -> None:
    nothing = seen(
        parts=(away_or_not("kafka"),), readings=(replace(READING, end=None, behind=None, oldest=None),), burials=None,
        reserve=None, capture=None, agents=None, proposals=None,
    )  # fmt: skip
    said = printed(nothing)
    assert "ready, no answer" in said
    assert "workforce.v1        90    ?       ?" in said
    for fact in ("dead letters", "connector", "slot", "agents", "proposals"):
        assert f"{fact:<14}?" in said


def test_a_slot_that_is_not_there_and_an_agent_that_is_rebuilt() -> None:
    (agent,) = seen().agents or ()
    changed = seen(reserve=Reserve(None, None, ()), agents=(replace(agent, rebuilding="2 of 6", held=3),), proposals={})
    said = printed(changed)
    assert "slot          none" in said
    assert "attendance v1 live, rebuilding 2 of 6, 3 held" in said
    assert "proposals     none" in said


@pytest.mark.parametrize(("waits", "colour"), [(LATE, "\x1b[33m"), (LATE * 2, "\x1b[1;31m")])
def test_a_record_that_waits_too_long_stands_out(waits: timedelta, colour: str) -> None:
    out = io.StringIO()
    late = seen(readings=(replace(READING, oldest=waits),))
    Console(file=out, width=200, force_terminal=True, color_system="standard").print(whole(late))
    (line,) = (line for line in out.getvalue().splitlines() if line.startswith("sink.attendance"))
    assert f"{colour} " in line


def test_dead_letters_are_a_table_where_there_is_room_and_a_line_where_there_is_not() -> None:
    assert "dead letters of  topic         open  this hour  quota" in printed(seen(burials=(LETTERS,)))
    assert "dead letters  2 open, 3 buried in this hour" in on_screen(seen(burials=(LETTERS,)))


def test_all_of_it_fits_on_one_screen_with_as_many_decisions_as_there_is_room_for() -> None:
    lines = on_screen(EVERYTHING)
    assert len(lines) <= 30
    assert all(len(line) <= 100 for line in lines)
    assert "Person 0" in "".join(lines)
    assert "every 2 s; Ctrl-C ends it" in lines[0]
    assert "1,000,000,000      10   2.0 s  12,345" in "".join(lines)


def test_a_screen_shows_of_readers_that_are_alike_the_one_that_is_furthest_behind() -> None:
    counting = [replace(READING, reader="sink.agent_runs", topic=f"rollcall.t{number}.v1") for number in range(3)]
    translating = [replace(READING, reader=f"translate.rollcall.t{number}.v1", topic="rollcall.cdc") for number in "12"]
    late = replace(counting[1], behind=77)
    everything = seen(readings=(*translating, READING, counting[0], late, counting[2]))
    assert [line.split()[:3] for line in on_screen(everything) if "2.0 s" in line] == [
        ["translate.t1.v1", "+1", "cdc"],
        ["sink.attendance", "workforce.v1", "90"],
        ["sink.agent_runs", "+2", "t1.v1"],
    ]
    assert printed(everything).count("2.0 s") == 6


def test_on_a_screen_what_needs_attention_comes_first_and_not_all_of_it() -> None:
    away = tuple(Away(name, f"{name} does not answer", "start it") for name in ("a", "b", "c", "d", "e", "f"))
    lines = on_screen(replace(EVERYTHING, away=away))
    assert lines[0].startswith("6 to look at")
    assert lines[1].startswith("✗ a does not answer → start it")
    assert lines[5].startswith("and 2 more: rollcall status")


def test_many_long_troubles_leave_room_for_everything_else() -> None:
    away = tuple(Away(name, f"{name} does not answer " * 8, "start it") for name in ("a", "b", "c", "d", "e", "f"))
    lines = on_screen(replace(EVERYTHING, away=away))
    assert len(lines) <= 30
    assert "Ctrl-C ends it" in lines[0]
    assert "more: rollcall status" in "".join(lines)
    assert "agents  " in "".join(lines)


def test_the_document_has_the_names_that_others_rely_on() -> None:
    told = document(EVERYTHING)
    assert list(told) == [
        "at", "home", "ok", "attention", "parts", "readers", "dead_letters", "dead_letters_unread", "slot", "connector",
        "agents", "proposals", "decisions", "away",
    ]  # fmt: skip
    assert list(told["readers"][0]) == [
        "reader", "topic", "role", "partitions", "position", "end", "behind", "oldest_seconds", "workers", "blobs",
        "oldest_blob_seconds", "per_second",
    ]  # fmt: skip
    assert list(told["parts"][0]) == [
        "name", "state", "place", "answers", "pid", "port", "restarts", "since", "exit_code",
    ]  # fmt: skip
    assert told["slot"] == {
        "active": True, "wal_status": "reserved", "retained": 2048, "behind": 0, "exists": True, "max_kept": 4 << 30,
    }  # fmt: skip
    assert told["connector"] == {"connector": "RUNNING", "task 0": "RUNNING", "state": "ok"}
    assert told["readers"][0]["oldest_seconds"] == 2.0
    assert json.loads(json.dumps(told)) == told


def test_the_document_says_what_nobody_could_tell_and_what_needs_attention() -> None:
    told = document(
        seen(readings=None, burials=None, reserve=None, capture=Capture({}, bad("gone", "rollcall connectors apply")),
             agents=None, proposals=None)
    )  # fmt: skip
    assert told["ok"] is False
    assert told["attention"] == [{"what": "connector: gone", "fix": "rollcall connectors apply"}]
    assert {name for name, value in told.items() if value is None} == {
        "readers", "dead_letters", "slot", "agents", "proposals",
    }  # fmt: skip
    assert document(seen(reserve=Reserve(None, None, ())))["slot"]["exists"] is False


def test_an_outbox_that_is_late_stands_out() -> None:
    old = seen(readings=(replace(READING, blobs=4, oldest_blob=timedelta(minutes=3)),))
    assert "4, 3 min" in printed(old)
