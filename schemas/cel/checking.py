"""The types in a condition: everything that could go wrong when it is asked is found here."""

from collections.abc import Mapping

from schemas.cel.reading import Call, ConditionWrong, Fact, Items, Literal, Node, Reader
from schemas.cel.types import BOOL, INT, STRING, ListOf, Type, Words

ORDERED = ("<", "<=", ">", ">=")
METHODS = ("startsWith", "endsWith", "contains")
Facts = Mapping[str, Type]


def checked(text: str, facts: Facts) -> Node:
    """Return a condition as a tree in which every operator gets what it takes.

    Raises:
        ConditionWrong: it is not CEL, does not fit the types of the facts, or is not true or false.

    """
    node = Reader(text).condition()
    found = typed(node, facts)
    if found != BOOL:
        raise ConditionWrong(1, f"it is {_named(found)}, not true or false", "compare it with something")
    return node


def typed(node: Node, facts: Facts) -> Type:
    """Return the type of a tree."""
    match node:
        case Literal(value=value):
            return BOOL if isinstance(value, bool) else INT if isinstance(value, int) else STRING
        case Fact():
            return _fact(node, facts)
        case Items():
            return _items(node, facts)
    return _call(node, facts)


def _fact(node: Fact, facts: Facts) -> Type:
    if node.name not in facts:
        raise ConditionWrong(node.column, f"there is no fact {node.name!r}", f"say one of: {', '.join(sorted(facts))}")
    return facts[node.name]


def _items(node: Items, facts: Facts) -> Type:
    if not node.items:
        raise ConditionWrong(node.column, "nothing is in an empty list", "name what may be in it")
    kinds = [typed(each, facts).plain for each in node.items]
    for item, kind in zip(node.items, kinds, strict=True):
        if kind != kinds[0] or isinstance(kind, ListOf):
            raise ConditionWrong(item.column, f"{_named(kind)} is no {kinds[0].name} like the first", "list one type")
    return ListOf("list", kinds[0])


def _call(node: Call, facts: Facts) -> Type:
    given = [typed(each, facts) for each in node.given]
    match node.name:
        case "&&" | "||" | "!":
            for each, kind in zip(node.given, given, strict=True):
                _wanted(each, kind, BOOL, f"{node.name} joins what is true or false")
        case "==" | "!=" | "in":
            _compared(node, given)
        case "<" | "<=" | ">" | ">=":
            _ordered(node, given)
        case "size":
            _arguments(node, given, STRING)
            return INT
        case "startsWith" | "endsWith" | "contains":
            _arguments(node, given, STRING, STRING)
        case name:
            known = ", ".join(("size", *METHODS))
            raise ConditionWrong(node.column, f"there is no function {name!r}", f"there are: {known}")
    return BOOL


def _wanted(node: Node, found: Type, wanted: Type, why: str) -> None:
    if found.plain != wanted:
        raise ConditionWrong(node.column, f"{_named(found)} stands where a {wanted.name} is wanted", why)


def _arguments(node: Call, found: list[Type], *wanted: Type) -> None:
    if len(found) != len(wanted):
        raise ConditionWrong(node.column, f"{node.name} does not take {len(found)} values", f"give it {len(wanted)}")
    for each, kind, want in zip(node.given, found, wanted, strict=True):
        _wanted(each, kind, want, f"give {node.name} a {want.name}")


def _ordered(node: Call, given: list[Type]) -> None:
    for each, kind in zip(node.given, given, strict=True):
        if isinstance(kind, Words):
            mend = f"say which: in [{', '.join(map(repr, kind.words))}]"
            raise ConditionWrong(each.column, f"{_named(kind)} would be ordered by the alphabet", mend)
        if kind.plain not in (INT, STRING):
            raise ConditionWrong(each.column, f"{_named(kind)} has no order", "compare numbers or strings")
    _alike(node, given[0], given[1])


def _compared(node: Call, given: list[Type]) -> None:
    left, right = given
    if node.name == "in":
        if not isinstance(right, ListOf):
            mend = "write the list in [brackets]"
            raise ConditionWrong(node.given[1].column, f"{_named(right)} is no list", mend)
        _alike(node, left, right.element)
    else:
        _alike(node, left, right)
        if isinstance(left, ListOf):
            raise ConditionWrong(node.column, "lists are not compared", "use in")
    for this, other in ((0, 1), (1, 0)):
        _known(given[this], node.given[other])


def _alike(node: Call, left: Type, right: Type) -> None:
    if left.plain != right.plain:
        what = f"{node.name} compares {_named(left)} with {_named(right)}"
        raise ConditionWrong(node.column, what, "compare the same types")


def _known(kind: Type, other: Node) -> None:
    """A fact that is one of some words is never another one."""
    if not isinstance(kind, Words):
        return
    for each in other.items if isinstance(other, Items) else (other,):
        if isinstance(each, Literal) and each.value not in kind.words:
            raise ConditionWrong(each.column, f"it is never {each.value!r}", f"it is one of: {', '.join(kind.words)}")


def _named(kind: Type) -> str:
    return {"bool": "a bool", "int": "an int", "string": "a string", "list": "a list"}[kind.plain.name]
