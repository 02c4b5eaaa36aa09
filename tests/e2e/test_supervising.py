"""What people type about proposals and persons, on an installation that runs, and what comes of it."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from connectors import commands, reviews
from tests.e2e.clinic import Clinic
from tests.e2e.test_dead_letters import rollcall
from tests.eventually import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LONG = 60.0


def says(clinic: Clinic, who: UUID, *words: object) -> None:
    """Somebody types a command, and it is done."""
    done = rollcall(clinic.settings, *map(str, words), "--as", str(who))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def may_not(clinic: Clinic, who: UUID, *words: object) -> str:
    """Somebody types a command, and is told why not."""
    refused = rollcall(clinic.settings, *map(str, words), "--as", str(who))
    assert (refused.returncode, refused.stdout) == (2, ""), refused.stderr
    return refused.stderr


def document(clinic: Clinic, *words: object) -> Any:
    shown = rollcall(clinic.settings, *map(str, words), "--json")
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)


def steps(clinic: Clinic, proposal_id: UUID) -> list[str]:
    return [each["status"] for each in document(clinic, "proposals", "show", proposal_id)[0]["steps"]]


def stands(clinic: Clinic, somebody: UUID, proposal_id: UUID, status: str, kind: str = "attendance_flag") -> None:
    eventually(lambda: (proposal_id, status) in clinic.proposals(somebody, kind), LONG)


def holds(clinic: Clinic, proposal_id: UUID) -> list[Any]:
    """Whether the flag is held against somebody; nothing when there is none."""
    found = clinic.rows("select lifted_at is null from public.attendance_flags where proposal_id = %s", proposal_id)
    return [each for (each,) in found]


def applied(clinic: Clinic) -> tuple[UUID, UUID]:
    somebody, flag = clinic.suspect()
    clinic.answer(flag, "approve")
    stands(clinic, somebody, flag, "applied")
    assert holds(clinic, flag) == [True]
    return somebody, flag


def test_the_subject_contests_a_flag_and_somebody_new_decides(clinic: Clinic) -> None:
    hr = clinic.holds("hr")
    somebody, flag = applied(clinic)
    contest = ("review", "contest", flag, "--note", "the bridge was closed")
    assert "only the subject contests" in may_not(clinic, hr, *contest)
    says(clinic, somebody, *contest)
    stands(clinic, somebody, flag, "suspended")
    eventually(lambda: holds(clinic, flag) == [False], LONG)

    decide = ("review", "reject", flag, "--note", "it was closed")
    reviews.opened(clinic.connection, flag, clinic.manager_id)
    assert "rollcall proposals approvers" in may_not(clinic, clinic.manager_id, *decide)
    reviews.opened(clinic.connection, flag, hr)
    says(clinic, hr, *decide)
    stands(clinic, somebody, flag, "reverted")
    (story,) = document(clinic, "proposals", "show", flag)
    assert [each["contest"] for each in story["steps"]][-2:] == ["upheld", "upheld"]
    assert holds(clinic, flag) == [False]


def test_the_subject_waives_the_time_to_contest(clinic: Clinic) -> None:
    hr, somebody = clinic.holds("hr"), clinic.absent(clinic.manager_id)
    grave = clinic.asked(somebody, "disciplinary_review")
    reviews.opened(clinic.connection, grave, hr)
    says(clinic, hr, "review", "approve", grave)
    why = "select reason from mart.decisions where proposal_id = %s and status = 'review_refused'"
    eventually(lambda: "the subject may contest it until" in str(clinic.rows(why, grave)), LONG)
    assert "only the subject contests, or gives up the time to" in may_not(clinic, hr, "review", "waive", grave)
    says(clinic, somebody, "review", "waive", grave)
    waived = "select contest_until from mart.decisions where proposal_id = %s and reviewer_id = %s"
    eventually(lambda: clinic.rows(waived, grave, somebody) == [(None,)], LONG)
    says(clinic, hr, "review", "approve", grave)
    stands(clinic, somebody, grave, "applied", "disciplinary_review")
    assert holds(clinic, grave) == [True]


def test_what_is_edited_to_weigh_less_is_applied_as_edited_and_more_is_somebody_elses_to_approve(
    clinic: Clinic,
) -> None:
    hr, (somebody, flag) = clinic.holds("hr"), clinic.suspect()
    (told,) = document(clinic, "proposals", "show", flag)
    reviews.opened(clinic.connection, flag, hr)
    edit = ("review", "edit", flag, "--note", "one of them was excused", "--payload")
    assert "that is no payload of attendance_flag" in may_not(clinic, hr, *edit, '{"score": 790}')
    says(clinic, hr, *edit, json.dumps({**told["payload"], "score": 790}))
    stands(clinic, somebody, flag, "applied")
    score = "select score_tenths from public.attendance_flags where proposal_id = %s"
    assert clinic.rows(score, flag) == [(790,)]
    assert steps(clinic, flag) == ["routed", "edited_and_approved", "applied"]

    other, worse = clinic.suspect()
    (told,) = document(clinic, "proposals", "show", worse)
    reviews.opened(clinic.connection, worse, hr)
    says(clinic, hr, "review", "edit", worse, "--note", "x", "--payload", json.dumps({**told["payload"], "score": 500}))
    stands(clinic, other, worse, "withdrawn")
    new = "select proposal_id from mart.proposals where subject = %s and proposer = %s"
    ((own,),) = eventually(lambda: clinic.rows(new, f"employee:{other}", hr), LONG)
    stands(clinic, other, own, "routed")
    reviews.opened(clinic.connection, own, hr)
    assert "nobody decides what they have proposed" in may_not(clinic, hr, "review", "approve", own)


def test_what_is_snoozed_is_not_reminded_of_until_then(clinic: Clinic) -> None:
    (_, control), (_, snoozed) = clinic.suspect(), clinic.suspect()
    until = clinic.now() + 9 * DAY
    says(clinic, clinic.manager_id, "review", "snooze", snoozed, "--until", f"{until:%Y-%m-%dT%H:%M}")
    for each in (control, snoozed):
        reviews.opened(clinic.connection, each, clinic.manager_id)
    both = rollcall(
        clinic.settings, "review", "approve", str(control), str(snoozed), "--as", str(clinic.manager_id), "--json"
    )
    assert both.returncode == 1
    for each in json.loads(both.stdout):
        assert each["recorded"] is None
        assert "decided on its own, not with others" in each["refused"]

    commands.set_clock(clinic.connection, at=clinic.now() + 10 * DAY)
    reminded = "select requested_at from public.notices where kind = 'proposal_reminder' and proposal_id = %s"
    ((early,),) = eventually(lambda: clinic.rows(reminded, control), LONG)
    ((late,),) = eventually(lambda: clinic.rows(reminded, snoozed), LONG)
    assert early < until - DAY
    assert late == until


def test_what_was_proposed_in_shadow_is_adopted_by_an_admin(clinic: Clinic) -> None:
    admin, somebody = clinic.holds("admin"), clinic.hire()
    try:
        assert rollcall(clinic.settings, "agents", "shadow", "attendance").returncode == 0
        shift = clinic.late(somebody, clinic.now() - HOUR, minutes=9)
        eventually(lambda: [s for _, s in clinic.proposals(somebody, "lateness_entry")] == ["shadow"], LONG)
        ((entry, _),) = clinic.proposals(somebody, "lateness_entry")
    finally:
        live = rollcall(clinic.settings, "agents", "live", "attendance")
    assert (live.returncode, f"{entry}  lateness_entry" in live.stderr) == (0, True)
    assert "does not hold the role admin" in may_not(clinic, clinic.manager_id, "review", "adopt", entry)
    says(clinic, admin, "review", "adopt", entry)
    stands(clinic, somebody, entry, "routed", "lateness_entry")
    assert clinic.entry(shift) is None
    clinic.answer(entry, "approve")
    eventually(lambda: clinic.entry(shift) == 9, LONG)


def test_what_was_applied_is_suspended_and_taken_back_by_two_people(clinic: Clinic) -> None:
    hr, (somebody, flag) = clinic.holds("hr"), applied(clinic)
    foreseen = document(clinic, "proposals", "preview", flag)
    assert (foreseen["would"], foreseen["outcome"]) == ("revert", "reverted")
    says(clinic, clinic.manager_id, "proposals", "revert", flag, "--note", "the clock was an hour fast")
    stands(clinic, somebody, flag, "suspended")
    eventually(lambda: holds(clinic, flag) == [False], LONG)
    reversal = clinic.asked(somebody, "reversal")
    reviews.opened(clinic.connection, reversal, clinic.manager_id)
    assert "nobody decides what they have proposed" in may_not(clinic, clinic.manager_id, "review", "approve", reversal)
    reviews.opened(clinic.connection, reversal, hr)
    says(clinic, hr, "review", "approve", reversal)
    stands(clinic, somebody, flag, "reverted")
    assert steps(clinic, flag)[-3:] == ["suspended", "reversal_approved", "reverted"]


def test_what_is_kept_of_a_person_is_given_out_and_their_words_are_erased(clinic: Clinic) -> None:
    hr, (somebody, flag) = clinic.holds("hr"), applied(clinic)
    erase = ("person", "erase", somebody, "--yes")
    assert "neither the role hr nor admin" in may_not(clinic, clinic.manager_id, "person", "export", somebody)
    assert "neither the role hr nor admin" in may_not(clinic, clinic.manager_id, *erase)
    given = rollcall(clinic.settings, "person", "export", str(somebody), "--as", str(hr))
    assert given.returncode == 0, given.stderr
    kept = json.loads(given.stdout)["kept"]
    assert kept["public.employees"][0]["name"] == "Somebody"
    assert {"public.time_punches", "public.attendance_flags", "mart.decisions", "rollcall.ledger"} <= kept.keys()

    says(clinic, somebody, "review", "comment", flag, "--note", "I had told you")
    says(clinic, hr, *erase)
    assert clinic.rows("select name, contact from public.employees where id = %s", somebody) == [("erased", None)]
    notes = clinic.rows("select distinct note from public.review_commands where subject = %s", f"employee:{somebody}")
    assert {note for (note,) in notes} <= {"", "erased"}
    assert holds(clinic, flag) == [True]

    def audited() -> list[Any]:
        told: list[Any] = document(clinic, "audit", "list", "--about", f"employee:{somebody}")
        return [each for each in told if str(each["event"]).endswith(("PersonExported", "PersonErased"))]

    assert {each["reviewer_id"] for each in audited()} == {str(hr)}
    assert len(audited()) == 2
    assert rollcall(clinic.settings, "audit", "verify").returncode == 0
