from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from schemas.faults import Misconfigured, SchemaBehind, Unavailable
from streams.doctor.finding import bad, ok
from streams.overview.judgement import LATE, RECENT, Attention, attention, duration
from streams.overview.seen import Away, Capture, Reserve
from tests.streams.overview.seeing import AT, LETTERS, READING, SERVER, SLOT, away_or_not, part, seen

SECOND = timedelta(seconds=1)
FAILED = Capture({"connector": "FAILED"}, bad("the connector is FAILED", "rollcall connectors apply"))
UNREAD = Reserve(replace(SLOT, active=False), SERVER.max_kept, (bad("nobody reads the slot", "…"), ok("little behind")))


def told(**changes: Any) -> list[Attention]:
    return attention(seen(**changes))


def test_where_everything_is_all_right_nothing_is_told() -> None:
    assert told() == []


def test_a_record_that_waits_for_a_minute_is_no_news_and_one_that_waits_longer_is() -> None:
    assert told(readings=(replace(READING, oldest=LATE),)) == []
    ((what, fix),) = told(readings=(replace(READING, oldest=LATE + SECOND),))
    assert what == "sinks: sink.attendance 10 behind, the oldest for 61 s"
    assert fix == "rollcall logs sinks"


def test_readers_of_one_role_share_a_line() -> None:
    others = replace(READING, reader="sink.proposals", behind=5, oldest=3 * LATE)
    ((what, _),) = told(readings=(replace(READING, oldest=2 * LATE), others))
    assert what == "sinks: sink.attendance, sink.proposals 15 behind, the oldest for 3 min"


def test_the_log_of_a_role_that_runs_elsewhere_is_not_ours_to_show() -> None:
    ((_, fix),) = told(readings=(replace(READING, oldest=2 * LATE),), parts=())
    assert fix.startswith("see that the role sinks runs")


def test_records_that_nobody_works_at_are_told_at_once() -> None:
    ((what, _),) = told(readings=(replace(READING, workers=0),))
    assert what == "sinks: nobody works at sink.attendance, 10 behind"
    assert told(readings=(replace(READING, workers=0, behind=0, oldest=None),)) == []


@pytest.mark.parametrize("changes", [{"role": ""}, {"reader": "backfill.attendance"}])
def test_readers_of_other_versions_and_rebuilds_are_shown_and_not_judged(changes: dict[str, Any]) -> None:
    assert told(readings=(replace(READING, oldest=2 * LATE, **changes),)) == []


def test_a_role_that_has_failed_is_told_once_and_not_again_for_what_it_does_not_read() -> None:
    ((what, fix),) = told(
        parts=(part(), part("apply"), part("sinks", state="failed", exit_code=70)),
        readings=(replace(READING, oldest=2 * LATE, workers=0),),
    )
    assert what == "sinks is failed (exit code 70)"
    assert fix == "rollcall logs sinks says why; then rollcall down, then rollcall up"


def test_a_stack_that_does_not_run_is_one_line_and_what_is_away_because_of_it_another() -> None:
    stopped = (part("sinks", state="stopped"), away_or_not("kafka", state="stopped"))
    assert told(parts=stopped) == [Attention("nothing runs in /srv/rollcall", "rollcall up")]
    assert told(parts=stopped, away=(Away("kafka", "nobody listens", "start it"),)) == told(parts=stopped)


def test_a_restart_is_worth_a_word_for_some_minutes() -> None:
    again = part("apply", restarts=2, since=AT - 7 * SECOND, exit_code=1)
    ((what, fix),) = told(parts=(again,))
    assert what == "apply ended, and was started again 7.0 s ago (restart 2, exit code 1)"
    assert fix == "rollcall logs apply"
    assert told(parts=(replace(again, since=AT - RECENT),)) == []


@pytest.mark.parametrize(
    ("fault", "parts", "fix"),
    [
        (Unavailable("K does not answer; mend: start it"), (), "start it"),
        (Misconfigured("K refuses us"), (), "docs/runbooks/misconfigured.md"),
        (Unavailable("K has not answered within 1 s"), (away_or_not("kafka"),), "rollcall logs kafka; if it is only"),
        (Unavailable("K is dumb; mend: set X"), (away_or_not("kafka"),), "rollcall logs kafka; set X"),
        (Unavailable("K has not answered within 1 s"), (), "rollcall doctor --external"),
        (SchemaBehind("no such table; mend: rollcall db migrate"), (), "rollcall db migrate"),
    ],
)
def test_who_is_away_is_told_with_what_the_fault_says(fault: Unavailable, parts: Any, fix: str) -> None:
    ((what, mend),) = told(parts=parts, away=(Away.of("kafka", fault),))
    assert what == str(fault).partition("; mend")[0]
    assert mend.startswith(fix)


def test_a_slot_that_nobody_reads_follows_from_a_connector_that_does_not_run() -> None:
    assert [each.what for each in told(capture=FAILED, reserve=UNREAD)] == ["connector: the connector is FAILED"]
    assert [each.what for each in told(reserve=UNREAD)] == ["replication slot: nobody reads the slot"]


def test_a_lost_slot_is_told_whatever_the_connector_does() -> None:
    lost = Reserve(UNREAD.slot, None, (bad("the slot is lost", "raise the epoch"),))
    assert [each.fix for each in told(capture=FAILED, reserve=lost)] == ["rollcall connectors apply", "raise the epoch"]


def test_findings_about_the_log_are_told_as_the_doctor_says_them() -> None:
    assert told(findings=(bad("missing: x", "rollcall topics apply"),)) == [
        Attention("Kafka: missing: x", "rollcall topics apply")
    ]


def test_an_old_outbox_is_told() -> None:
    ((what, _),) = told(readings=(replace(READING, blobs=3, oldest_blob=timedelta(minutes=5)),))
    assert what == "sinks: 3 in the outbox of sink.attendance, the oldest for 5 min"


def test_open_letters_are_told_with_the_command_that_lists_them() -> None:
    ((what, fix),) = told(burials=(LETTERS,))
    assert what == "2 dead letters open (apply in rollcall.decisions.v1: 2)"
    assert fix == "rollcall dlq list --reader apply"
    assert told(burials=(replace(LETTERS, open=0),)) == []
    ((what, fix),) = told(burials=(replace(LETTERS, open=1, reader=""),))
    assert (what, fix) == ("1 dead letter open (nobody of ours in rollcall.decisions.v1: 1)", "rollcall dlq list")
    ((what, fix),) = told(burials=(LETTERS, replace(LETTERS, reader="sink.decisions")))
    assert what.startswith("4 dead letters open (apply in ")
    assert fix == "rollcall dlq list"


def test_a_quota_that_will_not_last_is_told() -> None:
    assert told(burials=(replace(LETTERS, open=0, buried=799),)) == []
    ((what, fix),) = told(burials=(replace(LETTERS, open=0, buried=800),))
    assert what == "apply has buried 800 of rollcall.decisions.v1 in this hour, and may 1000"
    assert "too-many-buried.md" in fix


def test_letters_that_were_not_read_in_time_are_told() -> None:
    assert told(unread_letters=9) == [Attention("up to 9 more dead letters, not read in time", "rollcall dlq list")]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7199, "120 min"),
        (7200, "2 h"),
        (9e5, "250 h"),
    ],
)
def test_spans_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert duration(timedelta(seconds=seconds)) == said
