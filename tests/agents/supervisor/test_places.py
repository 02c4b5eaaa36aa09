"""Proposals about something that is nobody, and kinds that ask HR."""

import pytest

from agents.supervisor import AGENT
from schemas.events import Event, NoticeRequested, ProposalMade
from schemas.kinds import KINDS, Kind, LatenessEntry, Payload
from tests.agents.supervisor.desk import NOW, desk, last, lives, refusal
from tests.agents.worlds import fold
from tests.builders import ADMIN, HR, proposal, report, review


class OfPlace(Payload):
    """Something about a place."""

    place: str

    @property
    def subject(self) -> str:
        return self.place


def about(place: str) -> ProposalMade:
    made = proposal(kind="sign", payload=OfPlace(place=place).canonical(), when=NOW)
    return made.model_copy(update={"subject": place})


@pytest.mark.parametrize("place", ["place:north", "employee:nobody"])
def test_what_is_about_no_person_tells_nobody_and_can_be_taken_back(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "sign", Kind("sign", OfPlace, action="status_update"))
    made = about(place)
    told: list[Event] = [made, review(made, by=ADMIN)]
    start = fold(AGENT, *told, partition=desk())
    told.append(report(made, last(start).decision_id, "applied", NOW))
    events = fold(AGENT, *told, review(made, "revert", by=ADMIN), partition=desk())
    assert lives(events) == ["routed", "approved", "applied"]
    assert [each.subject for each in events if isinstance(each, ProposalMade)] == [place]
    assert not [each for each in events if isinstance(each, NoticeRequested)]


def test_a_kind_can_ask_hr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "matter", Kind("matter", LatenessEntry, role="hr"))
    made = proposal(kind="matter", when=NOW)
    events = fold(AGENT, made, review(made), review(made, by=HR), partition=desk())
    assert lives(events) == ["routed", "refused", "approved"]
    assert refusal(events).reason == "the reviewer does not hold the role hr where the subject works"
    assert {each.recipient for each in events if isinstance(each, NoticeRequested)} >= {"role:hr"}
