"""The preview of a decision is what it then does."""

from typing import Any

import pytest

from schemas.faults import SchemaBehind
from sinks.apply import Applier
from tests.sinks.apply.bench import (
    APPLIER,
    Connection,
    decided,
    entries,
    entry,
    flagged,
    reports,
    reversal,
    say,
    settle,
)
from tests.sinks.events import uid

pytestmark = pytest.mark.stack
# -- previews


def changes(server: Connection, of: str = "decision") -> Any:
    return (
        server.execute("select changes from rollcall.ledger where decision_id = %s", (uid(of),)).fetchone() or [None]
    )[0]


def test_the_preview_is_what_then_happens_and_changes_nothing(applier: Connection, server: Connection) -> None:
    settle(applier, decided(name="first", payload=entry(20), proposal_id=uid("earlier")))
    before = entries(server)
    foreseen = APPLIER.preview(applier, decided("pending", payload=entry(5)))
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
    assert APPLIER.preview(applier, decided("pending"))[:2] == ("stale", "shift_gone")


def test_nothing_is_previewed_where_a_table_could_be_changed_unseen(applier: Connection, server: Connection) -> None:
    server.execute("drop trigger note_change on public.attendance")
    try:
        with pytest.raises(SchemaBehind, match=r"attendance unseen; mend: rollcall\.watch"):
            APPLIER.preview(applier, decided("pending"))
    finally:
        server.execute("select rollcall.watch('public.attendance')")


def test_every_table_that_effects_may_change_is_watched(applier: Connection) -> None:
    assert applier.execute("select name from rollcall.unwatched").fetchall() == []
    assert applier.execute("select count(*) from pg_trigger where tgname = 'note_change'").fetchone() != (0,)


def test_what_nobody_has_approved_yet_is_previewed_and_not_applied(applier: Connection, server: Connection) -> None:
    foreseen = APPLIER.preview(applier, flagged().model_copy(update={"status": "pending"}))
    assert (foreseen.outcome, [each.table for each in foreseen.changes]) == ("applied", ["public.attendance_flags"])
    settle(applier, flagged(), unsaid=True)
    assert reports(server) == [("stale", "approvals_missing")]


def test_what_is_foreseen_asks_for_nothing_whoever_would_apply_it(applier: Connection, server: Connection) -> None:
    settle(applier, decided("pending"), reversal("decision", status="pending"))
    assert server.execute("select count(*) from rollcall.ledger").fetchone() == (0,)


def test_what_is_approved_is_previewed_with_those_who_have_approved_it(applier: Connection, server: Connection) -> None:
    say(server, decided(), uid("other"))
    assert APPLIER.preview(applier, decided()).outcome == "applied"
    server.execute("delete from public.person_roles")
    foreseen = APPLIER.preview(applier, decided())
    settle(applier, decided(), unsaid=True)
    assert [foreseen[:2]] == reports(server) == [("stale", "approver_lost_role")]


def test_what_the_supervisor_has_not_decided_is_not_previewed_as_if_it_had(applier: Connection) -> None:
    assert Applier(lambda *_: False).preview(applier, decided())[:2] == ("stale", "not_decided")
