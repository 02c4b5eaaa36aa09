"""The text of a condition as a tree: CEL's grammar, as far as conditions need it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<number>\d+)|(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"""|(?P<sign>\|\||&&|==|!=|<=|>=|[<>!().,\[\]-])""",
)
ESCAPES = {"\\": "\\", '"': '"', "'": "'", "n": "\n", "t": "\t"}
RELATIONS = ("==", "!=", "<", "<=", ">", ">=", "in")
LARGEST = 2**63
LONGEST = 300
"""Words, values and signs in one condition."""
DEEPEST = 40
"""Brackets and negations within each other."""


class ConditionWrong(ValueError):
    """A condition that is not one: what, at which column, and how to mend it."""

    def __init__(self, column: int, what: str, mend: str) -> None:
        super().__init__(f"column {column}: {what}; mend: {mend}")


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as it stands in the text."""

    column: int
    value: bool | int | str


@dataclass(frozen=True, slots=True)
class Fact:
    """The name of a fact."""

    column: int
    name: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    column: int
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or a function, and what it is given."""

    column: int
    name: str
    given: tuple["Node", ...]


Node = Literal | Fact | Items | Call


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text; the last one is empty."""

    kind: str
    text: str
    column: int


def tokens(text: str) -> list[Token]:
    """Return the pieces of a text.

    Raises:
        ConditionWrong: a sign that conditions do not have.

    """
    found: list[Token] = []
    place = 0
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise ConditionWrong(place + 1, f"{text[place]!r} is nothing here", "use && || ! == != < <= > >= in")
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup, match[0], place + 1))
        place = match.end()
    if len(found) > LONGEST:
        raise ConditionWrong(
            found[LONGEST].column, f"it has more than {LONGEST} words and signs", "make it several rules"
        )
    return [*found, Token("end", "", len(text) + 1)]


class Reader:
    """Reads one condition, from the loosest operator to the tightest."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._place = 0
        self._depth = 0

    def condition(self) -> Node:
        """Return the whole text as a tree."""
        node = self._either()
        if self._next.kind != "end":
            raise self._surprised("the end, or && or ||")
        return node

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _taken(self, *texts: str) -> Token | None:
        token = self._next
        if token.kind not in ("sign", "word") or token.text not in texts:
            return None
        self._place += 1
        return token

    def _must(self, text: str) -> None:
        if self._taken(text) is None:
            raise self._surprised(repr(text))

    def _surprised(self, wanted: str) -> ConditionWrong:
        found = repr(self._next.text) if self._next.text else "the end"
        return ConditionWrong(self._next.column, f"{found} stands where {wanted} is wanted", "write it there")

    def _chain(self, tighter: Callable[[], Node], *signs: str) -> Node:
        node = tighter()
        while (sign := self._taken(*signs)) is not None:
            node = Call(sign.column, sign.text, (node, tighter()))
        return node

    def _either(self) -> Node:
        return self._chain(self._both, "||")

    def _both(self) -> Node:
        return self._chain(self._relation, "&&")

    def _relation(self) -> Node:
        return self._chain(self._unary, *RELATIONS)

    def _unary(self) -> Node:
        sign = self._taken("!", "-")
        if sign is None:
            return self._member()
        if sign.text == "-":
            return self._number(sign)
        return Call(sign.column, "!", (self._deeper(sign, self._unary),))

    def _deeper(self, token: Token, inner: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ConditionWrong(token.column, f"more than {DEEPEST} within each other", "make it several rules")
        node = inner()
        self._depth -= 1
        return node

    def _member(self) -> Node:
        node = self._primary()
        while self._taken("."):
            name = self._next
            if name.kind != "word":
                raise self._surprised("the name of a function")
            self._place += 1
            self._must("(")
            node = Call(name.column, name.text, (node, *self._list(")")))
        return node

    def _primary(self) -> Node:
        token = self._next
        match token.kind:
            case "number":
                return self._number(None)
            case "text":
                self._place += 1
                return Literal(token.column, _unquoted(token))
            case "word" if token.text not in RELATIONS:
                return self._word(token)
        if self._taken("("):
            node = self._deeper(token, self._either)
            self._must(")")
            return node
        if self._taken("["):
            return self._deeper(token, lambda: Items(token.column, self._list("]")))
        raise self._surprised("a fact, a value or a bracket")

    def _word(self, token: Token) -> Node:
        self._place += 1
        if token.text in ("true", "false"):
            return Literal(token.column, token.text == "true")
        if self._taken("("):
            return Call(token.column, token.text, self._list(")"))
        return Fact(token.column, token.text)

    def _list(self, end: str) -> tuple[Node, ...]:
        found: list[Node] = []
        while self._taken(end) is None:
            if found:
                self._must(",")
            found.append(self._either())
        return tuple(found)

    def _number(self, minus: Token | None) -> Node:
        token = self._next
        if token.kind != "number":
            raise self._surprised("a number")
        self._place += 1
        value = -int(token.text) if minus else int(token.text)
        if not -LARGEST <= value < LARGEST:
            raise ConditionWrong(token.column, f"{value} is no int of 64 bits", "write a smaller number")
        return Literal(minus.column if minus else token.column, value)


def _unquoted(token: Token) -> str:
    def escaped(match: re.Match[str]) -> str:
        if match[1] not in ESCAPES:
            mend = "only \\\\ \\\" \\' \\n and \\t stand for something"
            raise ConditionWrong(token.column, f"{match[0]} stands for nothing", mend)
        return ESCAPES[match[1]]

    return re.sub(r"\\(.)", escaped, token.text[1:-1])
