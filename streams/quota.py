"""A quota on burying, per reader, input topic and hour: a bad deploy stops before it has dead-lettered everything.

Counted in the transaction that buries, so restarts do not begin anew; the hour is the database's own clock's, because
business time may run faster. What may be buried is read there too: raising it reaches a worker at its next try.
"""

from collections.abc import Mapping, Sequence

from schemas.faults import TooManyBuried
from streams.database import Connection
from streams.deadletter import named
from streams.outbox import Outgoing
from streams.store import Input

PER_HOUR = 1000
"""Dead letters that one reader may make of one topic within an hour, unless somebody has allowed another number."""


def charge(connection: Connection, whose: Input, dead: Sequence[Outgoing]) -> None:
    """Count what this transaction buries; its last statement but for those on the reader's own rows, for it may wait.

    Raises:
        TooManyBuried: the transaction must not be committed.

    """
    if not dead:
        return
    row = connection.execute(
        "select buried, quota from rollcall.charge_burials(%s, %s, %s, %s)",
        (whose.reader, whose.topic, len(dead), PER_HOUR),
    ).fetchone()
    assert row is not None, "a function with out parameters returns a row"
    buried, quota = row
    if buried > quota:
        said = named(dead[-1].headers)
        raise TooManyBuried(
            f"{whose.reader} would bury {buried} records of {whose.topic} within this hour, and may bury {quota};"
            f" nothing of this step is committed. The last: {_text(said, 'dlq-cause')}, {_text(said, 'dlq-error')}."
            f" Mend the cause and start again, or let it go on: rollcall dlq allow {whose.topic} NUMBER"
            f" --reader {whose.reader}"
        )


def _text(said: Mapping[str, bytes], name: str) -> str:
    return said.get(name, b"").decode(errors="replace")[:200]
