"""Flags and reviews on the real server: raised, suspended, restored, and refused where they do not fit any more."""

from decimal import Decimal
from typing import Any

import pytest

from schemas.kinds import DisciplinaryReview
from tests.sinks.apply.bench import FLAG, Connection, decided, flagged, reports, reversal, settle
from tests.sinks.events import START, uid

pytestmark = pytest.mark.stack
REVIEW = DisciplinaryReview(
    employee_id=uid("employee"), shift_ids=(uid("shift"),), first_start=START, last_start=START, episodes=3,
    threshold=3, since=START, shifts=(), avoided_by=(uid("shift"),), action="hearing",
)  # fmt: skip
ROW = "select kind, level, score_tenths, threshold, episodes, action, policy_version from public.attendance_flags"
JUDGED = f"""
insert into mart.attendance (shift_id, employee_id, location_id, starts_at, version, verdict, minutes, policy_version,
    tenant_id, topic, partition, log_offset, occurred_at, recorded_at)
values ('{uid("shift")}', '{uid("employee")}', '{uid("clinic")}', now(), 1, 'late', 9, 0, 'default', 't', 0, 0, now(),
    now());
insert into mart.reliability
values ('{uid("employee")}', 1, 773, 11, now(), now(), 0, 'default', 't', 0, 0, now(), now())
"""


# -- flags


def test_a_flag_is_raised_and_its_inverse_lifts_it(applier: Connection, server: Connection) -> None:
    settle(applier, flagged())
    raised = server.execute("select employee_id, shift_ids, lifted_at from public.attendance_flags").fetchall()
    settle(applier, reversal("decision", payload=FLAG, kind="attendance_flag"))

    lifted = server.execute("select lifted_at is not null, lifted_decision_id from public.attendance_flags").fetchall()
    assert raised == [(uid("employee"), [uid("shift")], None)]
    assert lifted == [(True, uid("reversal"))]
    assert reports(server) == [("applied", ""), ("reverted", "")]


@pytest.mark.parametrize("gone", ["delete from public.shifts", "update public.shifts set cancelled = true"])
def test_a_flag_about_a_shift_that_is_gone_is_stale(gone: str, applier: Connection, server: Connection) -> None:
    server.execute(gone)
    settle(applier, flagged())

    assert reports(server) == [("stale", "shift_gone")]


def test_a_flag_that_was_suspended_and_is_approved_again_holds_again(applier: Connection, server: Connection) -> None:
    suspended = decided("suspended", "contest", reverses=uid("decision"), payload=FLAG, kind="attendance_flag")
    settle(applier, flagged(), suspended, flagged("again"))

    held = "select decision_id, lifted_at, lifted_decision_id from public.attendance_flags"
    assert server.execute(held).fetchall() == [(uid("again"), None, None)]
    settle(applier, reversal("again", payload=FLAG, kind="attendance_flag"))
    assert server.execute("select lifted_decision_id from public.attendance_flags").fetchall() == [(uid("reversal"),)]


def test_a_flag_says_what_was_proposed(applier: Connection, server: Connection) -> None:
    said: dict[str, Any] = {"level": "hr", "score": 555, "threshold": 60, "eligible": 11, "action": "support_meeting"}
    settle(applier, decided("approved", payload=FLAG.model_copy(update=said), kind="attendance_flag"))

    assert server.execute(ROW).fetchall() == [("attendance_flag", "hr", 555, 60, None, "support_meeting", 0)]


def test_a_flag_that_was_proposed_before_there_was_a_score_has_no_level(
    applier: Connection, server: Connection
) -> None:
    settle(applier, flagged())

    assert server.execute(ROW).fetchall() == [("attendance_flag", None, None, None, None, None, 0)]


def test_a_review_is_opened_and_its_inverse_suspends_it(applier: Connection, server: Connection) -> None:
    settle(applier, decided("approved", payload=REVIEW, kind="disciplinary_review"))
    opened = server.execute(ROW).fetchall()
    settle(applier, reversal("decision", payload=REVIEW, kind="disciplinary_review"))

    assert opened == [("disciplinary_review", None, None, 3, 3, "hearing", 0)]
    assert server.execute("select lifted_decision_id from public.attendance_flags").fetchall() == [(uid("reversal"),)]
    assert reports(server) == [("applied", ""), ("reverted", "")]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("delete from public.shifts", "shift_gone"),
        (f"update public.shifts set employee_id = '{uid('other')}'", "shift_reassigned"),
    ],
)
def test_a_review_about_shifts_that_are_not_theirs_any_more_is_stale(
    change: str, reason: str, applier: Connection, server: Connection
) -> None:
    server.execute(change)
    settle(applier, decided("approved", payload=REVIEW, kind="disciplinary_review"))

    assert reports(server) == [("stale", reason)]
    assert server.execute("select count(*) from public.attendance_flags").fetchone() == (0,)


def test_the_record_of_a_shift_has_the_score_and_the_flags_that_are_not_suspended(
    applier: Connection, server: Connection
) -> None:
    server.execute(JUDGED)
    record = "select reliability_score, jsonb_path_query_array(agent_flags, '$[*].level') from mart.attendance_record"
    try:
        settle(applier, decided("approved", payload=FLAG.model_copy(update={"score": 773}), kind="attendance_flag"))
        assert server.execute(record).fetchall() == [(Decimal("77.3"), ["manager"])]
        settle(applier, reversal("decision", payload=FLAG, kind="attendance_flag"))
        assert server.execute(record).fetchall() == [(Decimal("77.3"), [])]
    finally:
        server.execute("truncate mart.attendance, mart.reliability")


def test_two_flags_for_one_proposal_are_refused(applier: Connection, server: Connection) -> None:
    settle(applier, flagged(), flagged("another"))

    assert reports(server) == [("applied", ""), ("failed", "applied_before")]
