"""What one look has found: fine, worth knowing, broken, or not looked at; and how to mend it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    """It works, and will not for ever."""
    BAD = "bad"
    SKIPPED = "skipped"
    """What it rests on is bad."""


@dataclass(frozen=True, slots=True)
class Finding:
    """In words for people; `fix` is a command, a statement or a setting."""

    state: State
    what: str
    fix: str = ""


def ok(what: str) -> Finding:
    """Return that it is as it should be."""
    return Finding(State.OK, what)


def warn(what: str, fix: str) -> Finding:
    """Return that somebody should know."""
    return Finding(State.WARN, what, fix)


def bad(what: str, fix: str) -> Finding:
    """Return that it has to be mended."""
    return Finding(State.BAD, what, fix)


def listed(names: list[str], most: int = 5) -> str:
    """Return names for a sentence: not more than anybody reads."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
