"""Rows are pure: what an event says, where it lies, when it happened and when it was recorded."""

import pytest

from schemas.events import Event
from schemas.topics import FOLDED
from sinks import SINKS, Sink, agent_runs, attendance, decisions, notices, proposals, reliability
from sinks.merge import merged
from tests.facts import outage_suspected
from tests.sinks.events import (
    START,
    decided,
    judged,
    notice,
    proposed,
    recorded,
    review_refused,
    scored,
    uid,
    withdrawn,
)

EVENTS: tuple[Event, ...] = (judged(), proposed(), withdrawn(), decided(), review_refused(), notice(), scored())


def test_a_judgement_is_a_row_of_its_shift_and_employee() -> None:
    row = attendance.row(recorded(judged(version=3, minutes=7), 41, partition=2, topic="t"))

    assert row is not None
    assert (row.shift_id, row.employee_id, row.version, row.verdict, row.minutes) == (
        uid("shift"), uid("employee"), 3, "late", 7,
    )  # fmt: skip
    assert (row.topic, row.partition, row.log_offset, row.occurred_at, row.recorded_at) == ("t", 2, 41, START, START)


def test_a_judgement_says_how_the_shift_ended_and_what_it_counts_for() -> None:
    said = {"minutes_early": 9, "credit": 50, "settled": True, "inferred": True}
    row = attendance.row(recorded(judged().model_copy(update=said)))

    assert row is not None
    assert {name: getattr(row, name) for name in said} == said


def test_a_score_is_a_row_of_its_employee() -> None:
    row = reliability.row(recorded(scored(3, None)))

    assert row is not None
    assert (row.employee_id, row.version, row.tenths, row.eligible, row.until) == (uid("employee"), 3, None, 20, START)


def test_a_newer_row_that_says_nothing_of_something_says_so() -> None:
    rows = [reliability.row(recorded(scored(version, tenths))) for version, tenths in ((1, 850), (2, None))]
    given = [row for row in rows if row is not None]

    assert merged(reliability.SINK, given) == merged(reliability.SINK, given[::-1]) == [given[1]]


def test_a_withdrawal_says_nothing_about_the_proposal_but_that() -> None:
    row = proposals.row(recorded(withdrawn(), 5))

    assert row is not None
    assert (row.withdrawn_reason, row.withdrawn_log_offset, row.payload, row.log_offset) == (
        "punch_corrected",
        5,
        None,
        None,
    )


def test_a_refused_review_is_a_step_that_names_the_decision_that_stands() -> None:
    row = decisions.row(recorded(review_refused()))

    assert row is not None
    assert (row.status, row.decision_id, row.review_id, row.agent) == (
        "review_refused",
        uid("decision"),
        uid("review"),
        None,
    )


def test_a_decision_knows_where_the_supervisor_stood() -> None:
    row = decisions.row(recorded(decided(), 7, by="supervisor"))

    assert row is not None
    assert (row.cause_offset, row.log_offset) == (100, 7)


def test_a_notice_is_a_row_that_says_whom_it_is_for_and_what_about_but_not_when_it_arrives() -> None:
    row = notices.row(recorded(notice(to="role:hr"), 41, partition=2, topic="t"))

    assert row is not None
    assert (row.recipient, row.kind, row.employee_id, row.shift_id, row.proposal_id) == (
        "role:hr", "absence_question", uid("employee"), uid("shift"), None,
    )  # fmt: skip
    assert (row.topic, row.partition, row.log_offset, row.requested_at) == ("t", 2, 41, START)
    assert {"delivered_at", "read_at"}.isdisjoint(row._fields)


@pytest.mark.parametrize(
    ("event", "counts"),
    [
        (judged(), (1, 0, 0, 0, 0)),
        (proposed(), (1, 1, 0, 0, 0)),
        (withdrawn(), (1, 0, 1, 0, 0)),
        (decided("routed"), (1, 0, 0, 1, 0)),
        (decided("auto_approved"), (1, 0, 0, 1, 1)),
        (review_refused(), (1, 0, 0, 0, 0)),
        (notice(), (1, 0, 0, 0, 0)),
    ],
)
def test_an_emission_counts_for_the_partition_and_minute_its_agent_worked_in(
    event: Event, counts: tuple[int, ...]
) -> None:
    row = agent_runs.row(recorded(event, 9, partition=1, topic="t", by="attendance"))

    assert row is not None
    assert row[:6] == ("attendance", "rollcall.workforce.v1", 4, START, "t", 1)
    assert (row.emissions, row.proposals, row.withdrawals, row.decisions, row.auto_approved) == counts


def test_what_no_agent_has_emitted_belongs_to_no_run() -> None:
    assert agent_runs.row(recorded(proposed())) is None


def test_a_broadcast_is_one_emission_however_many_records_it_is() -> None:
    fact = outage_suspected(START)
    records = [
        recorded(fact, partition=partition, topic=topic.name, by="clock_watch")
        for topic in FOLDED
        for partition in range(topic.partitions)
    ]
    counted = [row.emissions for each in records if (row := agent_runs.row(each)) is not None]
    assert counted == [1]


@pytest.mark.parametrize("sink", SINKS, ids=lambda sink: sink.name)
def test_a_sink_has_rows_for_what_it_reads_and_for_nothing_else(sink: Sink) -> None:
    for event in EVENTS:
        row = sink.row(recorded(event, by="attendance"))
        assert (row is not None) == isinstance(event, sink.reads)
        assert row is None or len(row) == len(sink.columns)


def test_the_newer_row_of_a_key_wins_in_whatever_order() -> None:
    rows = [attendance.row(recorded(judged(version))) for version in (2, 3, 1)]
    given = [row for row in rows if row is not None]

    assert merged(attendance.SINK, given) == merged(attendance.SINK, given[::-1]) == [given[1]]


def test_rows_without_an_order_complete_each_other() -> None:
    made, taken_back = proposals.row(recorded(proposed(), 1)), proposals.row(recorded(withdrawn(), 2))
    assert made is not None
    assert taken_back is not None

    (one,) = merged(proposals.SINK, [taken_back, made])
    row = proposals.Row(*one)

    assert merged(proposals.SINK, [made, taken_back]) == [one]
    assert (row.log_offset, row.withdrawn_log_offset, row.risk, row.withdrawn_reason) == (
        1,
        2,
        "low",
        "punch_corrected",
    )
