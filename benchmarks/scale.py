"""Does it still cope after ninety business days of five hundred people? ``python -m benchmarks scale``.

First the kernel alone in one partition, then a real host with six. Ends within the time it is given and says so.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import growth, hosting
from benchmarks.growth import Growth
from benchmarks.hosting import Hosted
from benchmarks.steady import installation, say, table
from benchmarks.story import Story
from tests.hosts import site


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print tables or JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks scale", description=__doc__)
    parser.add_argument("--employees", type=int, default=500)
    parser.add_argument("--days", type=int, default=90, help="business days")
    parser.add_argument("--seconds", type=float, default=600, help="in all, at most")
    parser.add_argument("--kernel", action="store_true", help="the kernel alone, without a stack")
    parser.add_argument("--json", action="store_true", dest="as_json")
    options = parser.parse_args(arguments)
    until = time.monotonic() + options.seconds
    story = Story(options.employees, options.days)
    ticks, worlds = growth.idle_ticks(), growth.worlds()
    grown = growth.grow(story, until, say)
    if not options.as_json:
        print(f"{of_kernel(grown)}\n\n{of_crowds(ticks, worlds)}", flush=True)
    hosted = None if options.kernel else on_host(story, until)
    if options.as_json:
        found = {"kernel": asdict(grown), "idle_tick_microseconds": ticks, "world_microseconds": worlds}
        print(json.dumps({**found, "host": hosted and asdict(hosted)}))
    elif hosted:
        print(f"\n{of_host(hosted)}")


def on_host(story: Story, until: float) -> Hosted:
    """Measure the same on a stack."""
    with (
        installation() as settings,
        tempfile.TemporaryDirectory() as folder,
        site(settings, Path(folder), "scale") as place,
    ):
        return hosting.measure(place, story, until, say)


KINDS = ("ShiftScheduled", "PunchRecorded", "Tick", "Tick with a wake-up")


def of_kernel(grown: Growth) -> str:
    """Return what an event costs and a key weighs, by day."""
    cut = ", cut short by --seconds" if grown.cut_short else ""
    heads = ("day", "shift µs", "punch", "idle tick", "waking tick", "state bytes", "max", "standing", "encode µs",
             "fact ms", "moving fact", "memory MB")  # fmt: skip
    rows = [
        (
            *(str(each.day), *(each.microseconds.get(kind) for kind in KINDS)),
            *(round(each.state_bytes_mean), each.state_bytes_max, each.standing_max, each.encode_microseconds),
            *(each.foreign_fact_milliseconds, each.moving_fact_milliseconds, round(each.memory_megabytes)),
        )
        for each in grown.samples
    ]
    return (
        f"kernel, attendance, one partition, {grown.employees} employees, {grown.days} business days{cut}:"
        f" {grown.records:,} records in {grown.seconds:.1f} s of the processor, {grown.emitted:,} emitted\n"
        f"{table(heads, rows)}"
    )


def of_crowds(ticks: dict[int, float], worlds: dict[int, tuple[float, float]]) -> str:
    """Return what costs by how many there are."""
    rows = [(f"{crowd:,}", tick, *worlds.get(crowd, (None, None))) for crowd, tick in ticks.items()]
    return table(("keys", "idle tick µs", "one more in the World µs", "World encoded µs"), rows)


def of_host(hosted: Hosted) -> str:
    """Return what a host makes of it."""
    weights = ", ".join(f"{agent} {size:,} bytes a key" for agent, size in hosted.state_bytes.items())
    rows = [
        (name, int(each["n"]), each["p50"], each["p99"], each["max"], f"{each['p50'] / hosted.usual['p50']:.2f} x")
        for name, each in (
            ("as usual", hosted.usual),
            ("within a second behind a fact for all", hosted.behind_a_fact),
        )
    ]
    return (
        f"host, two agents, six partitions: {hosted.records:,} records in {hosted.seconds:.1f} s,"
        f" {hosted.records / hosted.cpu:,.0f} per second of the processor; {hosted.memory_megabytes:.0f} MB of memory;"
        f" stored: {weights}, {hosted.table_megabytes:.1f} MB in all\n"
        + table(("milliseconds until a punch is answered", "n", "p50", "p99", "max", "p50"), rows)
    )


if __name__ == "__main__":
    main()
