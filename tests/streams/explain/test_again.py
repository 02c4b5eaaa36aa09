"""What a committed history has emitted is emitted again; whatever differs is named, field by field."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agents import AGENTS
from agents.attendance import AGENT as ATTENDANCE
from agents.attendance import step
from agents.kernel import Agent, Outcome, replay
from schemas.events import ProposalMade, ProposalWithdrawn
from schemas.policies import AttendancePolicy
from schemas.topics import PROPOSALS
from schemas.wire import PREFIX
from streams.explain.again import Check, again, folded_for, unowned, works
from streams.explain.book import Book, Entry
from streams.explain.difference import Field, differing
from streams.log import Position
from streams.outbox import partition_of
from streams.record import Record
from tests.builders import CLINIC, at, mode, policy, punch, shift
from tests.streams.explain.recorded import CODEC, LETTERS, NoRegistry, Recorded, batches, logged, recording


def entries(history: Recorded, emitted: Sequence[tuple[Record, int]]) -> list[tuple[Entry, Entry]]:
    book = Book(lambda position: history.records[position.offset], CODEC.decode)
    return [(book.add(record), book.add(history.records[cause])) for record, cause in emitted]


def checked(
    history: Recorded, emitted: Sequence[tuple[Record, int]], agents: Sequence[Agent[Any]] = AGENTS
) -> list[Check]:
    found: list[Check] = []
    for work in works(entries(history, emitted)):
        found += again(work, batches(history.records[: work.until]), LETTERS, NoRegistry(), agents)
    return found


def last(name: str, agent: str = "attendance") -> tuple[Recorded, tuple[Record, int]]:
    history = recording(agent)
    return history, history.of(name)[-1]


@pytest.mark.parametrize("agent", ["attendance", "clock_watch", "supervisor"])
def test_all_that_a_history_has_emitted_comes_out_again(agent: str) -> None:
    history = recording(agent)
    checks = checked(history, history.emitted)
    assert len(checks) == len(history.emitted) > 50
    assert [check for check in checks if not check.identical] == []


@pytest.mark.parametrize(
    ("agent", "name"),
    [("attendance", "ProposalMade"), ("attendance", "ProposalWithdrawn"), ("supervisor", "ReviewRefused")],
)
def test_one_keys_records_and_the_broadcasts_are_enough(agent: str, name: str) -> None:
    history, one = last(name, agent)
    (check,) = checked(history, [one])
    assert check.identical
    assert check.key == history.records[one[1]].key.decode()  # type: ignore[union-attr]
    assert 0 < check.folded < one[1]


def test_the_policies_that_a_fold_consulted_are_known() -> None:
    history = recording("attendance")
    for check, (record, _) in zip(
        checked(history, history.of("ProposalMade")), history.of("ProposalMade"), strict=True
    ):
        made = CODEC.decode(record.value)
        assert isinstance(made, ProposalMade)
        assert ("attendance", made.policy_version) in check.policies


def test_only_the_step_that_emitted_it_counts_as_consulting() -> None:
    history = recording("supervisor")
    asked = [check.policies for check in checked(history, history.of("DecisionMade"))]
    others = ("notices", "routing")  # how long they are of use; which rule holds first
    consulted = [[each for each in policies if each.name not in others] for policies in asked]
    assert {len(policies) for policies in consulted} <= {0, 1}  # a wake-up asks nothing
    assert {policy for policies in consulted for policy in policies} == {("supervision", 0), ("supervision", 1)}
    assert ("routing", 0) in {policy for policies in asked for policy in policies}


def test_what_a_wake_up_caused_proves_its_key() -> None:
    history = recording("attendance")
    pairs = entries(history, history.of("ProposalMade"))
    woken = [(made, cause) for made, cause in pairs if (cause.record.key or b"").startswith(b"world:Tick")]
    assert woken
    for made, cause in woken:
        assert folded_for(made, cause) == made.event.key.removeprefix("employee:")  # type: ignore[union-attr]


def test_what_a_wake_up_told_everybody_proves_of_which_place_it_was() -> None:
    history = recording("clock_watch")
    pairs = entries(history, history.of("ClockOutageSuspected"))
    woken = {folded_for(*pair) for pair in pairs if (pair[1].record.key or b"").startswith(b"world:Tick")}
    assert woken == {str(CLINIC)}


def test_what_another_broadcast_caused_is_folded_over_all_keys() -> None:
    told = [mode("attendance", "live"), shift(at("8:00")), punch(at("8:08")), policy(LENIENT, at("7:00"))]
    place = [Position(ATTENDANCE.topic.name, 0, offset) for offset in range(len(told))]
    records = tuple(logged(where, event, topic=ATTENDANCE.topic) for where, event in zip(place, told, strict=True))
    _, emissions = replay([ATTENDANCE], told)
    (withdrawn,) = [each.event for each in emissions if isinstance(each.event, ProposalWithdrawn)]
    history = Recorded(records, ((logged(Position(PROPOSALS.name, 0, 0), withdrawn, place[3], agent="attendance"), 3),))
    (check,) = checked(
        history, [(each._replace(partition=partition_of(each.key or b"", 6)), 3) for each, _ in history.emitted]
    )
    assert (check.identical, check.key, check.folded) == (True, None, 4)


LENIENT = AttendancePolicy(grace=timedelta(minutes=10))
PROPOSED = LETTERS.home(ProposalMade)


def tampered(record: Record) -> Record:
    """Somebody has changed a stored proposal: other minutes, everything else as it was."""
    event = CODEC.decode(record.value)
    assert isinstance(event, ProposalMade)
    forged = event.model_copy(update={"rules": ["first punch 240 minutes after work was due to begin"]})
    return record._replace(value=CODEC.encode(PROPOSED, forged))


def test_tampered_bytes_are_named_field_by_field() -> None:
    history, (record, cause) = last("ProposalMade")
    said = CODEC.decode(record.value)
    assert isinstance(said, ProposalMade)

    (check,) = checked(history, [(tampered(record), cause)])

    assert not check.identical
    (field,) = check.differences
    assert field == Field("rules", "['first punch 240 minutes after work was due to begin']", str(said.rules))


def test_one_flipped_bit_of_a_header_and_of_a_body_is_seen() -> None:
    history, (record, cause) = last("ProposalMade")
    headers = [(name, b"default2" if name == "ce_tenantid" else value) for name, value in record.headers]
    (check,) = checked(history, [(record._replace(headers=headers), cause)])
    assert check.differences == (Field("header ce_tenantid", "default2", "default"),)
    (field,) = differing(record._replace(value=(record.value or b"")[:-1]), [], CODEC.decode)
    assert (field.name, field.replayed) == ("event", None)


def test_how_it_travelled_and_its_schemas_id_do_not_count() -> None:
    history, (record, cause) = last("ProposalMade")
    body = (record.value or b"")[PREFIX.size :]
    headers = [(name, b"elsewhere|9|9|9|9" if name == "origin" else value) for name, value in record.headers]
    (work,) = works(entries(history, [(record, cause)]))
    moved = record._replace(value=PREFIX.pack(0, 10**6) + body, headers=headers)
    work = replace(work, emissions=(replace(work.emissions[0], record=moved),))
    (check,) = again(work, batches(history.records[: work.until]), LETTERS, NoRegistry())
    assert check.identical


def test_bytes_that_nobody_can_read_are_told_by_their_hash() -> None:
    history, (record, cause) = last("ProposalMade")
    (work,) = works(entries(history, [(record, cause)]))
    broken = record._replace(value=(record.value or b"")[:-1])
    work = replace(work, emissions=(replace(work.emissions[0], record=broken),))
    (check,) = again(work, batches(history.records[: work.until]), LETTERS, NoRegistry())
    (body,) = check.differences
    assert body.name == "body"
    assert "SHA-256" in str(body.recorded)
    assert "SHA-256" in str(body.replayed)


def test_another_version_of_the_agent_is_found_out() -> None:
    def stricter(state: Any, event: Any, world: Any) -> Outcome[Any]:
        outcome = step(state, event, world)
        emitted = tuple(
            each.model_copy(update={"agent_version": 5, "risk": "high"}) if isinstance(each, ProposalMade) else each
            for each in outcome.emitted
        )
        return Outcome(outcome.state, emitted, outcome.wake_at)

    history, one = last("ProposalMade")
    (check,) = checked(history, [one], [replace(ATTENDANCE, version=5, step=stricter)])
    assert {(field.name, field.recorded, field.replayed) for field in check.differences} == {
        ("agent_version", "4", "5"),
        ("risk", history_risk(one[0]), "high"),
    }


def history_risk(record: Record) -> str:
    event = CODEC.decode(record.value)
    assert isinstance(event, ProposalMade)
    return event.risk


def test_an_agent_that_says_nothing_now_and_one_that_is_gone_are_named() -> None:
    def silent(state: Any, event: Any, world: Any) -> Outcome[Any]:
        return replace(step(state, event, world), emitted=())

    history, one = last("ProposalMade")
    (check,) = checked(history, [one], [replace(ATTENDANCE, step=silent)])
    assert check.differences == (Field("event", "rollcall.proposals.ProposalMade", None),)
    (check,) = checked(history, [one], [])
    assert check.differences == (Field("agent", "attendance", None),)


def test_a_cause_that_is_not_the_cause_gives_other_bytes() -> None:
    history, (record, cause) = last("ProposalMade")
    elsewhere = f"{ATTENDANCE.topic.name}/0/{cause - 1}".encode()
    headers = [(name, elsewhere if name == "cause-position" else value) for name, value in record.headers]
    (check,) = checked(history, [(record._replace(headers=headers), cause - 1)])
    assert not check.identical
    assert check.emission == Position(*record[:3])


def test_a_record_that_nobody_says_to_have_emitted_is_not_vouched_for() -> None:
    _, (record, _) = last("ProposalMade")
    bare = record._replace(headers=[each for each in record.headers if each[0] not in ("agent", "cause-position")])
    check = unowned(Book(lambda _: bare, CODEC.decode).add(bare))
    assert not check.identical
    assert [field.name for field in check.differences] == ["header agent", "header cause-position"]
