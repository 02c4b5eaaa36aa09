"""Identifiers are derived, never drawn: the same cause gives the same id on every run, so a repeat is recognisable."""

from functools import lru_cache
from hashlib import sha1
from uuid import UUID, SafeUUID

NAMESPACE = UUID("6f4c1b52-9a0e-5d7b-8f6e-2f9b1a7c3d10")
DEFAULT_TENANT = "default"


_SPACE = NAMESPACE.bytes
_VARIANT = ~(0xC000 << 48) & ~(0xF000 << 64) & ((1 << 128) - 1)
_RFC_4122_SHA1 = (0x8000 << 48) | (5 << 76)


def derive(*parts: object) -> UUID:
    """Return ``uuid5`` over the parts, joined by a separator that none of them contains.

    Computed here because the standard library's goes through two constructors that each check what is known: an event
    derives an id, and at some ten thousand events a second that is worth a few lines.
    """
    name = "\x1f".join([text(part) if type(part) is UUID else str(part) for part in parts])
    digest = sha1(_SPACE + name.encode(), usedforsecurity=False).digest()
    identity = object.__new__(UUID)
    object.__setattr__(identity, "int", int.from_bytes(digest[:16]) & _VARIANT | _RFC_4122_SHA1)
    object.__setattr__(identity, "is_safe", SafeUUID.unknown)
    return identity


def text(identity: UUID) -> str:
    """Return ``str(identity)``; an event's ids are written several times, and those of its cause and key come again."""
    return _text(identity.int)


@lru_cache(maxsize=32_768)  # by number, for a UUID's own hash and comparison are Python
def _text(number: int) -> str:
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
