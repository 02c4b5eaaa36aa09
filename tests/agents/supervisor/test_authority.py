"""Who may decide: roles and sites, conflicts, four eyes, delegation."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from agents.kernel import World
from agents.supervisor.authority import approvers, lacking, objection, routable
from agents.supervisor.matters import Matter
from schemas.kinds import ATTENDANCE_FLAG, KINDS
from tests.agents.worlds import STAFF, world
from tests.builders import ADMIN, CLINIC, ELSEWHERE, EMPLOYEE, HR, MANAGER, SUBJECT, at, delegated, employed, role, uid

NOW = at("12:00")
ADVICE = KINDS["break_suggestion"]
DEPUTY, OTHER = uid("deputy"), uid("other manager")
TWO = ("manager", "admin")


def matter(seats: tuple[str, ...] = ("manager",), **given: Any) -> Matter:
    return Matter(**{"subject": SUBJECT, "kind": ADVICE, "seats": seats, "at": NOW, **given})


def staff(*facts: Any) -> World:
    return world(*STAFF, role(OTHER, "manager"), *facts)


@pytest.mark.parametrize("seat", ["manager", "hr", "admin"])
def test_an_admin_may_sit_in_every_seat_and_others_in_their_own(seat: str) -> None:
    holders = {"manager": {MANAGER, OTHER, ADMIN}, "hr": {HR, ADMIN}, "admin": {ADMIN}}
    assert set(approvers(matter((seat,)), staff())) == holders[seat]


def test_hr_counts_as_admin_for_the_kinds_that_are_hrs() -> None:
    assert set(approvers(matter(("admin",), kind=ATTENDANCE_FLAG), staff())) == {HR, ADMIN}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"subject": f"employee:{MANAGER}"}, "nobody decides about themself"),
        ({"author": MANAGER}, "nobody decides what they have proposed"),
        ({"editors": (MANAGER,)}, "who edited what it rests on does not approve it alone"),
        ({"given": (MANAGER,)}, "the same person does not approve twice"),
        (
            {"action": "resolve", "before": (MANAGER,)},
            "who decided it before does not decide again when it is contested",
        ),
        (
            {"action": "resolve", "editors": (MANAGER,)},
            "who edited what it rests on does not decide when it is contested",
        ),
        ({"subject": "location:nowhere"}, "the reviewer does not hold the role manager where the subject works"),
        ({"subject": "employee:nobody"}, "the reviewer does not hold the role manager where the subject works"),
    ],
)
def test_who_is_involved_does_not_decide(given: dict[str, Any], reason: str) -> None:
    assert objection(MANAGER, matter(**given), staff()) == reason


def test_who_edited_what_it_rests_on_may_say_no_to_it() -> None:
    assert objection(MANAGER, matter(action="reject", editors=(MANAGER,)), staff()) is None


def test_a_matter_about_a_place_is_decided_there() -> None:
    about = matter(subject=f"location:{CLINIC}")
    assert objection(MANAGER, about, staff()) is None
    assert objection(uid("far"), about, staff(role(uid("far"), "manager", ELSEWHERE))) is not None


@pytest.mark.parametrize(
    ("word", "reason"),
    [("auditor", "an auditor reads and decides nothing"), ("service", "a service is no human, and decides nothing")],
)
def test_auditors_and_services_decide_nothing_whatever_else_they_hold(word: str, reason: str) -> None:
    assert objection(MANAGER, matter(), staff(role(MANAGER, word))) == reason


def test_who_has_left_decides_nothing_from_the_day_after_their_last() -> None:
    known = staff(employed(MANAGER, manager=None).model_copy(update={"revision": 2, "ended_on": NOW.date()}))
    assert objection(MANAGER, matter(at=NOW + timedelta(hours=20)), known) is None
    late = matter(at=NOW + timedelta(days=2))
    assert objection(MANAGER, late, known) == "who does not work here any more decides nothing"
    assert date(2026, 3, 2) == NOW.date()


def test_two_seats_need_two_people_one_of_them_an_admin() -> None:
    both = matter(TWO, given=(MANAGER,))
    assert objection(ADMIN, both, staff()) is None
    assert objection(OTHER, both, staff()) == "the role admin is still lacking among those who approve it"
    assert lacking(both, staff()) == "1 more must approve it, the role admin among them"
    assert lacking(matter(TWO, given=(MANAGER, ADMIN)), staff()) is None
    assert lacking(matter(TWO, given=(ADMIN, MANAGER)), staff()) is None
    assert objection(OTHER, matter(TWO, given=(MANAGER, ADMIN)), staff()) is not None


def test_an_admin_who_comes_first_leaves_the_other_seat_to_whoever_fits() -> None:
    assert objection(MANAGER, matter(TWO, given=(ADMIN,)), staff()) is None
    assert approvers(matter(TWO, given=(ADMIN,)), staff()) == tuple(sorted((MANAGER, OTHER)))


def test_a_role_that_is_withdrawn_takes_an_approval_with_it() -> None:
    both = matter(TWO, given=(MANAGER, ADMIN))
    gone = staff(role(MANAGER, "manager", revision=2, removed=True))
    assert lacking(both, gone) == "1 more must approve it, the role manager among them"


def test_of_two_who_approve_one_may_have_edited_what_it_rests_on_but_not_both() -> None:
    edited = matter(TWO, editors=(MANAGER, ADMIN))
    assert objection(MANAGER, edited, staff()) is None
    reason = "who edited what it rests on does not approve it alone"
    assert objection(ADMIN, edited._replace(given=(MANAGER,)), staff()) == reason
    assert not routable(edited, staff(role(OTHER, "manager", revision=2, removed=True)))


def test_fewer_people_than_seats_make_it_unroutable() -> None:
    assert routable(matter(TWO), staff())
    assert not routable(matter(TWO), world(role(ADMIN, "admin", None)))
    assert not routable(matter(("admin",), subject=f"employee:{ADMIN}"), staff())
    assert not routable(matter(), World())
    assert routable(matter(given=(MANAGER,)), staff())


# -- delegation --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "may"),
    [
        ({}, True),
        ({"where": CLINIC}, True),
        ({"where": ELSEWHERE}, False),
        ({"since": at("12:01")}, False),
        ({"since": at("12:00")}, True),
        ({"until": at("12:00")}, False),
        ({"until": at("12:00") + timedelta(seconds=1)}, True),
        ({"since": at("00:00"), "until": at("00:00", 30)}, True),
        ({"since": at("00:00"), "until": at("00:01", 30)}, False),
        ({"removed": True}, False),
        ({"word": "admin"}, False),
    ],
)
def test_a_delegate_may_what_was_delegated_while_it_runs(given: dict[str, Any], may: bool) -> None:  # noqa: FBT001 - a case
    known = staff(delegated(MANAGER, DEPUTY, **given))
    assert (objection(DEPUTY, matter(), known) is None) is may
    assert (DEPUTY in approvers(matter(), known)) is may


def test_without_a_time_no_delegation_counts() -> None:
    assert objection(DEPUTY, matter(at=None), staff(delegated(MANAGER, DEPUTY))) is not None


def test_only_the_delegated_role_is_lent() -> None:
    known = staff(role(MANAGER, "admin", None), delegated(MANAGER, DEPUTY))
    assert objection(DEPUTY, matter(("admin",)), known) is not None


def test_a_delegation_is_not_passed_on() -> None:
    known = staff(delegated(MANAGER, DEPUTY), delegated(DEPUTY, uid("third")))
    assert objection(uid("third"), matter(), known) is not None


def test_a_delegation_to_oneself_is_none() -> None:
    known = staff(delegated(MANAGER, MANAGER))
    assert objection(MANAGER, matter(), known) is None
    assert objection(MANAGER, matter(TWO, given=(ADMIN,)), known) is None


def test_with_the_delegators_role_the_delegation_goes() -> None:
    known = staff(delegated(MANAGER, DEPUTY), role(MANAGER, "manager", revision=2, removed=True))
    assert objection(DEPUTY, matter(), known) is not None


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"subject": f"employee:{MANAGER}"}, "nobody decides about themself"),
        ({"author": MANAGER}, "nobody decides what they have proposed"),
        ({"editors": (MANAGER,)}, "who edited what it rests on does not approve it alone"),
        ({"given": (MANAGER,), "seats": TWO}, "delegator and delegate are not two pairs of eyes"),
        (
            {"action": "resolve", "before": (MANAGER,)},
            "who decided it before does not decide again when it is contested",
        ),
    ],
)
def test_what_binds_the_delegator_binds_the_delegate(given: dict[str, Any], reason: str) -> None:
    known = staff(delegated(MANAGER, DEPUTY))
    assert objection(DEPUTY, matter(**given), known) == reason
    assert DEPUTY not in approvers(matter(**given), known)


def test_who_reports_to_the_subject_decides_for_nobody_else_either() -> None:
    above = uid("above")
    known = staff(employed(above, manager=None), employed(DEPUTY, manager=above), delegated(MANAGER, DEPUTY))
    assert (
        objection(DEPUTY, matter(subject=f"employee:{above}"), known) == "nobody decides about somebody they report to"
    )
    lent = staff(employed(above, manager=None), employed(OTHER, manager=above), delegated(OTHER, DEPUTY))
    assert DEPUTY not in approvers(matter(subject=f"employee:{above}"), lent)


def test_delegator_and_delegate_are_never_the_four_eyes_even_with_roles_of_their_own() -> None:
    known = staff(role(DEPUTY, "manager"), delegated(ADMIN, DEPUTY, "admin"))
    both = matter(TWO, given=(ADMIN,))
    assert objection(DEPUTY, both, known) == "delegator and delegate are not two pairs of eyes"
    assert objection(ADMIN, matter(TWO, given=(DEPUTY,)), known) == "delegator and delegate are not two pairs of eyes"
    assert objection(MANAGER, both, known) is None


def test_the_delegate_of_one_who_has_approved_does_not_approve_in_a_third_ones_place() -> None:
    known = staff(delegated(ADMIN, DEPUTY, "admin"), delegated(MANAGER, DEPUTY))
    said = objection(DEPUTY, matter(TWO, given=(ADMIN,)), known)
    assert said == "delegator and delegate are not two pairs of eyes"


def test_a_delegation_that_is_over_lends_nothing_but_what_was_approved_under_it_stays() -> None:
    known = staff(delegated(MANAGER, DEPUTY, until=at("11:00")))
    late = matter(since=at("08:00"))
    assert objection(DEPUTY, late, known) is not None
    assert DEPUTY not in approvers(late, known)
    assert objection(DEPUTY, late._replace(action="view"), known) is not None
    assert lacking(late._replace(given=(DEPUTY,)), known) is None


def test_a_delegation_that_ended_since_it_was_proposed_ties_them_still() -> None:
    ended = staff(role(DEPUTY, "manager"), delegated(ADMIN, DEPUTY, "admin", until=at("09:00")))
    both = matter(TWO, given=(ADMIN,), since=at("08:00"))
    assert objection(DEPUTY, both, ended) == "delegator and delegate are not two pairs of eyes"
    assert objection(DEPUTY, both._replace(since=at("10:00")), ended) is None


# -- looking and speaking ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "allowed"),
    [
        (EMPLOYEE, {"view", "comment", "contest", "waive"}),
        (MANAGER, {"view", "comment"}),
        (HR, {"view", "comment"}),
        (uid("auditor"), {"view"}),
        (uid("robot"), {"view", "comment"}),
        (uid("far manager"), set()),
        (uid("nobody"), set()),
    ],
)
def test_who_may_look_and_speak(person: UUID, allowed: set[str]) -> None:
    known = staff(
        role(uid("auditor"), "auditor"), role(uid("robot"), "service"), role(uid("far manager"), "manager", ELSEWHERE)
    )
    actions = ("view", "comment", "contest", "waive")
    assert {each for each in actions if objection(person, matter(action=each), known) is None} == allowed


def test_who_may_not_speak_is_told_so() -> None:
    told = {each: objection(uid("nobody"), matter(action=each), staff()) for each in ("view", "comment", "contest")}
    assert told == {
        "view": "nothing gives this person leave to view it",
        "comment": "nothing gives this person leave to comment on it",
        "contest": "only the subject contests, or gives up the time to",
    }
