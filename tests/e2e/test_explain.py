"""Real proposals are explained from the row to the effect, and all that was emitted comes out again byte for byte."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from schemas.ids import derive
from streams.explain import Chain, explain
from streams.explain.document import document
from streams.explain.finding import NoSuchProposal
from streams.explain.telling import lines, tree
from tests.e2e.clinic import Clinic
from tests.e2e.test_dead_letters import rollcall
from tests.eventually import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(180)]
HOUR = timedelta(hours=1)
LONG = 60


def told(clinic: Clinic, proposal_id: UUID) -> tuple[Chain, dict[str, Any]]:
    chain = explain(clinic.settings, str(proposal_id), lambda _: None)
    return chain, document(chain)


def stands(clinic: Clinic, employee_id: UUID, kind: str, status: str) -> UUID:
    """Wait until somebody's one proposal of a kind stands there, and return its id."""

    def there() -> list[UUID]:
        return [each for each, at in clinic.proposals(employee_id, kind) if at == status]

    (proposal_id,) = eventually(there, within=LONG)
    return proposal_id


def test_an_entry_is_explained_from_the_punch_to_the_attendance_record(clinic: Clinic) -> None:
    somebody = clinic.hire()
    shift = clinic.late(somebody, clinic.now() - HOUR, minutes=12)
    entry = stands(clinic, somebody, "lateness_entry", "applied")

    said = rollcall(clinic.settings, "explain", str(entry)[:8], "--json")

    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout)
    assert (found["proposal_id"], found["about"], found["status"]) == (str(entry), "Somebody", "applied")
    rows = {path[0]["row"]["table"]: path for path in found["evidence"]}
    assert rows["public.shifts"][0]["row"]["primary_key"] == {"id": str(shift)}
    change, event = rows["public.time_punches"]
    assert found["cause"] == [change, event]
    assert change["position"]["topic"] == "rollcall.cdc"
    assert event["event"] == "rollcall.workforce.PunchRecorded"
    assert found["fold"]["position"] == event["position"]
    assert "12 minutes" in found["fold"]["rules"][0]
    assert found["proposal"]["position"]["topic"] == "rollcall.proposals.v1"
    made, applied = found["turns"]
    assert [step["status"] for turn in (made, applied) for step in turn["decisions"]] == ["auto_approved", "applied"]
    (effect,) = applied["effects"]
    assert (effect["row"]["table"], effect["after"]["minutes_late"]) == ("public.attendance", 12)
    assert found["identical"]
    assert [check["identical"] for check in found["replay"]] == [True, True, True]
    since = [step["after_ms"] for step in (change, event, found["proposal"], made["decisions"][0])]
    assert since == sorted(since)


def test_an_auditor_reads_it_on_a_pipe(clinic: Clinic) -> None:
    somebody = clinic.hire()
    clinic.late(somebody, clinic.now() - HOUR, minutes=13)
    entry = stands(clinic, somebody, "lateness_entry", "applied")
    said = rollcall(clinic.settings, "explain", str(entry))
    assert (said.returncode, said.stderr) == (0, "")
    first, *rest = said.stdout.splitlines()
    assert first == "lateness_entry about Somebody: applied"
    assert "  replay: identical byte for byte (3 records)" in rest
    assert "\x1b" not in said.stdout


def test_a_reversal_is_explained_with_the_correction_that_caused_it(clinic: Clinic) -> None:
    somebody, start = clinic.hire(), clinic.now() - HOUR
    clinic.shift(somebody, start)
    punch = clinic.punch(somebody, start + timedelta(minutes=25))
    stands(clinic, somebody, "lateness_entry", "applied")
    clinic.connection.execute("update public.time_punches set at = %s where id = %s", (start, punch))
    entry = stands(clinic, somebody, "lateness_entry", "reverted")

    chain, found = told(clinic, entry)

    assert chain.identical
    assert len(chain.checks) == 6  # the proposal, its withdrawal, four decisions
    withdrawn = found["turns"][2]["heard"]
    assert [step.get("operation") or step["event"].rpartition(".")[2] for step in withdrawn] == [
        "update", "PunchRecorded", "ProposalWithdrawn",
    ]  # fmt: skip
    assert withdrawn[0]["row"]["primary_key"] == {"id": str(punch)}
    (gone,) = found["turns"][3]["effects"]
    assert (gone["operation"], gone["before"]["minutes_late"]) == ("delete", 25)


