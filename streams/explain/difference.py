"""Where a record differs from the one that is emitted in its place now, field by field. Pure."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from schemas.events import Event
from schemas.faults import Bury
from streams.outbox import Outgoing
from streams.record import Record
from streams.replay import letter

TYPE = "ce_type"
Decode = Callable[[bytes | None], Event]


class Field(NamedTuple):
    """Where the two differ; None: not there at all."""

    name: str
    recorded: str | None
    replayed: str | None


def differing(then: Record, now: Sequence[Outgoing], decode: Decode) -> tuple[Field, ...]:
    """Return where a record differs from the one that is emitted in its place now; nothing: byte for byte the same."""
    was = letter(then)
    if any(letter(each) == was for each in now):
        return ()
    closest = max(now, key=lambda each: _alike(then, each), default=None)
    if closest is None or dict(closest.headers).get(TYPE) != then.header(TYPE):
        return (Field("event", (then.header(TYPE) or b"").decode(errors="replace"), None),)
    unlike = _unlike(_around(then), _around(closest))
    recorded, replayed = _said(then, decode), _said(closest, decode)
    if recorded and replayed:
        unlike += _unlike(recorded, replayed)
    return unlike or _unlike(_body(then), _body(closest))  # bytes where reading shows nothing


def _unlike(recorded: Mapping[str, str], replayed: Mapping[str, str]) -> tuple[Field, ...]:
    return tuple(
        Field(name, recorded.get(name), replayed.get(name))
        for name in dict.fromkeys([*recorded, *replayed])
        if recorded.get(name) != replayed.get(name)
    )


def _alike(then: Record, now: Outgoing) -> tuple[bool, bool, int]:
    one, other = dict(then.headers), dict(now.headers)
    same = {name for name, value in one.items() if other.get(name) == value}
    return TYPE in same, "ce_id" in same, len(same)


def _around(record: Record | Outgoing) -> dict[str, str]:
    """Return what is compared beside the body."""
    known = letter(record)
    return {
        "topic": known.topic,
        "partition": str(known.partition),
        "key": (known.key or b"").decode(errors="replace"),
        **{f"header {name}": value.decode(errors="replace") for name, value in known.headers},
    }


def _said(record: Record | Outgoing, decode: Decode) -> dict[str, str]:
    """Return the fields of the body; none when nobody can read it."""
    try:
        return {name: str(value) for name, value in decode(record.value).model_dump(mode="json").items()}
    except Bury:
        return {}


def _body(record: Record | Outgoing) -> dict[str, str]:
    body = letter(record).body
    return {"body": f"{len(body)} bytes, SHA-256 {sha256(body).hexdigest()}"}
