"""A chain reads from rows to effects, as text and as JSON, and says plainly when other bytes come out."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from schemas.topics import PROPOSALS
from streams.explain.again import Check, Consulted
from streams.explain.difference import Field
from streams.explain.document import document
from streams.explain.telling import lines, tree
from streams.explain.words import Words
from tests.builders import EMPLOYEE, MANAGER, at, review, tick
from tests.streams.explain.recorded import CODEC
from tests.streams.explain.story import chain, told

WINTER = Consulted("attendance", 3)


def text(found: Any) -> list[str]:
    return list(lines(tree(found)))


def heads(found: Any) -> list[str]:
    return [part.head for part in tree(found).children]


def test_the_parts_stand_in_the_order_in_which_they_happened() -> None:
    assert heads(chain(told())) == [
        "rests on",
        "fold by attendance version 4, policy version 0",
        "proposal of low risk",
        "effect: applied",
        "attendance takes it back",
        "effect: reverted",
        "replay: identical byte for byte (1 record)",
    ]


def test_each_step_has_its_place_its_times_and_its_milliseconds() -> None:
    said = "\n".join(text(chain(told())))
    assert "row public.time_punches id=" in said
    assert "committed 2026-03-02 12:00:01Z by PostgreSQL's clock" in said
    assert "rollcall.cdc-0-1, +3 ms" in said
    assert "rollcall.workforce.v1-0-1, valid 2026-03-02 08:20:00Z, recorded 2026-03-02 08:20:00Z, +13 ms" in said
    assert "rollcall.proposals.v1-0-0, valid 2026-03-02 08:20:00Z" in said
    assert "rule: shift" in said
    assert "change insert, minutes_late 20" in said
    assert "change update, at 08:20 -> 08:00" in said
    assert "decision auto approved: low risk may happen on its own" in said


def test_only_one_event_is_marked_as_the_cause() -> None:
    marked = [line for line in text(chain(told())) if "<- caused the proposal" in line]
    assert len(marked) == 1
    assert "PunchRecorded" in marked[0]


def test_text_is_indented_by_two_and_its_parts_are_apart() -> None:
    said = text(chain(told()))
    assert said[0] == "lateness_entry about Grace: reverted"
    assert all((len(line) - len(line.lstrip())) % 2 == 0 for line in said)
    assert said.count("") == len(heads(chain(told())))


def test_other_bytes_are_said_first_and_shown_last() -> None:
    found = chain(told())
    differs = Check(
        found.proposal.position, "attendance", str(EMPLOYEE), 4, (Field("risk", "low", "high"), Field("x", "1", None))
    )
    said = text(replace(found, checks=(differs, replace(differs, differences=()))))
    assert "OTHER bytes come out" in said[2]
    assert said[said.index("  replay: NOT identical (1 of 2 records differ)") :][2:] == [
        "    rollcall.proposals.v1-0-0 by attendance",
        "      risk",
        "        recorded  low",
        "        now       high",
        "      x",
        "        recorded  1",
        "        now       (nothing)",
    ]


def test_a_wake_up_is_told_with_the_tick_that_brought_it() -> None:
    found = chain(told())
    row, cause = found.cause
    minute = replace(cause, event=tick(at("8:21")))
    said = text(replace(found, cause=(row, minute)))
    assert "    it had asked to be woken at 2026-03-02 08:20:00Z" in said
    assert any("event Tick: at 2026-03-02 08:21:00Z  <- caused the proposal" in line for line in said)


def test_what_only_postgresql_has_is_told_beside_it() -> None:
    found = chain(told(), until=1)
    given = review(found.made, "approve", by=MANAGER)
    turn = found.turns[0]
    heard = replace(turn.heard, event=given)
    (decision,) = turn.decisions
    words = Words(
        names={str(EMPLOYEE): "Grace", str(MANAGER): "Ruth"},
        notes={str(given.review_id): "talked about it"},
        applications={"a1": {"id": "a1", "outcome": "failed", "reason": "shift_gone", "at": at("9:00")}},
        held=(str(getattr(decision.event, "decision_id", "")),),
        policies={WINTER: {"author": "ines", "reason": "it is winter", "effective_at": at("7:00")}},
    )
    answered = replace(turn, path=(*turn.path[:-1], heard))
    checks = (replace(found.checks[0], policies=(WINTER, Consulted("other", 0))),)
    said = text(replace(found, turns=(turn, answered), words=words, checks=checks))
    assert any(line.endswith("who reviewed wrote: talked about it") for line in said)
    assert any("ReviewGiven: approve by Ruth" in line for line in said)
    assert any("its effect is held until attendance is live" in line for line in said)
    assert any(line == "  effect failed: shift_gone" for line in said)
    assert "    policy attendance: version 3 by ines, in force from 2026-03-02 07:00:00Z: it is winter" in said
    assert "    policy other: the shipped default" in said


def test_what_is_cited_and_missing_is_named() -> None:
    found = chain(told())
    cited = found.made.model_copy(update={"evidence": [UUID(int=7)]})
    said = text(replace(found, made=cited, evidence=()))
    assert "    event 00000000-0000-0000-0000-000000000007 is cited and not in the log before the fold" in said


def test_a_dead_letter_that_was_given_again_says_so() -> None:
    found = chain(told())
    row, cause = found.cause
    again = replace(cause, record=cause.record._replace(headers=[*cause.record.headers, ("for", b"attendance")]))
    assert any("given again to attendance" in line for line in text(replace(found, evidence=((row, again),))))


def test_machines_get_all_of_it() -> None:
    found = chain(told())
    document_ = json.loads(json.dumps(document(found)))
    assert (document_["identical"], document_["status"]) == (True, "reverted")
    row, event = document_["evidence"][1]
    assert row["row"]["table"] == "public.time_punches"
    assert row["committed_at"] == datetime(2026, 3, 2, 12, 0, 1, tzinfo=UTC).isoformat()
    assert event["event"] == "rollcall.workforce.PunchRecorded"
    assert event["position"] == {"topic": "rollcall.workforce.v1", "partition": 0, "offset": 1}
    assert (event["after_ms"], event["occurred_at"]) == (13.0, "2026-03-02T08:20:00Z")
    assert document_["fold"]["rules"] == found.made.rules
    assert document_["fold"]["position"]["offset"] == 1
    assert [turn["decisions"][0]["status"] for turn in document_["turns"]] == [
        "auto_approved", "applied", "reversal_approved", "reverted",
    ]  # fmt: skip
    assert document_["turns"][1]["effects"][0]["after"]["minutes_late"] == 20
    assert document_["replay"][0]["differences"] == []
    assert document_["proposal"]["event"] == CODEC.decode(found.proposal.record.value).fullname()
    assert document_["proposal"]["position"]["topic"] == PROPOSALS.name
