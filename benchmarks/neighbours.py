"""How much later than usual a host's neighbours are answered when a record is buried right before them.

At a steady rate come three records at once: a patient's, one of the same partition, one of another. The patient's is
good or one that is buried, drawn at random, so that what the machine does meanwhile falls on all alike.
"""

import argparse
import json
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from uuid import UUID

from benchmarks.steady import Answers, installation, paced, say, spread, table
from schemas.wire import headers
from streams.outbox import partition_of
from streams.quota import PER_HOUR
from tests.faults.counting import employee, punch
from tests.hosts import Site, site

USUAL = "nothing buried"
BURIED = ("the fold raises", "undecodable", "unknown schema")
UNDECODABLE = b"neither Avro nor anything else"
UNKNOWN = b"\x00" + (2**31 - 1).to_bytes(4, "big") + b"a schema that no registry knows"
Spread = dict[str, float]
Delays = dict[str, dict[str, Spread]]


class Ward:
    """Three people in each partition who punch in turn: a patient, and neighbours of patients here and elsewhere."""

    def __init__(self, place: Site) -> None:
        self.place = place
        self.numbers: dict[int, Iterator[int]] = defaultdict(lambda: count(1))
        people: dict[int, list[int]] = defaultdict(list)
        for who in range(60 * place.partitions):
            people[partition_of(str(employee(who)).encode(), place.partitions)].append(who)
        self.people = [people[each][:3] for each in range(place.partitions)]

    def punched(self, who: int) -> tuple[UUID, float]:
        """Write somebody's next punch; return what its answer will be about, and when it was written."""
        made = punch(who, next(self.numbers[who]))
        self.place.write(made.key, self.place.codec.encode(self.place.source, made), headers(made))
        self.place.producer.poll(0)
        return made.punch_id, time.perf_counter()

    def buried(self, who: int, why: str) -> None:
        """Write a record of somebody's that will be buried."""
        made = punch(who, 1_000_000)  # does not follow the last one, which the fold does not bear
        value = {"undecodable": UNDECODABLE, "unknown schema": UNKNOWN}.get(why)
        self.place.write(made.key, value or self.place.codec.encode(self.place.source, made), headers(made))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks neighbours", description=__doc__)
    parser.add_argument("--rate", type=float, default=50, help="times three records a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--json", action="store_true", dest="as_json")
    options = parser.parse_args(arguments)
    beats = int(options.rate * options.seconds)
    if beats > PER_HOUR:
        parser.error(f"a reader that buries more than {PER_HOUR} records of a topic in an hour stops")
    with (
        installation() as settings,
        tempfile.TemporaryDirectory() as folder,
        site(settings, Path(folder), "neighbours") as place,
    ):
        say(f"neighbours: {options.seconds:.0f} s at three times {options.rate:.0f} records a second")
        found = measured(place, beats, options.rate)
    print(json.dumps(found) if options.as_json else shown(found))


def measured(place: Site, beats: int, rate: float) -> Delays:
    """Return the delays of neighbours, by what happened right before them and where."""
    ward, chance = Ward(place), random.Random(1)
    asked: dict[UUID, float] = {}
    where: dict[UUID, tuple[str, str]] = {}
    place.start(names=("strict",))
    with Answers(place) as answers:
        first = [ward.punched(who) for here in ward.people for who in here]
        answers.delays(dict(first))  # the host is there, its partitions are claimed, its states are loaded
        for number in paced(beats, rate):
            why = chance.choice((USUAL, *BURIED))
            patient, near, _ = ward.people[number % place.partitions]
            _, _, far = ward.people[(number + 1) % place.partitions]
            if why == USUAL:
                ward.punched(patient)
            else:
                ward.buried(patient, why)
            for who, partition in ((near, "same partition"), (far, "another partition")):
                about, at = ward.punched(who)
                asked[about], where[about] = at, (why, partition)
        delays = answers.delays(asked)
    sorted_out: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for about, milliseconds in delays.items():
        why, partition = where[about]
        sorted_out[why][partition].append(milliseconds)
    return {why: {each: spread(found) for each, found in sorted_out[why].items()} for why in (USUAL, *BURIED)}


def shown(found: Delays) -> str:
    """Return the milliseconds, and how many times the usual that is."""
    rows: list[tuple[object, ...]] = []
    for partition in ("same partition", "another partition"):
        usual = found[USUAL][partition]
        for why, places in found.items():
            each = places[partition]
            times = (f"{each[cut] / usual[cut]:.2f} x" for cut in ("p50", "p99"))
            rows.append((f"{partition}, {why}", int(each["n"]), each["p50"], each["p99"], each["max"], *times))
    return table(("milliseconds until a neighbour's answer", "n", "p50", "p99", "max", "p50", "p99"), rows)


if __name__ == "__main__":
    main()
