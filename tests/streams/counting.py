"""A process for kill tests: a reader that counts numbered records in PostgreSQL and sends one record per record.

``python -m tests.streams.counting TOPIC [OPTION=VALUE…]``; settings come from the environment, as for a role, options
go to the consumer. A record "refuse…" breaks a constraint, "raise…" is buried by the work itself.
"""

import signal
import sys
from collections.abc import Sequence
from threading import Event

from schemas.faults import Undecodable
from schemas.topics import Topic
from streams import serving
from streams.database import Connection
from streams.outbox import Outgoing
from streams.reader import open_reader
from streams.record import Record
from streams.settings import Settings
from streams.store import Claim
from streams.work import Buried, Result

TABLE = """
create table public.counted (
    number bigint generated always as identity, topic text not null, partition integer not null,
    value text not null check (value not like 'refuse%')
);
grant select, insert on public.counted to rollcall_translator
"""


class Counting:
    """Writes each value, and sends it on to ``<topic>.out``; its memory is how many there were."""

    def __init__(self, topic: str) -> None:
        self.name = f"counting.{topic}"
        self.topic = Topic(topic, 3, "number")

    def process(self, claim: Claim, records: Sequence[Record]) -> Result:
        good = [record for record in records if not (record.value or b"").startswith(b"raise")]
        bad = [Buried(record, Undecodable("as it says")) for record in records if record not in good]
        outgoing = [Outgoing(f"{record.topic}.out", record.partition, record.key, record.value, []) for record in good]
        return Result(outgoing, str(int(claim.memory or b"0") + len(good)).encode(), bad, good)

    def write(self, connection: Connection, rows: Sequence[Record]) -> None:
        for record in rows:
            values = (record.topic, record.partition, (record.value or b"").decode())
            connection.execute("insert into public.counted (topic, partition, value) values (%s, %s, %s)", values)


def main() -> None:
    stopping = Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    topic, *given = sys.argv[1:]
    options = dict(each.split("=") for each in given)

    def run(settings: Settings) -> None:
        open_reader(Counting(topic), settings, "rollcall_translator", stopping, options).run()

    if (settings := Settings.load()).http_port:
        serving.serve(topic, "rollcall_translator", run)  # as a role: with its checks and its endpoint
    else:
        run(settings)


if __name__ == "__main__":
    main()
