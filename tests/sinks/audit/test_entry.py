"""An entry says ids and codes as they are, and everything else as its hash: names and free text have no way in."""

import json
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from schemas.events import Event, ReviewGiven
from schemas.topics import DECISIONS, PROPOSALS
from sinks.audit.entry import AUDITED, BROADCAST, CODE, entry
from tests.schemas.samples import SAMPLES, sample
from tests.sinks.events import decided


def hashed(text: str) -> str:
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def test_a_decision_is_written_down_by_its_ids_and_codes_with_hashes_of_the_rest() -> None:
    decision = decided("approved", reason="approve was said by a reviewer")
    said = json.loads(entry(decision, "rollcall.decisions.v1", 3, 17))
    assert said["event"] == "rollcall.decisions.DecisionMade"
    assert (said["topic"], said["partition"], said["offset"]) == ("rollcall.decisions.v1", 3, 17)
    assert (said["status"], said["binding"]) == ("approved", decision.binding)
    assert said["subject"] == decision.subject
    assert said["payload"] == hashed(decision.payload)
    assert said["reason"] == hashed("approve was said by a reviewer")
    assert "reviewer_id" not in said


@given(text=st.text(min_size=1))
def test_what_is_no_code_never_gets_in(text: str) -> None:
    event = sample(ReviewGiven, verdict=text)
    said = json.loads(entry(event, "t", 0, 0))["verdict"]
    assert said == (text if CODE.fullmatch(text) else hashed(text))
    assert " " not in said


def test_an_entry_has_one_text_whatever_made_it() -> None:
    event = decided()
    again = type(event).model_validate(dict(reversed(list(event.model_dump().items()))))
    assert entry(event, "t", 0, 0) == entry(again, "t", 0, 0)


def test_every_event_of_the_audited_topics_can_be_written_down() -> None:
    wanted: set[type[Event]] = set().union(*AUDITED.values())
    assert set(DECISIONS.events) <= wanted
    assert wanted - set(BROADCAST) == {
        *DECISIONS.events,
        *(e for e in PROPOSALS.events if e.namespace != "rollcall.world"),
    }
    for event in SAMPLES:
        if type(event) in wanted:
            assert json.loads(entry(event, "t", 0, 0))["event_id"] == str(event.event_id)
