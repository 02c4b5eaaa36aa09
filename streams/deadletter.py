"""Bury a record that one reader could not take: byte for byte, with its cause and place, so that it can be given again.

Buried into ``<topic>.dlq``, same partition. Given again it carries `for`, and every other reader skips it.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from schemas import origin
from schemas.wire import Headers
from streams.outbox import Outgoing

FOR = "for"
"""On a record given again: the one reader (or agent) that it is for."""
WOKEN = "woken"
"""On a record given again: the key whose wake-up, or whose step of a broadcast, had failed."""
OURS = "dlq-"
LIMIT = 1024
DLQ_SUFFIX = ".dlq"


class Raw(NamedTuple):
    """A record as it was fetched, whoever fetched it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers


def bury(record: Raw, reader: str, error: Exception, woken: str | None = None) -> Outgoing:
    """Return the dead letter. `reader` is who could not take it: a reader's name, or that of one of its agents."""
    added = {
        "dlq-reader": reader,
        "dlq-cause": type(error).__name__,
        "dlq-error": str(error).encode()[:LIMIT].decode(errors="ignore"),
        "dlq-topic": record.topic,
        "dlq-partition": str(record.partition),
        "dlq-offset": str(record.offset),
        "dlq-at": datetime.now(UTC).isoformat(),
    }
    if woken is not None:
        added["dlq-woken"] = woken
    # What an earlier burial and retry have left belongs to them; the origin is renamed, for this gets its own.
    kept = [
        (f"{OURS}{name}" if name == origin.HEADER else name, value)
        for name, value in record.headers
        if name not in (FOR, WOKEN) and not name.startswith(OURS)
    ]
    headers = [*kept, *((name, value.encode()) for name, value in added.items())]
    return Outgoing(f"{record.topic}{DLQ_SUFFIX}", record.partition, record.key, record.value, headers)


def given_again(dead: Raw) -> Outgoing:
    """Return a dead letter as it goes back to where it came from, for the reader that could not take it.

    Raises:
        KeyError: it is not a dead letter.

    """
    said = named(dead.headers)
    headers = [(name, value) for name, value in dead.headers if not name.startswith(OURS)]
    headers.append((FOR, said["dlq-reader"]))
    if "dlq-woken" in said:
        headers.append((WOKEN, said["dlq-woken"]))
    return Outgoing(said["dlq-topic"].decode(), int(said["dlq-partition"]), dead.key, dead.value, headers)


def named(headers: Iterable[tuple[str, bytes]]) -> Mapping[str, bytes]:
    """Return headers by name; of several with one name the last."""
    return dict(headers)
