"""Whether two versions of an event's Avro schema can read each other: what FULL compatibility asks for."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

Schema = Mapping[str, Any]


def broken(older: Schema, newer: Schema) -> list[str]:
    """Return what keeps readers of the one version from records of the other, in words; empty: nothing.

    Narrower than Avro's rules: a type that only one direction could widen is not accepted, because FULL asks for both.
    """
    names = [f"{each.get('namespace')}.{each.get('name')}" for each in (older, newer)]
    if names[0] != names[1]:
        return [f"{names[0]} was renamed to {names[1]}"]
    was, now = (_fields(each) for each in (older, newer))
    changed = [
        f"{name} changed from {was[name]['type']} to {now[name]['type']}"
        for name in was
        if name in now and was[name]["type"] != now[name]["type"]
    ]
    gone = [f"{name} was removed and had no default" for name in was if name not in now and "default" not in was[name]]
    new = [f"{name} was added without a default" for name in now if name not in was and "default" not in now[name]]
    return changed + gone + new


def broken_anywhere(versions: Sequence[Schema]) -> list[str]:
    """Return `broken` for every two of the versions, oldest first: FULL_TRANSITIVE."""
    return [
        f"version {first + 1} to {second + 1}: {what}"
        for first, second in combinations(range(len(versions)), 2)
        for what in broken(versions[first], versions[second])
    ]


def _fields(schema: Schema) -> Mapping[str, Any]:
    return {field["name"]: field for field in schema["fields"]}
