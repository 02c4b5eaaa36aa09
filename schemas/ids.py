"""Identifiers are derived, never drawn: the same cause gives the same id on every run, so a repeat is recognisable."""

from uuid import UUID, uuid5

NAMESPACE = UUID("6f4c1b52-9a0e-5d7b-8f6e-2f9b1a7c3d10")
DEFAULT_TENANT = "default"


def derive(*parts: object) -> UUID:
    """Return ``uuid5`` over the parts, joined by a separator that none of them contains."""
    return uuid5(NAMESPACE, "\x1f".join(map(str, parts)))
