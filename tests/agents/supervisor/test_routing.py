"""Routing rules: the first that holds counts, is recorded, and lifts nothing that must stay in human hands."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agents.kernel import Partition
from agents.supervisor import AGENT
from agents.supervisor.routing import needs_human, route, seats_for
from schemas.events import DecisionMade, NoticeRequested, ProposalMade
from schemas.kinds import KINDS, RISKS, Risk
from schemas.policies import RoutingPolicy, Rule, SupervisionPolicy
from tests.agents.supervisor.desk import ADVICE, ENTRY, FLAG, NOW, desk, flag, last, lives, refusal
from tests.agents.worlds import STAFF, fold, live, world
from tests.builders import ADMIN, CLINIC, HR, MANAGER, policy, proposal, review, role, uid

AUTO = Rule(name="small", when='risk == "low"', then="auto")
BLOCK = Rule(name="not-here", when=f'site == "{CLINIC}"', then="block")
TWO = Rule(name="four-eyes", when="true", then="two_roles", roles=("manager", "hr"))


def ruled(*rules: Rule, **said: Any) -> Partition:
    return desk(policy(RoutingPolicy(rules=rules, **said)))


def test_without_rules_risk_kind_and_autonomy_decide() -> None:
    decision = last(fold(AGENT, ENTRY, partition=ruled()))
    assert (decision.status, decision.rule, decision.seats) == ("routed", "", ["manager"])


def test_the_first_rule_that_holds_counts_and_is_recorded() -> None:
    never = Rule(name="never", when='agent == "nobody" || amount > 0 || provenance == "untrusted"', then="block")
    decision = last(fold(AGENT, ENTRY, partition=ruled(never, AUTO, BLOCK)))
    assert (decision.status, decision.rule) == ("auto_approved", "small")
    assert decision.reason == "the rule small lets it happen alone"


def test_a_blocked_proposal_is_a_violation_and_nobody_can_approve_it() -> None:
    events = fold(AGENT, ENTRY, review(ENTRY, by=ADMIN), partition=ruled(BLOCK))
    assert lives(events) == ["rejected", "refused"]
    (decision,) = (each for each in events if isinstance(each, DecisionMade))
    assert (decision.rule, decision.reason, decision.reviewer_id) == ("not-here", "the rule not-here blocks it", None)


def test_a_rule_asks_two_people_of_two_roles() -> None:
    partition = ruled(TWO)
    events = fold(AGENT, ENTRY, review(ENTRY), partition=partition)
    assert lives(events) == ["routed", "routed"]
    assert last(events).seats == ["manager", "hr"]
    second = fold(AGENT, review(ENTRY, by=uid("other"), name="second"), partition=partition)
    assert refusal(second).reason == "the reviewer does not hold the role manager where the subject works"
    assert lives(fold(AGENT, review(ENTRY, by=HR, name="third"), partition=partition)) == ["approved"]


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (flag().model_copy(update={"risk": "low"}), "attendance_flag always needs a human"),
        (proposal(risk="critical", when=NOW), "critical risk always needs a human"),
    ],
)
def test_no_rule_lets_happen_alone_what_needs_a_human(made: ProposalMade, why: str) -> None:
    decision = last(fold(AGENT, made, partition=ruled(Rule(name="all", when="true", then="auto"))))
    assert (decision.status, decision.rule) == ("routed", "all")
    assert decision.reason == f"the rule all would let it happen alone, but {why}"


def test_no_rule_asks_fewer_or_lower_than_the_risk_does() -> None:
    low = Rule(name="low", when="true", then="role", roles=("manager",))
    for risk in RISKS:
        made = proposal(f"of {risk} risk", risk=risk, when=NOW)
        assert tuple(last(fold(AGENT, made, partition=ruled(low))).seats) == seats_for(KINDS["lateness_entry"], risk)
    admins = Rule(name="admins", when="true", then="two_roles", roles=("hr", "admin"))
    assert last(fold(AGENT, proposal(risk="high", when=NOW), partition=ruled(admins))).seats == ["hr", "admin"]


def test_the_rules_in_force_when_it_was_recorded_count() -> None:
    later = policy(RoutingPolicy(rules=(BLOCK,)), NOW.replace(hour=13))
    assert lives(fold(AGENT, ENTRY, partition=desk(later))) == ["routed"]


def test_provenance_that_is_not_trusted_is_a_fact_and_raises_the_risk() -> None:
    rule = Rule(name="outside", when='provenance == "untrusted" && risk == "medium"', then="block")
    made = ENTRY.model_copy(update={"provenance": "an e-mail"})
    assert last(fold(AGENT, made, partition=ruled(rule))).rule == "outside"


FACTS = st.sampled_from(["true", 'risk == "critical"', 'kind == "attendance_flag"', 'agent.startsWith("att")'])
RULES = st.lists(
    st.tuples(FACTS, st.sampled_from(["auto", "auto", "role", "two_roles"])), min_size=1, max_size=3
).map(
    lambda pairs: [
        Rule(
            name=f"rule-{number}",
            when=when,
            then=then,
            roles=({"role": ("manager",), "two_roles": ("manager", "hr")}.get(then, ())),
        )
        for number, (when, then) in enumerate(pairs)
    ]
)  # fmt: skip
PAYLOADS = {"attendance_flag": FLAG, "break_suggestion": ADVICE, "lateness_entry": ENTRY.payload}


@given(RULES, st.sampled_from(sorted(PAYLOADS)), st.sampled_from(RISKS), st.sampled_from(["supervised", "autonomous"]))
def test_whatever_the_rules_say_what_needs_a_human_gets_one(
    rules: list[Rule], name: str, risk: Risk, autonomy: Any
) -> None:
    made = proposal(kind=name, payload=PAYLOADS[name], risk=risk, when=NOW)
    known = world(
        *STAFF, policy(RoutingPolicy(rules=tuple(rules))), policy(SupervisionPolicy(default=autonomy))
    )  # fmt: skip
    kind = KINDS[name]
    routing = route(made, kind, risk, known)
    assert routing.outcome == "ask" or needs_human(kind, risk) is None
    if routing.outcome == "ask":
        assert len(routing.seats) >= len(seats_for(kind, risk))
        assert "admin" in routing.seats or risk in ("low", "medium")


# -- too few who may decide --------------------------------------------------------------------------------------------


def told(events: list[Any]) -> set[str]:
    return {
        each.recipient for each in events if isinstance(each, NoticeRequested) and each.kind == "proposal_escalated"
    }


def test_without_enough_people_it_is_unroutable_and_never_let_happen() -> None:
    partition = live(AGENT, role(ADMIN, "admin", None), policy(SupervisionPolicy(default="autonomous")))
    events = fold(AGENT, proposal(risk="critical", when=NOW), partition=partition)
    assert lives(events)[0] == "unroutable"
    assert last(events).reason.endswith("; too few people may decide it")
    assert lives(fold(AGENT, flag(), partition=live(AGENT)))[0] == "unroutable"


def test_an_external_approver_is_told_and_may_decide_what_nobody_else_may() -> None:
    outside = uid("outside")
    named = policy(RoutingPolicy(external_approver=outside))
    partition = live(AGENT, named)
    events = fold(AGENT, flag(), partition=partition)
    assert f"employee:{outside}" in told(events)
    assert lives(fold(AGENT, review(flag(), by=MANAGER, name="first"), partition=partition)) == ["refused"]
    assert lives(fold(AGENT, review(flag(), by=outside), partition=partition))[0] == "approved"


def test_an_external_approver_decides_nothing_that_others_may() -> None:
    outside = uid("outside")
    partition = desk(policy(RoutingPolicy(external_approver=outside)))
    assert lives(fold(AGENT, flag(), review(flag(), by=outside), partition=partition)) == ["routed", "refused"]


# -- published ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"when": 'riks == "low"'}, "column 1: there is no fact 'riks'; mend: say one of: agent, amount, kind"),
        ({"when": 'risk == "lwo"'}, "column 9: it is never 'lwo'; mend: it is one of: low, medium, high, critical"),
        ({"when": "amount"}, "column 1: it is an int, not true or false"),
        ({"then": "role"}, "role asks 1 roles, not 0; mend: name as many"),
        ({"roles": ("admin",)}, "auto asks 0 roles, not 1"),
        ({"name": "Not So"}, "String should match pattern"),
    ],
)
def test_a_rule_that_is_none_cannot_be_published_and_says_why(rule: dict[str, Any], said: str) -> None:
    document = {"rules": [{"name": "a-rule", "when": "true", "then": "auto", **rule}]}
    with pytest.raises(ValidationError) as error:
        RoutingPolicy.model_validate(document)
    assert said in str(error.value)
    assert error.value.errors()[0]["loc"][:2] == ("rules", 0)


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="two rules are called 'small'; mend: give each a name of its own"):
        RoutingPolicy(rules=(AUTO, AUTO))


def test_a_policy_comes_back_from_its_text_as_it_was() -> None:
    known = RoutingPolicy(rules=(AUTO, BLOCK, TWO), external_approver=uid("outside"))
    assert RoutingPolicy.model_validate_json(known.canonical()) == known


def test_what_cannot_be_taken_back_needs_a_human_too() -> None:
    assert (
        needs_human(replace(KINDS["lateness_entry"], reversible=False), "low") == "lateness_entry cannot be taken back"
    )
