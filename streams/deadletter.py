"""Bury a record that one reader could not take: byte for byte, with its cause and place, so that it can be given again.

Buried into ``<topic>.dlq``, same partition. What is added stands behind the record's own headers: ours first, then the
same in Kafka Connect's words, for other people's tools. Given again it carries `for`, and every other reader skips it.
"""

import traceback
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from schemas import origin
from schemas.faults import Undecodable, UnknownSchema
from schemas.wire import Headers
from streams.outbox import Outgoing

FOR = "for"
"""On a record given again: the one reader (or agent) that it is for."""
WOKEN = "woken"
"""On a record given again: the key whose wake-up, or whose step of a broadcast, had failed."""
OURS = "dlq-"
READER = f"{OURS}reader"
"""The first header that burying adds."""
ORIGIN = f"{OURS}{origin.HEADER}"
"""The record's own origin, for a dead letter gets one of its own."""
CONNECT = "__connect.errors."
"""As Kafka Connect's ``DeadLetterQueueReporter`` has it (KIP-298, ``errors.deadletterqueue.context.headers``)."""
LIMIT = 1024
TRACE = 2048
"""Bytes kept of a stack trace: its end, where it happened."""
DLQ_SUFFIX = ".dlq"


class Raw(NamedTuple):
    """A record as it was fetched, whoever fetched it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers


def bury(record: Raw, reader: str, error: BaseException, woken: str | None = None) -> Outgoing:
    """Return the dead letter. `reader` is who could not take it: a reader's name, or that of one of its agents."""
    said = str(error).encode()[:LIMIT].decode(errors="ignore")
    place = {"topic": record.topic, "partition": str(record.partition), "offset": str(record.offset)}
    burial = {
        READER: reader,
        f"{OURS}cause": type(error).__name__,
        f"{OURS}error": said,
        **{f"{OURS}{name}": value for name, value in place.items()},
        f"{OURS}at": datetime.now(UTC).isoformat(),
        **({} if woken is None else {f"{OURS}woken": woken}),
        **{f"{CONNECT}{name}": value for name, value in {**place, **_as_connect(record, reader, error, said)}.items()},
    }
    # What an earlier retry has left belongs to that.
    kept = [(name, value) for name, value in record.headers if name not in (FOR, WOKEN, origin.HEADER)]
    emitted = [(ORIGIN, value) for name, value in record.headers if name == origin.HEADER]
    headers = [*kept, *((name, value.encode()) for name, value in burial.items()), *emitted]
    return Outgoing(f"{record.topic}{DLQ_SUFFIX}", record.partition, record.key, record.value, headers)


def _as_connect(record: Raw, reader: str, error: BaseException, said: str) -> dict[str, str]:
    frames = [frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__)]
    trace = "".join(traceback.format_exception(error)).encode()[-TRACE:].decode(errors="ignore")
    return {
        "connector.name": reader,
        "task.id": str(record.partition),
        "stage": "VALUE_CONVERTER" if isinstance(error, Undecodable | UnknownSchema) else "TASK_PUT",
        "class.name": frames[-1] if frames else type(error).__module__,
        "exception.class.name": f"{type(error).__module__}.{type(error).__qualname__}",
        "exception.message": said,
        "exception.stacktrace": trace,
    }


def own(headers: Headers) -> Headers:
    """Return a dead letter's headers without what burying, and sending it, have added: the record's, byte for byte.

    Only the origin is not given back: who sends the record again has a place of its own.
    """
    return [(name, value) for name, value in headers[: _began(headers)] if name != ORIGIN]


def added(headers: Headers) -> Headers:
    """Return what burying, and sending it, have added."""
    return headers[_began(headers) :]


def _began(headers: Headers) -> int:
    names = [name for name, _ in headers]
    return len(names) - 1 - names[::-1].index(READER) if READER in names else len(names)


def given_again(dead: Raw) -> Outgoing:
    """Return a dead letter as it goes back to where it came from, for the reader that could not take it.

    Raises:
        KeyError: it is not a dead letter.

    """
    said = named(dead.headers)
    headers = [*own(dead.headers), (FOR, said[READER])]
    if f"{OURS}woken" in said:
        headers.append((WOKEN, said[f"{OURS}woken"]))
    return Outgoing(said["dlq-topic"].decode(), int(said["dlq-partition"]), dead.key, dead.value, headers)


def named(headers: Iterable[tuple[str, bytes]]) -> Mapping[str, bytes]:
    """Return headers by name; of several with one name the last."""
    return dict(headers)
