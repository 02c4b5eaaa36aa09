"""Decisions on the real server: each effect once, held while its agent is not live, and taken back without a trace."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import psycopg
import pytest

from schemas.events import DecisionMade
from schemas.faults import SchemaBehind
from schemas.kinds import LATENESS_ENTRY, AttendanceFlag, DisciplinaryReview, LatenessEntry
from sinks.apply import Applier, Place
from sinks.apply.applier import EFFECTS
from streams.settings import Settings
from tests.eventually import eventually
from tests.sinks.events import START, decided, uid

pytestmark = pytest.mark.stack
Connection = psycopg.Connection[Any]
APPLIER = Applier()
OFFSETS = count()
FLAG = AttendanceFlag(employee_id=uid("employee"), shift_ids=(uid("shift"),), first_start=START, last_start=START)
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
WORLD = f"""
insert into public.locations (id, name, zone) values ('{uid("clinic")}', 'Clinic', 'Europe/Berlin');
insert into public.employees (id, name, location_id, hired_on)
    values ('{uid("employee")}', 'A', '{uid("clinic")}', '2020-01-01'),
           ('{uid("other")}', 'B', '{uid("clinic")}', '2020-01-01');
insert into public.shifts (id, employee_id, location_id, starts_at, ends_at)
    values ('{uid("shift")}', '{uid("employee")}', '{uid("clinic")}', '2026-03-02 08:00Z', '2026-03-02 16:00Z');
insert into public.time_punches (employee_id, direction, at)
    values ('{uid("employee")}', 'in', '2026-03-02 09:45Z'), ('{uid("employee")}', 'out', '2026-03-02 16:00Z');
insert into public.agent_modes (agent, mode, author) values ('attendance', 'live', 'test');
insert into public.person_roles (employee_id, role) values ('{uid("other")}', 'manager');
insert into public.review_commands (proposal_id, subject, verdict, reviewer_id, seen)
    values ('{uid("proposal")}', 'employee:{uid("employee")}', 'approve', '{uid("other")}', 'what was there to see')
"""


@pytest.fixture
def server(migrated: Settings) -> Iterator[Connection]:
    """The owner's connection, on a world with one shift; all of it goes away at the end."""
    tables = ("locations", "employees", "shifts", "agent_modes", "attendance", "attendance_flags", "applications",
              "person_roles", "review_commands", "time_punches", "policies")  # fmt: skip
    with psycopg.connect(migrated.dsn("postgres"), autocommit=True) as opened:
        opened.execute(WORLD)
        yield opened
        opened.execute("set session_replication_role = replica")  # past the triggers that protect the captured tables
        for table in (*(f"public.{table}" for table in tables), "rollcall.held", "rollcall.ledger"):
            opened.execute(f"delete from {table}")


@pytest.fixture
def applier(migrated: Settings, server: Connection) -> Iterator[Connection]:
    with psycopg.connect(migrated.dsn("rollcall_applier"), autocommit=True) as opened:
        yield opened


def settle(connection: Connection, *decisions: DecisionMade, by: Applier = APPLIER) -> None:
    for decision in decisions:
        with connection.transaction():
            by.settle(connection, decision, Place("rollcall.decisions.v1", 0, next(OFFSETS)))


def release(connection: Connection, by: Applier = APPLIER) -> bool:
    with connection.transaction():
        return by.release(connection)


def entries(server: Connection) -> list[tuple[int, Any]]:
    return server.execute("select minutes_late, decision_id from public.attendance").fetchall()


def reports(server: Connection) -> list[tuple[str, str]]:
    """Outcome and reason of each application, in order of the ledger."""
    return server.execute(
        "select a.outcome, a.reason from public.applications a join rollcall.ledger l using (decision_id)"
        " order by l.log_offset"
    ).fetchall()


def mode(server: Connection, name: str) -> None:
    server.execute("update public.agent_modes set mode = %s", (name,))


def entry(minutes: int) -> LatenessEntry:
    return LatenessEntry(employee_id=uid("employee"), shift_id=uid("shift"), minutes_late=minutes)


def reversal(of: str, name: str = "reversal", **changed: Any) -> DecisionMade:
    return decided("reversal_approved", name, reverses=uid(of), **changed)


