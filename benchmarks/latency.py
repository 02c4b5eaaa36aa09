"""From the commit of a late punch to the commit of its applied entry, over all hops, at a steady rate.

Both instants are PostgreSQL's own commit timestamps. Where the milliseconds go is read from the records: each hop's
record carries the instant at which it was produced and names what caused it.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from uuid import UUID, uuid4

import psycopg
from confluent_kafka import Consumer, TopicPartition

from connectors import commands
from schemas.events import DecisionMade, Event, ProposalMade, PunchRecorded
from schemas.policies import SupervisionPolicy
from schemas.topics import DECISIONS, PROPOSALS, WORKFORCE, Topic
from schemas.wire import Codec
from streams import roles
from streams.database import Connection
from streams.host import reader_of
from streams.kafka import librdkafka
from streams.lag import ends, lags
from streams.local.runner import Stack
from streams.registry import Registry
from streams.settings import Settings

COMMITS = """
select s.employee_id, extract(epoch from pg_xact_commit_timestamp(p.xmin)) * 1000,
       extract(epoch from pg_xact_commit_timestamp(a.xmin)) * 1000
from public.attendance a join public.shifts s on s.id = a.shift_id
join public.time_punches p on p.employee_id = s.employee_id
"""


def main() -> None:
    """Run it and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=50, help="late punches a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--warm", type=float, default=5, help="seconds at the same rate before these, not measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rollcall-bench-") as folder:
        stack = Stack(Path(folder) / "home", roles.roles(), prepare)
        with stack as settings, psycopg.connect(settings.dsn("rollcall_migrator"), autocommit=True) as connection:
            people = load(connection, int(options.rate * (options.warm + options.seconds)))
            await_quiet(settings, len(people))
            punch_all(connection, people, options.rate)
            await_entries(connection, len(people))
            report(connection, settings, {str(person) for person in people[int(options.rate * options.warm) :]})


def prepare(settings: Settings) -> None:
    """Bring up an installation that polls as often as a benchmark may, with lateness entries on their own."""
    quick = settings.model_copy(update={"poll": timedelta(milliseconds=2)})
    roles.prepare(quick)
    with psycopg.connect(settings.dsn("rollcall_migrator"), autocommit=True) as connection:
        connection.execute(  # for a day already: what was before is not proposed, and the shifts began an hour ago
            "insert into public.agent_modes (agent, mode, author, set_at)"
            " values ('attendance', 'live', 'bench', rollcall.now() - interval '1 day')"
        )
        policy = SupervisionPolicy(autonomy={"lateness_entry": "semi_autonomous"})
        commands.publish_policy(connection, policy, author="bench", reason="bench")


def load(connection: Connection, number: int) -> list[UUID]:
    """Hire people, each with a shift that began an hour ago."""
    place = uuid4()
    people = [uuid4() for _ in range(number)]
    connection.execute("insert into public.locations (id, name, zone) values (%s, 'B', 'UTC')", (place,))
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into public.employees (id, name, location_id, hired_on) values (%s, 'B', %s, '2020-01-01')",
            [(person, place) for person in people],
        )
        cursor.executemany(
            "insert into public.shifts (employee_id, location_id, starts_at, ends_at)"
            " values (%s, %s, rollcall.now() - interval '1 hour', rollcall.now() + interval '7 hours')",
            [(person, place) for person in people],
        )
    return people


def await_quiet(settings: Settings, hired: int) -> None:
    """Wait until the rows are translated and everything that follows from them is read by everybody."""
    end, quiet = time.monotonic() + 120, 0
    while quiet < 4:
        if time.monotonic() > end:
            sys.exit("the installation has not come to rest within two minutes")
        time.sleep(0.5)
        found = lags(settings)
        read = sum(each.next_offset for each in found if each.reader == reader_of(WORKFORCE))
        quiet = quiet + 1 if read > 2 * hired and not any(each.behind for each in found) else 0


def punch_all(connection: Connection, people: list[UUID], rate: float) -> None:
    """One late punch each, evenly."""
    begun = time.monotonic()
    for number, person in enumerate(people):
        time.sleep(max(0.0, begun + number / rate - time.monotonic()))
        connection.execute(
            "insert into public.time_punches (employee_id, direction, at) values (%s, 'in', rollcall.now())", (person,)
        )


def await_entries(connection: Connection, number: int) -> None:
    """Wait until every punch has its entry."""
    end = time.monotonic() + 60
    while (found := connection.execute("select count(*) from public.attendance").fetchall()[0][0]) < number:
        if time.monotonic() > end:
            sys.exit(f"only {found} of {number} entries after a minute")
        time.sleep(0.2)


def report(connection: Connection, settings: Settings, measured: set[str]) -> None:
    """Print the latency of the whole way and of each hop."""
    commits = {
        str(person): (float(punched), float(applied))
        for person, punched, applied in connection.execute(COMMITS)
        if str(person) in measured
    }
    codec = Registry.of(settings).codec()
    hops: dict[str, dict[str, float]] = {}
    for name, topic, kind in (
        ("translated", WORKFORCE, PunchRecorded),
        ("proposed", PROPOSALS, ProposalMade),
        ("decided", DECISIONS, DecisionMade),
    ):
        hops[name] = {}
        for key, at, event in produced(settings, codec, topic):
            if isinstance(event, kind):
                hops[name].setdefault(key.removeprefix("employee:"), at)
    print(f"{'milliseconds':<34}{'p50':>8}{'p95':>8}{'p99':>8}   n={len(commits)}")
    table("commit → applied", [applied - punched for punched, applied in commits.values()])
    table("  commit → event produced", [hops["translated"][who] - at for who, (at, _) in commits.items()])
    table("  event → proposal produced", [hops["proposed"][who] - hops["translated"][who] for who in commits])
    table("  proposal → decision produced", [hops["decided"][who] - hops["proposed"][who] for who in commits])
    table("  decision → applied", [at - hops["decided"][who] for who, (_, at) in commits.items()])


def table(name: str, milliseconds: list[float]) -> None:
    """Print one line."""
    cuts = quantiles(milliseconds, n=100)
    print(f"{name:<34}{cuts[49]:>8.1f}{cuts[94]:>8.1f}{cuts[98]:>8.1f}")


def produced(settings: Settings, codec: Codec, topic: Topic) -> Iterator[tuple[str, float, Event]]:
    """Yield key, instant of production and event of every record of a topic."""
    found = ends(settings, {(topic.name, each) for each in range(topic.partitions)})
    consumer = Consumer({**librdkafka(settings), "group.id": "rollcall.bench", "enable.auto.commit": False})
    consumer.assign([TopicPartition(*place, 0) for place, end in found.items() if end])
    left = {place for place, end in found.items() if end}
    while left:
        message = consumer.poll(10)
        if message is None or message.error():
            break
        yield message.key().decode(), float(message.timestamp()[1]), codec.decode(message.value())
        place = (message.topic(), message.partition())
        if message.offset() + 1 >= found[place]:
            left.discard(place)
    consumer.close()


if __name__ == "__main__":
    main()
