"""Decisions on the real server: each effect once, held while its agent is not live, and taken back without a trace."""

import psycopg
import pytest

from schemas.events import DecisionMade
from sinks.apply import Applier, Place
from tests.sinks.apply.bench import (
    APPLIER,
    FLAG,
    OFFSETS,
    Connection,
    decided,
    entries,
    entry,
    mode,
    release,
    reports,
    reversal,
    say,
    settle,
)
from tests.sinks.events import uid

pytestmark = pytest.mark.stack


def one_of_many(name: str, minutes: int) -> DecisionMade:
    """Return the decision of a proposal of its own."""
    return decided(name=name, payload=entry(minutes), proposal_id=uid(("proposal", name)))


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


def test_a_proposal_has_its_effect_once_whatever_decides_on_it_again(applier: Connection, server: Connection) -> None:
    settle(applier, decided(), decided(name="another", payload=entry(9)))

    assert entries(server) == [(7, uid("decision"))]
    assert reports(server) == [("applied", ""), ("failed", "applied_before")]
    settle(applier, reversal("decision"), decided(name="again", payload=entry(9)))
    assert entries(server) == [(9, uid("again"))]


def test_an_effect_and_its_report_are_one_transaction(applier: Connection, server: Connection) -> None:
    def die() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        settle(applier, decided(), by=Applier(lambda *_: True, after_effect=die))

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
                say(server, decision, uid("other"))
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
    settle(applier, *(one_of_many(f"{minutes}", minutes) for minutes in (9, 3, 5)))
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


def test_what_is_held_is_asked_of_the_supervisor_again(applier: Connection, server: Connection) -> None:
    mode(server, "paused")
    settle(applier, decided())
    mode(server, "live")
    release(applier, Applier(lambda *_: False))

    assert entries(server) == []
    assert reports(server) == [("stale", "not_decided")]


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
    settle(applier, decided(name="bad", subject="nobody"), unsaid=True)
    settle(applier, decided())
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
    settle(applier, one_of_many("first", 20), one_of_many("second", 5))
    assert entries(server) == [(5, uid("second"))]
    settle(applier, reversal("second"))

    assert entries(server) == [(20, uid("first"))]


def test_an_entry_taken_back_after_it_was_replaced_never_returns(applier: Connection, server: Connection) -> None:
    first, second = one_of_many("first", 20), one_of_many("second", 5)
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


def test_what_never_was_is_taken_back_once(applier: Connection, server: Connection) -> None:
    server.execute("delete from public.shifts")
    settle(applier, decided(), reversal("decision", "suspended"), reversal("decision", "for good"))

    assert reports(server)[1:] == [("reverted", "never_applied"), ("reverted", "reverted_before")]


def test_a_decision_that_comes_after_its_inverse_does_not_happen(applier: Connection, server: Connection) -> None:
    settle(applier, reversal("decision"), decided())

    assert entries(server) == []
    assert server.execute("select outcome, reason from public.applications").fetchall() == [
        ("reverted", "never_applied")
    ]


@pytest.mark.parametrize("write", ["delete from public.shifts", "insert into mart.attendance default values"])
def test_the_applier_may_not_write_elsewhere(applier: Connection, write: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        applier.execute(write)