def test_an_approved_entry_is_written_and_reported(applier: Connection, server: Connection) -> None:
    settle(applier, decided())

    assert entries(server) == [(7, uid("decision"))]
    assert reports(server) == [("applied", "")]


@pytest.mark.parametrize("status", ["routed", "rejected", "expired", "withdrawn", "applied", "failed"])
def test_a_step_that_asks_for_nothing_does_nothing(applier: Connection, server: Connection, status: str) -> None:
    settle(applier, decided(status))

    assert (entries(server), reports(server)) == ([], [])


def test_approved_advice_asks_for_nothing(applier: Connection, server: Connection) -> None:
    settle(applier, decided(kind="break_suggestion"), decided("auto_approved", "alone", kind="break_suggestion"))

    assert reports(server) == []
    assert server.execute("select count(*) from rollcall.ledger").fetchone() == (0,)


def test_a_decision_that_comes_again_changes_nothing(applier: Connection, server: Connection) -> None:
    settle(applier, decided(), reversal("decision"), decided(), reversal("decision"))

    assert entries(server) == []
    assert reports(server) == [("applied", ""), ("reverted", "")]


def test_an_effect_and_its_report_are_one_transaction(applier: Connection, server: Connection) -> None:
    def die() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        settle(applier, decided(), by=Applier(after_effect=die))

    assert (entries(server), reports(server)) == ([], [])
    assert server.execute("select count(*) from rollcall.ledger").fetchone() == (0,)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("delete from public.shifts", "shift_gone"),
        ("update public.shifts set cancelled = true", "shift_gone"),
        (f"update public.shifts set employee_id = '{uid('other')}'", "shift_reassigned"),
    ],
)
def test_when_the_world_has_moved_the_decision_is_stale(
    applier: Connection, server: Connection, change: str, reason: str
) -> None:
    server.execute(change)
    settle(applier, decided())

    assert entries(server) == []
    assert reports(server) == [("stale", reason)]


