"""The policies are valid under their schema, and whoever breaks them is told before anything is decided."""

import re

import pytest

from agents.supervisor.cedar import ENGINE, Engine
from schemas.cedar import POLICIES, SCHEMA
from schemas.faults import Misconfigured


def test_every_policy_has_a_name_and_every_prohibition_says_why() -> None:
    ids = re.findall(r'^@id\("([a-z-]+)"\)', POLICIES, re.MULTILINE)
    assert len(ids) == len(set(ids)) == len(re.findall(r"^(permit|forbid) ", POLICIES, re.MULTILINE))
    assert POLICIES.count("\n@reason(") == len(re.findall(r"^forbid ", POLICIES, re.MULTILINE))


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("principal.left", "principal.gone", "gone"),
        ("context.alone &&", 'context.alone == "yes" &&', "not valid under their schema"),
        ('Action::"resolve"', 'Action::"settle"', "settle"),
        ("forbid (", "forbit (", "cannot be read"),
    ],
)
def test_policy_that_speaks_of_what_the_schema_lacks_is_refused_at_once(was: str, becomes: str, said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        Engine(POLICIES.replace(was, becomes), SCHEMA)


def test_schema_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        Engine(POLICIES, "entity {")


def test_question_that_cannot_be_asked_is_answered_with_no() -> None:
    nonsense = {
        "principal": {"type": "Person", "id": "x"},
        "action": {"type": "Action", "id": "fly"},
        "resource": {"type": "Proposal", "id": "proposal"},
        "context": {},
    }
    (answer,) = ENGINE.answers([nonsense], [])
    assert not answer.allowed
    assert answer.reasons[0].startswith("the policies cannot be asked this: ")