def test_what_time_caused_is_explained_with_the_wake_up_and_the_answer(clinic: Clinic) -> None:
    somebody, now = clinic.hire(), clinic.now()
    late = now - 20 * HOUR
    clinic.nearly_flagged(somebody, late)
    clinic.late(somebody, late, minutes=30)  # and never out: after 16 hours a tick will say so
    flag = stands(clinic, somebody, "attendance_flag", "routed")
    clinic.answer(flag, "approve")
    stands(clinic, somebody, "attendance_flag", "applied")

    chain, found = told(clinic, flag)

    assert chain.identical
    assert found["fold"]["woken_at"] == (late + timedelta(hours=16, minutes=30)).isoformat()
    assert found["fold"]["key"] == str(somebody)
    assert found["cause"][0]["row"]["table"] == "public.heartbeat"
    assert len(found["evidence"]) == 5  # the late shifts
    answered = next(turn for turn in found["turns"] if turn["note"])
    assert answered["note"] == "because"
    assert answered["heard"][0]["row"]["table"] == "public.review_commands"
    assert any("score 77.3 = 100 x (6 x 1 + 5 x 0.5) / 11" in line for line in lines(tree(chain)))


def test_a_proposal_that_its_sink_has_not_written_is_found_in_the_log(clinic: Clinic) -> None:
    somebody, said = clinic.hire(), list[str]()
    with clinic.connection.transaction():
        clinic.connection.execute("lock table mart.proposals in exclusive mode")  # the sink waits, readers do not
        own = Clinic.open(clinic.settings)
        shift = own.late(somebody, own.now() - HOUR, minutes=14)
        eventually(lambda: own.entry(shift) == 14, within=LONG)
        entry = derive("attendance", f"employee:{somebody}", "lateness_entry", shift, 1)
        assert own.proposals(somebody, "lateness_entry") == []
        chain = explain(own.settings, str(entry), said.append)
        own.connection.close()
    assert chain.identical
    assert chain.made.proposal_id == entry
    assert said == [f"mart.proposals does not have {entry} yet: it was found in the log"]


def test_what_is_no_proposal_exits_2_and_names_the_mend(clinic: Clinic) -> None:
    refused = rollcall(clinic.settings, "explain", uuid4().hex[:8])
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "rollcall proposals list" in refused.stderr
    with pytest.raises(NoSuchProposal, match=r"neither in mart\.proposals nor in what its sink has yet to read"):
        told(clinic, uuid4())


def test_a_beginning_that_is_not_enough_names_those_that_begin_so(clinic: Clinic) -> None:
    somebody = clinic.hire()
    twins = [UUID(f"{somebody.hex[:8]}{number:024x}") for number in (1, 2)]
    try:
        for twin in twins:
            clinic.rows(
                "insert into mart.proposals"
                " (proposal_id, subject, agent, kind, shadow, tenant_id, topic, partition, log_offset)"
                " values (%s, %s, 'attendance', 'x', true, 'default', 'rollcall.proposals.v1', 0, 0) returning 1",
                twin,
                f"employee:{somebody}",
            )
        with pytest.raises(NoSuchProposal, match=f"begins 2 proposals: {twins[0]}, {twins[1]}; give more of it"):
            explain(clinic.settings, somebody.hex[:8], lambda _: None)
    finally:
        clinic.rows("delete from mart.proposals where proposal_id = any(%s) returning 1", twins)