@pytest.mark.parametrize(
    ("decision", "outcome", "reason"),
    [
        (decided(binding="of something else"), "stale", "binding_broken"),
        (decided(kind="no_such_kind"), "failed", "unknown_kind"),
        (decided(payload=FLAG), "failed", "payload_invalid"),
        (decided("reversal_approved"), "failed", "reverses_nothing"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)  # fmt: skip
def test_what_cannot_be_applied_is_reported_with_its_reason(
    applier: Connection, server: Connection, decision: DecisionMade, outcome: str, reason: str
) -> None:
    settle(applier, decision)

    assert entries(server) == []
    assert reports(server) == [(outcome, reason)]


def test_an_effect_that_postgresql_refuses_has_failed_and_the_next_goes_on(
    applier: Connection, server: Connection
) -> None:
    server.execute("alter table public.attendance add constraint test_limit check (minutes_late < 100)")
    try:
        with applier.transaction():
            for decision in (decided(name="too_long", payload=entry(100)), decided()):
                APPLIER.settle(applier, decision, Place("t", 0, next(OFFSETS)))
    finally:
        server.execute("alter table public.attendance drop constraint test_limit")

    assert entries(server) == [(7, uid("decision"))]
    assert reports(server) == [("failed", "refused_23514"), ("applied", "")]


# -- held


@pytest.mark.parametrize("paused", ["paused", "shadow", "disabled"])
def test_the_effect_of_an_agent_that_is_not_live_waits_until_it_is(
    applier: Connection, server: Connection, paused: str
) -> None:
    mode(server, paused)
    settle(applier, decided())
    assert not release(applier)
    assert (entries(server), reports(server)) == ([], [])

    mode(server, "live")

    assert release(applier)
    assert not release(applier)
    assert entries(server) == [(7, uid("decision"))]
    assert reports(server) == [("applied", "")]


def test_an_agent_that_nobody_has_switched_is_not_live(applier: Connection, server: Connection) -> None:
    settle(applier, decided(agent="unheard_of"))

    assert (entries(server), reports(server)) == ([], [])
    assert server.execute("select agent from rollcall.held").fetchall() == [("unheard_of",)]


def test_held_effects_are_released_in_the_order_of_the_log(applier: Connection, server: Connection) -> None:
    mode(server, "paused")
    settle(applier, *(decided(name=f"{minutes}", payload=entry(minutes)) for minutes in (9, 3, 5)))
    mode(server, "live")

    released = [release(applier) and entries(server)[0][0] for _ in range(3)]

    assert released == [9, 3, 5]


def test_what_is_held_is_checked_again_when_it_is_released(applier: Connection, server: Connection) -> None:
    mode(server, "paused")
    settle(applier, decided())
    server.execute("delete from public.shifts")
    mode(server, "live")
    release(applier)

    assert reports(server) == [("stale", "shift_gone")]


def test_an_inverse_is_never_held_and_lets_go_of_what_is(applier: Connection, server: Connection) -> None:
    mode(server, "paused")
    settle(applier, decided(), reversal("decision"))
    mode(server, "live")

    assert not release(applier)
    assert entries(server) == []
    assert reports(server) == [("reverted", "never_applied")]


def test_a_held_report_that_is_refused_does_not_keep_the_next_from_its_release(
    applier: Connection, server: Connection
) -> None:
    mode(server, "paused")
    settle(applier, decided(name="bad", subject="nobody"), decided())
    mode(server, "live")

    assert release(applier)
    assert release(applier)
    assert reports(server) == [("applied", "")]
    bad = server.execute("select outcome, reason from rollcall.ledger where decision_id = %s", (uid("bad"),)).fetchone()
    assert bad == ("failed", "report_refused_23514")


# -- inverses


def test_the_inverse_of_a_first_entry_removes_it(applier: Connection, server: Connection) -> None:
    settle(applier, decided(), reversal("decision"))

    assert entries(server) == []
    assert reports(server) == [("applied", ""), ("reverted", "")]


def test_the_inverse_of_a_second_entry_restores_the_first(applier: Connection, server: Connection) -> None:
    settle(
        applier, decided(name="first", payload=entry(20)), decided(name="second", payload=entry(5)), reversal("second")
    )

    assert entries(server) == [(20, uid("first"))]


def test_an_entry_taken_back_after_it_was_replaced_never_returns(applier: Connection, server: Connection) -> None:
    first, second = decided(name="first", payload=entry(20)), decided(name="second", payload=entry(5))
    settle(applier, first, second, reversal("first", "r1"))
    assert entries(server) == [(5, uid("second"))]

    settle(applier, reversal("second", "r2"))

    assert entries(server) == []
    assert reports(server) == [("applied", ""), ("applied", ""), ("reverted", "superseded"), ("reverted", "")]


def test_an_effect_is_taken_back_once(applier: Connection, server: Connection) -> None:
    settle(applier, decided(), reversal("decision", "r1"), decided(name="again"), reversal("decision", "r2"))

    assert entries(server) == [(7, uid("again"))]
    assert reports(server)[-1] == ("reverted", "reverted_before")


def test_the_inverse_of_what_has_failed_reports_that_nothing_was_there(applier: Connection, server: Connection) -> None:
    server.execute("delete from public.shifts")
    settle(applier, decided(), reversal("decision"))

    assert reports(server) == [("stale", "shift_gone"), ("reverted", "never_applied")]


def test_a_decision_that_comes_after_its_inverse_does_not_happen(applier: Connection, server: Connection) -> None:
    settle(applier, reversal("decision"), decided())

    assert entries(server) == []
    assert server.execute("select outcome, reason from public.applications").fetchall() == [
        ("reverted", "never_applied")
    ]


# -- flags


def flagged(name: str = "decision") -> DecisionMade:
    return decided("approved", name, payload=FLAG, kind="attendance_flag")


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

    assert reports(server) == [("applied", ""), ("failed", "refused_23505")]


@pytest.mark.parametrize("write", ["delete from public.shifts", "insert into mart.attendance default values"])
def test_the_applier_may_not_write_elsewhere(applier: Connection, write: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        applier.execute(write)


# -- what must still hold when it takes effect

EARLIER = (
    "insert into public.time_punches (employee_id, direction, at)"
    f" values ('{uid('employee')}', 'in', '2026-03-02 08:01Z')"
)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("delete from public.time_punches", "punch_gone"),
        ("update public.time_punches set voided = true", "punch_gone"),
        ("update public.time_punches set at = '2026-03-02 08:00Z' where direction = 'in'", "punch_gone"),
        (EARLIER, "came_earlier"),
    ],
)
def test_an_approved_entry_is_not_written_once_its_punches_say_otherwise(
    applier: Connection, server: Connection, change: str, reason: str
) -> None:
    mode(server, "paused")
    settle(applier, decided("approved"))
    server.execute(change)
    mode(server, "live")
    release(applier)

    assert entries(server) == []
    assert reports(server) == [("stale", reason)]


def role(server: Connection, *names: str) -> None:
    server.execute("delete from public.person_roles")
    for name in names:
        server.execute("insert into public.person_roles (employee_id, role) values (%s, %s)", (uid("other"), name))


@pytest.mark.parametrize(
    ("held", "risk", "outcome"),
    [
        ((), "low", ("stale", "approver_lost_role")),
        (("manager",), "low", ("applied", "")),
        (("manager",), "high", ("stale", "approver_lost_role")),
        (("hr",), "high", ("applied", "")),
        (("auditor",), "low", ("stale", "approver_lost_role")),
    ],
)
def test_who_has_approved_must_still_hold_a_role_that_may(
    applier: Connection, server: Connection, held: tuple[str, ...], risk: str, outcome: tuple[str, str]
) -> None:
    role(server, *held)
    settle(applier, decided("approved", reviewer_id=uid("other"), risk=risk))

    assert reports(server) == [outcome]


def test_a_role_at_another_place_is_none(applier: Connection, server: Connection) -> None:
    elsewhere = "insert into public.locations (id, name, zone) values (%s, 'Elsewhere', 'UTC')"
    server.execute(elsewhere, (uid("elsewhere"),))
    role(server)
    server.execute(
        "insert into public.person_roles (employee_id, role, location_id) values (%s, 'manager', %s)",
        (uid("other"), uid("elsewhere")),
    )
    settle(applier, decided("approved", reviewer_id=uid("other")))

    assert reports(server) == [("stale", "approver_lost_role")]


def test_what_was_to_happen_on_its_own_is_asked_for_when_the_policy_has_changed_meanwhile(
    applier: Connection, server: Connection
) -> None:
    server.execute(
        "insert into public.policies (name, document, author, reason) values ('supervision', '{}', 'a', 'b')"
    )
    settle(applier, decided(), decided("approved", "by a person"))

    assert reports(server) == [("stale", "policy_changed"), ("applied", "")]


# -- an agent is paused while its effects are under way


def test_who_pauses_an_agent_waits_for_the_effect_under_way(
    migrated: Settings, applier: Connection, server: Connection
) -> None:
    with psycopg.connect(migrated.dsn("rollcall_console")) as pausing, ThreadPoolExecutor(1) as pool:
        with applier.transaction():
            APPLIER.settle(applier, decided(), Place("t", 0, next(OFFSETS)))
            paused = pool.submit(pausing.execute, "update public.agent_modes set mode = 'paused'")
            eventually(lambda: waits_for(server, pausing, applier), 30)
        paused.result(30)
        pausing.commit()
    settle(applier, decided(name="after"))

    assert entries(server) == [(7, uid("decision"))]
    assert server.execute("select decision_id from rollcall.held").fetchall() == [(uid("after"),)]


def test_an_effect_waits_for_who_is_pausing_its_agent_and_then_does_not_happen(
    migrated: Settings, applier: Connection, server: Connection
) -> None:
    with psycopg.connect(migrated.dsn("rollcall_console")) as pausing, ThreadPoolExecutor(1) as pool:
        pausing.execute("update public.agent_modes set mode = 'paused'")
        settled = pool.submit(settle, applier, decided())
        eventually(lambda: waits_for(server, applier, pausing), 30)
        pausing.commit()
        settled.result(30)

    assert (entries(server), reports(server)) == ([], [])
    assert server.execute("select decision_id from rollcall.held").fetchall() == [(uid("decision"),)]


def waits_for(server: Connection, one: Connection, other: Connection) -> None:
    (blocking,) = server.execute("select pg_blocking_pids(%s)", (one.info.backend_pid,)).fetchone() or ([],)
    assert other.info.backend_pid in blocking


# -- what cannot be taken back

LASTING = replace(EFFECTS["lateness_entry"], kind=replace(LATENESS_ENTRY, reversible=False))
CAREFUL = Applier(effects={"lateness_entry": LASTING})


def test_what_cannot_be_taken_back_waits_its_time_and_is_then_done(applier: Connection, server: Connection) -> None:
    settle(applier, decided("approved"), by=CAREFUL)
    assert not release(applier, CAREFUL)
    ((waits,),) = server.execute("select due_at - held_at from rollcall.held").fetchall()
    assert timedelta(hours=23, minutes=59) < waits < timedelta(hours=24, minutes=1)

    server.execute("update rollcall.held set due_at = rollcall.now()")

    assert release(applier, CAREFUL)
    assert entries(server) == [(7, uid("decision"))]
    settle(applier, reversal("decision"), by=CAREFUL)
    assert reports(server) == [("applied", ""), ("failed", "irreversible")]


def test_what_cannot_be_taken_back_can_be_stopped_while_it_waits(applier: Connection, server: Connection) -> None:
    settle(applier, decided("approved"), reversal("decision"), by=CAREFUL)
    assert not release(applier, CAREFUL)
    assert server.execute("select count(*) from rollcall.held").fetchone() == (0,)
    assert reports(server) == [("reverted", "never_applied")]


# -- previews


def changes(server: Connection, of: str = "decision") -> Any:
    return (
        server.execute("select changes from rollcall.ledger where decision_id = %s", (uid(of),)).fetchone() or [None]
    )[0]


def test_the_preview_is_what_then_happens_and_changes_nothing(applier: Connection, server: Connection) -> None:
    settle(applier, decided(name="first", payload=entry(20)))
    before = entries(server)
    foreseen = APPLIER.preview(applier, decided(payload=entry(5)))
    assert entries(server) == before
    assert server.execute("select count(*) from rollcall.ledger").fetchone() == (1,)

    settle(applier, decided(payload=entry(5)))

    assert [each._asdict() for each in foreseen.changes] == changes(server)
    ((table, was, now),) = foreseen.changes
    assert was is not None
    assert now is not None
    assert (table, was["minutes_late"], now["minutes_late"]) == ("public.attendance", 20, 5)
    assert (now["decision_id"], now["recorded_at"]) == ("$decision", "$now")


def test_the_preview_of_an_inverse_is_what_then_happens(applier: Connection, server: Connection) -> None:
    settle(applier, decided())
    foreseen = APPLIER.preview(applier, reversal("decision"))
    settle(applier, reversal("decision"))
    assert foreseen.outcome == "reverted"
    assert [each._asdict() for each in foreseen.changes] == changes(server, "reversal")
    assert foreseen.changes[0].after is None


def test_the_preview_of_what_does_not_fit_says_so(applier: Connection, server: Connection) -> None:
    server.execute("delete from public.shifts")
    assert APPLIER.preview(applier, decided())[:2] == ("stale", "shift_gone")


def test_nothing_is_previewed_where_a_table_could_be_changed_unseen(applier: Connection, server: Connection) -> None:
    server.execute("drop trigger note_change on public.attendance")
    try:
        with pytest.raises(SchemaBehind, match=r"attendance unseen; mend: rollcall\.watch"):
            APPLIER.preview(applier, decided())
    finally:
        server.execute("select rollcall.watch('public.attendance')")


def test_every_table_that_effects_may_change_is_watched(applier: Connection) -> None:
    assert applier.execute("select name from rollcall.unwatched").fetchall() == []
    assert applier.execute("select count(*) from pg_trigger where tgname = 'note_change'").fetchone() != (0,)


def test_what_nobody_has_approved_yet_is_previewed_and_not_applied(applier: Connection, server: Connection) -> None:
    open_flag = flagged().model_copy(update={"proposal_id": uid("nobody has said anything")})
    foreseen = APPLIER.preview(applier, open_flag)
    assert (foreseen.outcome, [each.table for each in foreseen.changes]) == ("applied", ["public.attendance_flags"])
    settle(applier, open_flag)
    assert reports(server) == [("failed", "refused_23514")]
