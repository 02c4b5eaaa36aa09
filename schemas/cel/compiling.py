"""A condition as a function of the facts. It cannot fail: what could was refused by the check."""

import operator
from collections.abc import Callable, Mapping
from functools import lru_cache

from schemas.cel.checking import Facts, checked
from schemas.cel.reading import Call, Fact, Items, Literal, Node

Value = bool | int | str | tuple["Value", ...]
Given = Mapping[str, Value]
Term = Callable[[Given], Value]
PLAIN: Mapping[str, Callable[..., Value]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda item, items: item in items,
    "!": operator.not_,
    "size": len,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": operator.contains,
}


class Condition:
    """A condition that has been checked."""

    def __init__(self, text: str, facts: Facts) -> None:
        """Check and translate; raises as `checked`."""
        self.text = text
        self._term = _term(checked(text, facts))

    def holds(self, given: Given) -> bool:
        """Return whether it is true of these facts; they must have the types that it was checked with."""
        return bool(self._term(given))


@lru_cache(maxsize=1024)
def compiled(text: str, facts: tuple[tuple[str, object], ...]) -> Condition:
    """Return the same, once for each text and types of facts (as pairs)."""
    return Condition(text, dict(facts))  # type: ignore[arg-type]


def _term(node: Node) -> Term:
    match node:
        case Literal(value=value):
            return lambda _: value
        case Fact(name=name):
            return lambda given: given[name]
        case Items(items=items):
            terms = tuple(map(_term, items))
            return lambda given: tuple(term(given) for term in terms)
        case Call(name="&&", given=(left, right)):
            one, other = _term(left), _term(right)
            return lambda given: bool(one(given) and other(given))
        case Call(name="||", given=(left, right)):
            one, other = _term(left), _term(right)
            return lambda given: bool(one(given) or other(given))
    return _applied(PLAIN[node.name], tuple(map(_term, node.given)))


def _applied(function: Callable[..., Value], terms: tuple[Term, ...]) -> Term:
    if len(terms) == 1:
        (only,) = terms
        return lambda given: function(only(given))
    left, right = terms
    return lambda given: function(left(given), right(given))
