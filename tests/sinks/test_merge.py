"""Read models on the real server: written once, however often, in whatever order, in whatever pieces."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from typing import Any

import psycopg
import pytest

from schemas.events import Event
from sinks import Sink, agent_runs, attendance, decisions, notices, proposals, reliability
from sinks.merge import write
from streams.settings import Settings
from tests.sinks.events import START, decided, judged, notice, proposed, recorded, review_refused, scored, withdrawn

pytestmark = pytest.mark.stack
Connection = psycopg.Connection[Any]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def connection(migrated: Settings) -> Iterator[Connection]:
    with psycopg.connect(migrated.dsn("rollcall_sinks"), autocommit=True) as opened:
        yield opened
    with psycopg.connect(migrated.dsn("postgres")) as cleaning:
        cleaning.execute(
            "truncate mart.attendance, mart.reliability, mart.proposals, mart.decisions, mart.agent_run_counts"
        )
        cleaning.execute("set session_replication_role = replica; delete from public.notices")  # nobody else can


def put(connection: Connection, sink: Sink, *events: Event, start: int = 0) -> None:
    rows = [sink.row(recorded(event, offset, by="attendance")) for offset, event in enumerate(events, start)]
    with connection.transaction():
        write(connection, sink, [row for row in rows if row is not None])


@pytest.mark.parametrize(
    "sink",
    [attendance.SINK, reliability.SINK, proposals.SINK, decisions.SINK, notices.SINK, agent_runs.SINK],
    ids=lambda sink: sink.name,
)
def test_a_batch_written_three_times_leaves_it_once(connection: Connection, migrated: Settings, sink: Sink) -> None:
    schema, name = sink.stored_in
    table = f"select * from {schema}.{name} order by 1, 2, 3, 4, 5, 6"
    events = (
        judged(),
        judged(version=2),
        proposed(),
        proposed("other"),
        withdrawn(),
        decided(),
        decided("applied", "x"),
        notice(),
        notice(to="role:hr"),
        scored(),
        scored(2),
    )

    put(connection, sink, *events, review_refused())
    with psycopg.connect(migrated.dsn("rollcall_console")) as reading:
        once = reading.execute(table).fetchall()
    for _ in range(2):
        put(connection, sink, *events, review_refused())

    assert once
    with psycopg.connect(migrated.dsn("rollcall_console")) as reading:
        assert reading.execute(table).fetchall() == once


def test_the_current_judgement_is_the_one_with_the_highest_version(connection: Connection) -> None:
    for order in permutations((judged(1, 7), judged(2, 0), judged(3, 9))):
        for event in order:
            put(connection, attendance.SINK, event)
        assert connection.execute("select version, minutes from mart.attendance").fetchall() == [(3, 9)]


def test_a_newer_version_replaces_the_older_one_whole(connection: Connection) -> None:
    judgement = judged(1).model_copy(update={"credit": 50})
    for first, second in ((scored(1, 850), scored(2, None)), (scored(2, None), scored(1, 850))):
        put(connection, reliability.SINK, first)
        put(connection, reliability.SINK, second)
        assert connection.execute("select version, tenths from mart.reliability").fetchall() == [(2, None)]
    put(connection, attendance.SINK, judgement)
    put(connection, attendance.SINK, judged(2))
    assert connection.execute("select version, credit from mart.attendance").fetchall() == [(2, None)]


def test_a_proposal_and_its_withdrawal_make_one_row_in_either_order(connection: Connection) -> None:
    put(connection, proposals.SINK, withdrawn("a"), start=9)
    put(connection, proposals.SINK, proposed("a"), proposed("b"), start=3)
    put(connection, proposals.SINK, withdrawn("b"), start=9)

    found = connection.execute(
        "select risk, payload, withdrawn_reason, withdrawn_log_offset from mart.proposals"
    ).fetchall()

    assert found == [("low", {}, "punch_corrected", 9)] * 2


def test_pieces_that_overlap_are_counted_once(connection: Connection) -> None:
    events = [judged(number, at=START + number * timedelta(seconds=20)) for number in range(9)]

    put(connection, agent_runs.SINK, *events[:5])
    put(connection, agent_runs.SINK, *events[3:8], start=3)
    put(connection, agent_runs.SINK, *events)

    runs = connection.execute(
        "select minute, emissions, started_at, finished_at from mart.agent_runs order by 1"
    ).fetchall()
    assert runs == [
        (START, 3, START, START + timedelta(seconds=40)),
        (START + MINUTE, 3, START + MINUTE, START + timedelta(seconds=100)),
        (START + 2 * MINUTE, 3, START + 2 * MINUTE, START + timedelta(seconds=160)),
    ]


def test_a_run_is_the_sum_over_the_partitions_it_has_emitted_to(connection: Connection) -> None:
    for partition, event in enumerate((judged(), proposed(), withdrawn())):
        row = agent_runs.row(recorded(event, 0, partition=partition, by="attendance"))
        assert row is not None
        with connection.transaction():
            write(connection, agent_runs.SINK, [row])

    counts = "select partition, emissions, proposals_created, proposals_withdrawn from mart.agent_runs"
    assert connection.execute(counts).fetchall() == [(4, 3, 1, 1)]


def test_the_status_of_a_proposal_is_its_newest_decision(connection: Connection) -> None:
    status = "select status from mart.proposal_status"
    put(connection, proposals.SINK, proposed())
    assert connection.execute(status).fetchall() == [("pending",)]

    put(connection, decisions.SINK, decided("routed", "1"), decided("approved", "2"), review_refused())

    assert connection.execute(status).fetchall() == [("approved",)]


def test_a_decision_that_was_buried_and_comes_late_is_not_the_newest(connection: Connection) -> None:
    put(connection, proposals.SINK, proposed())
    rows = [
        decisions.row(recorded(decided(status, status), offset)) for offset, status in ((8, "applied"), (9, "routed"))
    ]
    late = [row._replace(cause_offset=cause) for row, cause in zip(rows, (6, 2), strict=True) if row is not None]
    with connection.transaction():
        write(connection, decisions.SINK, late)

    assert connection.execute("select status from mart.proposal_status").fetchall() == [("applied",)]


def test_readers_of_the_mart_cannot_write_it(migrated: Settings) -> None:
    for role in ("rollcall_console", "rollcall_analyst"):
        with psycopg.connect(migrated.dsn(role), autocommit=True) as reading:
            reading.execute("select * from mart.proposal_status")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reading.execute("delete from mart.attendance")
