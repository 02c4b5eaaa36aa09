"""What our conditions accept, the reference implementation of CEL accepts too, and answers alike."""

from typing import Any

import pytest
from cel_expr_python import cel
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.cel import BOOL, INT, STRING, Condition, ConditionWrong, Type, Words

WORDS = ("low", "high", "critical")
FACTS: dict[str, Type] = {"risk": Words("string", WORDS), "kind": STRING, "amount": INT, "ok": BOOL}
REFERENCE = cel.NewEnv(
    variables={"risk": cel.Type.STRING, "kind": cel.Type.STRING, "amount": cel.Type.INT, "ok": cel.Type.BOOL}
)
VALUES = ["", "a", "flag", "lateness_entry", "ü€😀", "a'b", 'a"b', "a\\b\n"]
NUMBERS = [0, 1, -1, 10, 2**63 - 1, -(2**63)]
GIVEN = st.fixed_dictionaries(
    {
        "risk": st.sampled_from(WORDS),
        "kind": st.sampled_from(VALUES),
        "amount": st.sampled_from(NUMBERS),
        "ok": st.booleans(),
    }
)


def quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


STRINGS = st.one_of(st.sampled_from(["kind", "risk"]), st.sampled_from(VALUES).map(quoted))
INTS = st.one_of(st.just("amount"), st.sampled_from(NUMBERS).map(str), STRINGS.map("size({})".format))
SIGNS, EQUAL = st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), st.sampled_from(["==", "!="])
COMPARED = st.one_of(
    st.tuples(INTS, SIGNS, INTS).map(" ".join),
    st.tuples(st.just("kind"), SIGNS, STRINGS).map(" ".join),
    st.tuples(st.just("risk"), EQUAL, st.sampled_from(WORDS).map(quoted)).map(" ".join),
    st.tuples(STRINGS, st.lists(STRINGS, min_size=1, max_size=3)).map(lambda two: f"{two[0]} in [{', '.join(two[1])}]"),
    st.tuples(STRINGS, st.sampled_from(["startsWith", "endsWith", "contains"]), STRINGS).map(
        lambda three: f"{three[0]}.{three[1]}({three[2]})"
    ),
    st.sampled_from(["ok", "true", "false"]),
)
CONDITIONS = st.recursive(
    COMPARED,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" && ", " || "]), inner).map("".join),
        st.tuples(inner, EQUAL, inner).map(lambda three: f"({three[0]}) {three[1]} ({three[2]})"),
        inner.map("!({})".format),
        inner.map("({})".format),
    ),
    max_leaves=6,
)
WORDS_AND_SIGNS = "risk kind amount ok 'low' 'x' 1 -1 true == != < in && || ! ( ) [ ] , . size contains no ' \\ &"
PIECES = st.lists(st.sampled_from(WORDS_AND_SIGNS.split()), max_size=9).map(" ".join)


def compared(text: str, facts: dict[str, Any]) -> bool:
    """Return whether our check accepts it; then the reference must, and say the same."""
    try:
        condition = Condition(text, FACTS)
    except ConditionWrong as error:
        return not str(error).startswith("column ")
    expression = REFERENCE.compile(text)
    assert str(expression.return_type()) == "BOOL"
    assert expression.eval(data=facts).value() is condition.holds(facts)
    return True


@given(CONDITIONS, GIVEN)
def test_what_is_accepted_means_the_same(text: str, facts: dict[str, Any]) -> None:
    compared(text, facts)


@given(PIECES, GIVEN)
def test_what_looks_like_a_condition_is_refused_with_its_place_or_means_the_same(
    text: str, facts: dict[str, Any]
) -> None:
    compared(text, facts)


@pytest.mark.slow
@given(st.one_of(CONDITIONS, PIECES), GIVEN)
@settings(max_examples=600)
def test_many_conditions_mean_the_same(text: str, facts: dict[str, Any]) -> None:
    compared(text, facts)


@given(CONDITIONS)
def test_most_of_these_are_accepted(text: str) -> None:
    if "risk" not in text:  # a fact of few words is compared with these only
        Condition(text, FACTS)
