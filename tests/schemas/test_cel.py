"""Conditions: what is accepted means what it means in CEL, and every error is found before it is asked."""

from typing import Any

import pytest

from schemas.cel import INT, STRING, Condition, ConditionWrong, Type, Words

FACTS: dict[str, Type] = {
    "risk": Words("string", ("low", "high")),
    "kind": STRING,
    "amount": INT,
    "ok": Type("bool"),
}
GIVEN: dict[str, Any] = {"risk": "low", "kind": "lateness_entry", "amount": 10, "ok": True}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('risk == "low"', True),
        ("risk == 'low' && amount < 10", False),
        ('risk != "low" || amount <= 10', True),
        ("!(amount > 10)", True),
        ("!!ok", True),
        ("amount > -1 && amount >= 10", True),
        ("amount == 10 == ok", True),
        ('kind in ["flag", "lateness_entry"]', True),
        ('"flag" in [kind, "flag"]', True),
        ("amount in [1, 2]", False),
        ('kind.startsWith("late") && kind.endsWith("entry")', True),
        ('kind.contains("ness")', True),
        ('size(kind) == 14 && kind.size() == 14 && size("ü") == 1', True),
        ('"\\"\\n\\\\" == "\\"\\n\\\\"', True),
        ('kind < "m"', True),
        ("true", True),
        ("ok && false || true", True),
        ("false && false || true", True),
        ("false && (false || true)", False),
        ("amount == -9223372036854775808", False),
    ],
)
def test_conditions_mean_what_they_say(text: str, holds: bool) -> None:  # noqa: FBT001 - a case
    assert Condition(text, FACTS).holds(GIVEN) is holds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "column 1: the end stands where a fact, a value or a bracket is wanted"),
        ("ok &", "column 4: '&' is nothing here"),
        ("ok ok", "column 4: 'ok' stands where the end, or && or || is wanted"),
        ("ok &&", "column 6: the end stands where"),
        ("(ok", "column 4: the end stands where ')' is wanted"),
        ("in == 1", "column 1: 'in' stands where a fact"),
        ("amount", "column 1: it is an int, not true or false"),
        ("[ok]", "column 1: it is a list, not true or false"),
        ("riks == 'low'", "column 1: there is no fact 'riks'; mend: say one of: amount, kind, ok, risk"),
        ("risk == 1", "column 6: == compares a string with an int"),
        ("amount < 'x'", "column 8: < compares an int with a string"),
        ("risk == 'hihg'", "column 9: it is never 'hihg'; mend: it is one of: low, high"),
        ("'hihg' != risk", "column 1: it is never 'hihg'"),
        ("risk in ['low', 'hihg']", "column 17: it is never 'hihg'"),
        ("risk > 'low'", "column 1: a string would be ordered by the alphabet; mend: say which: in ['low', 'high']"),
        ("ok < true", "column 1: a bool has no order"),
        ("amount && ok", "column 1: an int stands where a bool is wanted"),
        ("!amount", "column 2: an int stands where a bool is wanted"),
        ("amount in 3", "column 11: an int is no list"),
        ("amount in []", "column 11: nothing is in an empty list"),
        ("amount in [1, 'x']", "column 15: a string is no int like the first"),
        ("amount in [[1]]", "column 12: a list is no list like the first"),
        ("amount in ['x']", "column 8: in compares an int with a string"),
        ("[1] == [1]", "column 5: lists are not compared"),
        ("size(amount) == 1", "column 6: an int stands where a string is wanted"),
        ("size() == 1", "column 1: size does not take 0 values; mend: give it 1"),
        ("kind.startsWith(amount)", "column 17: an int stands where a string is wanted"),
        ("kind.matches('x')", "column 6: there is no function 'matches'; mend: there are: size, startsWith"),
        ("amount == 9223372036854775808", "column 11: 9223372036854775808 is no int of 64 bits"),
        ("amount == -x", "column 12: 'x' stands where a number is wanted"),
        ("kind == 'a\\d'", "column 9: \\d stands for nothing"),
        ("kind.size", "column 10: the end stands where '(' is wanted"),
        ("kind.", "column 6: the end stands where the name of a function is wanted"),
        ("ok" + " || ok" * 150, "column 901: it has more than 300 words and signs"),
        ("amount in [1 2]", "column 14: '2' stands where ',' is wanted"),
        ("(" * 41 + "ok" + ")" * 41, "column 41: more than 40 within each other"),
    ],
)
def test_every_error_is_found_before_it_is_asked_and_says_how_to_mend_it(text: str, said: str) -> None:
    with pytest.raises(ConditionWrong) as error:
        Condition(text, FACTS)
    assert str(error.value).startswith(said)
    assert "; mend: " in str(error.value)
