"""What may happen alone, and what is asked of whom."""

from datetime import timedelta

import pytest

from agents.supervisor import AGENT
from agents.supervisor.routing import needs_human
from schemas.events import ProposalMade
from schemas.kinds import Kind, LatenessEntry, binding, digest, one_up
from schemas.policies import Autonomy, SupervisionPolicy
from tests.agents.supervisor.desk import ENTRY, NOW, autonomy, desk, flag, last, lives
from tests.agents.worlds import fold
from tests.builders import EMPLOYEE, MANAGER, policy, proposal


@pytest.mark.parametrize(
    ("word", "risk", "status"),
    [
        ("supervised", "low", "routed"),
        ("semi_autonomous", "low", "auto_approved"),
        ("semi_autonomous", "medium", "routed"),
        ("autonomous", "high", "auto_approved"),
        ("autonomous", "critical", "routed"),
        ("autonomous", "unheard of", "routed"),
    ],
)
def test_autonomy_of_the_kind_and_risk_decide_whether_a_human_is_asked(word: Autonomy, risk: str, status: str) -> None:
    assert lives(fold(AGENT, proposal(risk=risk), partition=desk(autonomy(word)))) == [status]


def test_shipped_default_asks_a_human_for_everything() -> None:
    assert lives(fold(AGENT, ENTRY, partition=desk())) == ["routed"]


def test_autonomy_is_looked_up_by_kind() -> None:
    only_entries = policy(SupervisionPolicy(autonomy={"lateness_entry": "semi_autonomous"}))
    assert lives(fold(AGENT, ENTRY, partition=desk(only_entries))) == ["auto_approved"]


def test_autonomy_of_one_agent_counts_more() -> None:
    only_its = policy(
        SupervisionPolicy(autonomy={"lateness_entry": "supervised", "attendance/lateness_entry": "semi_autonomous"})
    )
    assert lives(fold(AGENT, ENTRY, partition=desk(only_its))) == ["auto_approved"]
    assert lives(fold(AGENT, ENTRY.model_copy(update={"agent": "other"}), partition=desk(only_its))) == ["routed"]


def test_what_rests_on_untrusted_facts_is_one_level_riskier() -> None:
    made = ENTRY.model_copy(update={"provenance": "untrusted"})
    assert last(fold(AGENT, made, partition=desk())).risk == "medium"
    assert lives(fold(AGENT, made, partition=desk(autonomy("semi_autonomous")))) == ["routed"]
    assert one_up("critical") == "critical"


def test_policy_in_force_when_the_proposal_was_recorded_counts() -> None:
    later = policy(SupervisionPolicy(default="autonomous"), NOW + timedelta(seconds=1))
    assert lives(fold(AGENT, ENTRY, partition=desk(later))) == ["routed"]


def test_employment_consequence_always_needs_a_human() -> None:
    assert lives(fold(AGENT, flag(), partition=desk(autonomy("autonomous")))) == ["routed"]


def test_what_cannot_be_taken_back_needs_a_human() -> None:
    assert needs_human(Kind("mail", LatenessEntry, action="external_email"), "low") == "mail cannot be taken back"


def test_floor_of_the_kind_raises_the_agents_word() -> None:
    made = flag().model_copy(update={"risk": "low"})
    assert last(fold(AGENT, made, partition=desk())).risk == "medium"


@pytest.mark.parametrize(("risk", "asked"), [("low", "manager"), ("medium", "manager"), ("high", "admin")])
def test_the_role_that_is_asked_follows_the_risk(risk: str, asked: str) -> None:
    assert last(fold(AGENT, proposal(risk=risk), partition=desk())).role == asked


def test_decision_binds_to_what_was_proposed() -> None:
    decision = last(fold(AGENT, ENTRY, partition=desk()))
    assert decision.binding == binding(
        ENTRY.payload, ENTRY.subject_version, ENTRY.policy_version, digest(ENTRY.evidence)
    )
    assert decision.payload == ENTRY.payload
    assert decision.expires_at == ENTRY.expires_at


def test_policy_version_that_it_has_not_seen_is_accepted() -> None:
    decision = last(fold(AGENT, proposal(policy_version=41), partition=desk()))
    assert (decision.status, decision.policy_version) == ("routed", 41)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (proposal(kind="pay_rise"), "there is no kind 'pay_rise'"),
        (proposal(payload="{}"), "the payload is not one of lateness_entry: 3 errors"),
        (proposal(payload=ENTRY.payload.replace(":9", ": 9")), "the payload is not in canonical form"),
        (
            proposal(payload=ENTRY.payload.replace(str(EMPLOYEE), str(MANAGER))),
            f"the payload is about employee:{MANAGER}",
        ),
    ],
)
def test_what_cannot_be_decided_is_rejected_with_a_reason(made: ProposalMade, reason: str) -> None:
    decision = last(fold(AGENT, made, partition=desk(autonomy("autonomous"))))
    assert (decision.status, decision.reason) == ("rejected", reason)


def test_unknown_kind_counts_as_critical() -> None:
    assert last(fold(AGENT, proposal(kind="pay_rise"), partition=desk())).risk == "critical"


def test_repeated_proposal_changes_nothing() -> None:
    assert lives(fold(AGENT, ENTRY, ENTRY, partition=desk())) == ["routed"]


def test_proposal_that_comes_after_its_expiry_expires() -> None:
    made = proposal(when=NOW, lifetime=timedelta())
    assert lives(fold(AGENT, made, partition=desk(autonomy("autonomous")))) == ["expired"]
