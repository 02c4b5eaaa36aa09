"""The types that facts of a condition can have."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Type:
    """A type of CEL, by its name there."""

    name: str

    @property
    def plain(self) -> "Type":
        """What it is in CEL itself."""
        return self


@dataclass(frozen=True, slots=True)
class Words(Type):
    """A string that is one of these words, and nothing else: a condition may not compare it with another one."""

    words: tuple[str, ...] = ()

    @property
    def plain(self) -> Type:
        return STRING


@dataclass(frozen=True, slots=True)
class ListOf(Type):
    """A list of one type."""

    element: Type = Type("string")


BOOL, INT, STRING = Type("bool"), Type("int"), Type("string")
