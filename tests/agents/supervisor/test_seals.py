"""The supervisor knows its own decisions again, to the word; what asks for nothing needs no seal."""

from typing import Any

import pytest
from msgspec.structs import replace

from agents.supervisor import AGENT
from agents.supervisor.deciding import SEALS
from agents.supervisor.docket import Docket
from schemas.events import DecisionMade, Event
from tests.agents.laws import said
from tests.agents.supervisor.desk import ENTRY, desk
from tests.builders import review, uid


def told(*events: Event) -> tuple[Docket, list[DecisionMade]]:
    partition = desk()
    emitted = said(partition, events)
    (docket,) = (each.state for place, each in partition.cells.items() if place.key == ENTRY.subject)
    assert isinstance(docket, Docket)
    return docket, [each for each in emitted if isinstance(each, DecisionMade)]


def test_what_asks_for_an_effect_is_known_again() -> None:
    docket, (routed, approved) = told(ENTRY, review(ENTRY))
    assert docket.has_said(approved)
    assert not docket.has_said(routed), "it asks for nothing"
    assert AGENT.restore(AGENT.version, AGENT.encode(docket)).has_said(approved)


@pytest.mark.parametrize(
    "forged",
    [
        {"decision_id": uid("another")},
        {"proposal_id": uid("another")},
        {"status": "reversal_approved"},
        {"payload": "{}"},
        {"approvals": []},
        {"seats": []},
        {"risk": "low "},
        {"reverses": uid("another")},
        {"subject": "employee:another"},
        {"happening": "restore"},
        {"reviewer_id": None},
    ],
    ids=str,
)
def test_what_says_something_else_is_not(forged: dict[str, Any]) -> None:
    docket, (_, approved) = told(ENTRY, review(ENTRY))
    assert not docket.has_said(approved.model_copy(update=forged))


def test_of_what_was_decided_before_there_were_seals_its_id_and_its_content_are_known() -> None:
    docket, (_, approved) = told(ENTRY, review(ENTRY))
    (case,) = docket.cases
    docket = replace(docket, cases=(replace(case, seals=()),))
    assert docket.has_said(approved)
    assert not docket.has_said(approved.model_copy(update={"decision_id": uid("another")}))
    assert not docket.has_said(approved.model_copy(update={"binding": "another"}))


def test_the_latest_seals_are_kept() -> None:
    docket, (_, approved) = told(ENTRY, review(ENTRY))
    (case,) = docket.cases
    assert (len(case.seals), len(approved.seal), SEALS) == (1, 16, 8)
