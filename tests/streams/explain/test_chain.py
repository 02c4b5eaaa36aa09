"""What led to a proposal and what came of it is found by walking back, and told to the millisecond."""

import json
from dataclasses import replace
from typing import TypeGuard
from uuid import UUID

import pytest

from schemas.events import DecisionMade, Event
from schemas.faults import Undecodable
from schemas.topics import CDC
from streams.explain.book import Book, Entry, changed
from streams.explain.chain import Turn
from streams.log import Position
from streams.record import Record
from tests.streams.explain.recorded import CODEC
from tests.streams.explain.story import chain, told


def places(entries: tuple[Entry, ...]) -> list[str]:
    return [str(each.position).removeprefix("rollcall.") for each in entries]


def test_a_path_leads_from_the_row_to_the_record() -> None:
    found = chain(told())
    assert places(found.cause) == ["cdc-0-1", "workforce.v1-0-1"]
    assert [places(path) for path in found.evidence] == [
        ["cdc-0-0", "workforce.v1-0-0"],
        ["cdc-0-1", "workforce.v1-0-1"],
    ]
    assert found.woken is None
    assert found.missing == ()


def test_what_the_supervisor_heard_stands_in_order_with_what_it_decided() -> None:
    found = chain(told())
    decided = [each.event.status for turn in found.turns for each in turn.decisions if is_decision(each.event)]
    assert decided == ["auto_approved", "applied", "reversal_approved", "reverted"]
    assert [places(turn.path) for turn in found.turns] == [
        ["cdc-0-1", "workforce.v1-0-1", "proposals.v1-0-0"],
        ["cdc-0-5", "proposals.v1-0-1"],
        ["cdc-0-7", "workforce.v1-0-2", "proposals.v1-0-2"],
        ["cdc-0-11", "proposals.v1-0-3"],
    ]
    assert found.status == "reverted"


def is_decision(event: Event | None) -> TypeGuard[DecisionMade]:
    return isinstance(event, DecisionMade)


def test_an_effect_is_what_its_own_decision_wrote_in_the_transaction_of_the_report() -> None:
    found = chain(told())
    assert [places(turn.effects) for turn in found.turns] == [[], ["cdc-0-4"], [], ["cdc-0-10"]]
    (written,), (deleted,) = found.turns[1].effects, found.turns[3].effects
    assert written.change is not None
    assert deleted.change is not None
    assert (written.change.operation, written.change.after["minutes_late"]) == ("insert", 20)
    assert (deleted.change.operation, deleted.change.before["minutes_late"]) == ("delete", 20)


def test_what_another_decision_wrote_in_the_same_transaction_is_not_its_effect() -> None:
    at_once = told(transactions=(5, 5))
    assert [places(turn.effects) for turn in chain(at_once).turns] == [[], ["cdc-0-4"], [], ["cdc-0-10"]]


def test_what_another_transaction_wrote_is_not_its_effect() -> None:
    story = told()
    between = Position(CDC.name, 0, 3)
    written = json.loads(story.log[Position(CDC.name, 0, 4)].value or b"")
    written["source"]["txId"] = 99
    story.log[between] = story.log[between]._replace(value=json.dumps(written).encode())
    assert [places(turn.effects) for turn in chain(story).turns][1] == ["cdc-0-4"]


def test_milliseconds_count_from_the_commit_that_it_all_goes_back_to() -> None:
    found = chain(told())
    proposal, applied, withdrawn, reverted = found.turns
    assert [found.after(each) for each in proposal.path] == [3, 13, 23]
    assert [found.after(each) for each in proposal.decisions] == [33]
    # The report is a row of its own, four seconds after the punch; it goes back to the punch that was decided about.
    report = applied.path[0]
    assert report.change is not None
    assert found.after(report, report.change.committed) == 4000
    assert [found.after(each) for each in (*applied.path, *applied.decisions)] == [4003, 4013, 4023]
    # The correction is another cause, and so is what comes of it.
    assert [found.after(each) for each in withdrawn.path] == [3, 13, 23]
    assert [found.after(each) for each in (*reverted.path, *reverted.decisions)] == [4003, 4013, 4023]


@pytest.mark.parametrize(("until", "status"), [(1, "auto_approved"), (2, "applied"), (3, "reversal_approved")])
def test_the_status_is_how_far_it_has_come(until: int, status: str) -> None:
    assert chain(told(), until=until).status == status


def test_undecided_it_is_pending_withdrawn_or_shadow() -> None:
    found = chain(told())
    undecided = replace(found, turns=(Turn(found.turns[0].path, ()),))
    assert undecided.status == "pending"
    assert replace(undecided, made=found.made.model_copy(update={"shadow": True})).status == "shadow"
    withdrawn = replace(found, turns=(*undecided.turns, Turn(found.turns[2].path, ())))
    assert withdrawn.status == "withdrawn"


def test_a_record_is_fetched_once() -> None:
    fetched: list[Position] = []
    log = told().log

    def fetch(position: Position) -> Record:
        fetched.append(position)
        return log[position]

    book = Book(fetch, CODEC.decode)
    last = max(position for position in log if "decisions" in position.topic)
    assert book.path(book.entry(last)) == book.path(book.entry(last))
    assert len(fetched) == len(set(fetched)) == 3


def test_a_record_that_names_itself_as_its_cause_ends_the_path() -> None:
    found = chain(told())
    itself = found.proposal.position
    headers = [("cause-position", f"{itself.topic}/{itself.partition}/{itself.offset}".encode())]
    record = found.proposal.record._replace(headers=headers)
    book = Book({itself: record}.__getitem__, CODEC.decode)
    assert places(book.path(book.entry(itself))) == ["proposals.v1-0-0"]


def test_what_names_no_cause_has_none() -> None:
    assert replace(chain(told()), cause=()).woken is None


def test_a_cited_event_that_is_not_in_the_log_is_named() -> None:
    found = chain(told())
    other = UUID(int=7)
    cited = found.made.model_copy(update={"evidence": [*found.made.evidence, other]})
    assert replace(found, made=cited).missing == (other,)


def test_what_is_no_change_is_refused() -> None:
    record = told().log[Position(CDC.name, 0, 0)]._replace(value=b"{}")
    with pytest.raises(Undecodable, match=r"rollcall\.cdc-0-0 is not a change"):
        changed(record)
