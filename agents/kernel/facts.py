"""Facts that rows state: the newest revision of each holds, in whatever order they arrive."""

from typing import Protocol, TypeVar


class Fact(Protocol):
    """What a row states, or that it is gone: the `id` is the row's natural key, a higher `revision` supersedes."""

    @property
    def id(self) -> bytes: ...
    @property
    def revision(self) -> int: ...


F = TypeVar("F", bound=Fact)


def newest(facts: tuple[F, ...], fact: F) -> tuple[F, ...]:
    """Return the facts, in order of ids, with this one in the place of an older revision; old news changes nothing."""
    known = next((each for each in facts if each.id == fact.id), None)
    if known is not None and known.revision >= fact.revision:
        return facts
    return tuple(sorted((*(each for each in facts if each is not known), fact), key=lambda each: each.id))
