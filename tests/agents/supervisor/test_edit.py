"""Edits: within limits they approve, beyond them they propose."""

import pytest

from agents.supervisor import AGENT
from schemas.events import Event, ProposalMade
from schemas.kinds import LatenessEntry
from tests.agents.supervisor.desk import ENTRY, FLAG, NOW, desk, flag, last, lives, refusal
from tests.agents.worlds import fold
from tests.builders import ADMIN, EMPLOYEE, HR, MANAGER, proposal, review, uid, withdrawal

CRITICAL = proposal("critical", risk="critical", when=NOW)


def saying(minutes: int, about: object = EMPLOYEE) -> str:
    return LatenessEntry(employee_id=about, shift_id=uid("shift"), minutes_late=minutes).canonical()


def edit(payload: str | None, made: ProposalMade = ENTRY) -> Event:
    return review(made, "edit", payload=payload)


def test_an_edit_that_weighs_less_approves_what_it_says() -> None:
    events = fold(AGENT, ENTRY, edit(saying(4)), partition=desk())
    assert lives(events) == ["routed", "edited_and_approved"]
    assert (last(events).payload, last(events).approvals) == (saying(4), [MANAGER])
    assert last(events).binding != last(events[:1]).binding


def test_where_two_are_needed_the_second_approves_what_the_first_has_made_of_it() -> None:
    told = [CRITICAL, review(CRITICAL, by=HR), edit(saying(4), CRITICAL)]
    start = fold(AGENT, *told, partition=desk())
    assert (lives(start), last(start).approvals) == (["routed", "routed", "routed"], [MANAGER])
    second = review(CRITICAL, by=ADMIN, seen=last(start).binding)
    assert last(fold(AGENT, *told, second, partition=desk())).payload == saying(4)


@pytest.mark.parametrize("payload", [saying(40), saying(4, MANAGER)], ids=["more", "somebody else"])
def test_beyond_its_limits_an_edit_is_a_new_proposal_that_its_editor_cannot_approve(payload: str) -> None:
    events = fold(AGENT, ENTRY, edit(payload), partition=desk())
    assert lives(events) == ["routed", "withdrawn"]
    (made,) = (each for each in events if isinstance(each, ProposalMade))
    assert (made.payload, made.proposer, made.replaces) == (payload, MANAGER, ENTRY.proposal_id)
    assert str(made.proposal_id) in last(events).reason


def test_the_new_proposal_is_decided_by_somebody_else_and_falls_with_the_one_it_replaces() -> None:
    (made,) = (
        each for each in fold(AGENT, ENTRY, edit(saying(40)), partition=desk()) if isinstance(each, ProposalMade)
    )
    events = fold(AGENT, ENTRY, edit(saying(40)), made, review(made), partition=desk())
    assert lives(events) == ["routed", "withdrawn", "routed", "refused"]
    events = fold(AGENT, ENTRY, edit(saying(40)), made, review(made, by=HR), withdrawal(ENTRY), partition=desk())
    assert lives(events)[2:] == ["routed", "approved", "reversal_approved"]


def test_what_cannot_be_compared_is_a_new_proposal() -> None:
    changed = FLAG.replace("T12:00:00Z", "T13:00:00Z")
    events = fold(AGENT, flag(), edit(changed, flag()), partition=desk())
    assert lives(events) == ["routed", "withdrawn"]


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ("{}", "that is no payload of lateness_entry"),
        (None, "that is no payload of lateness_entry"),
        (ENTRY.payload, "it says that already: approve it"),
    ],
)
def test_an_edit_that_says_nothing_is_refused(payload: str | None, why: str) -> None:
    assert refusal(fold(AGENT, ENTRY, edit(payload), partition=desk())).reason == why


def test_an_edit_meets_a_request_for_changes() -> None:
    ask = review(ENTRY, "request_changes", by=HR)
    assert lives(fold(AGENT, ENTRY, ask, edit(saying(4)), partition=desk()))[-1] == "edited_and_approved"
