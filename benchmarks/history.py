"""Does an event cost the same after a month, a quarter and a year of history? ``python -m benchmarks history``.

The kernel alone, attendance, one partition: what a fold costs, without anything around it.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict

from benchmarks import growth
from benchmarks.growth import Growth, Sample
from benchmarks.steady import say, table
from benchmarks.story import Story

AFTER = (28, 84, 364)
"""Days of the calendar: what is nearest to 30, 90 and 365 and a Monday."""
FORTNIGHT = 14
"""Days of the calendar up to each of these, over which the cost of an event is the mean."""
LIMIT = 32 * 1024
"""Bytes that one employee's state may have."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks history", description=__doc__)
    parser.add_argument("--employees", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=180, help="in all, at most")
    parser.add_argument("--json", action="store_true", dest="as_json")
    options = parser.parse_args(arguments)
    story = Story(options.employees, days=AFTER[-1] * 5 // 7 + 2)
    grown = growth.grow(story, time.monotonic() + options.seconds, lambda _: None, over=FORTNIGHT)
    say(f"{grown.records:,} records in {grown.seconds:.1f} s of the processor")
    found = [each for each in grown.samples if each.day in AFTER]
    print(json.dumps([asdict(each) for each in found]) if options.as_json else told(grown, found))


def told(grown: Growth, found: Sequence[Sample]) -> str:
    """Return what an event costs after so many days, and how often that is what it cost after a quarter."""
    heads = ("day", "shift µs", "punch µs", "of a quarter's", "encode µs", "state bytes", "max", "limit")
    quarter = next((each.microseconds.get("PunchRecorded") for each in found if each.day == AFTER[1]), None)
    rows = [
        (
            str(each.day),
            each.microseconds.get("ShiftScheduled"),
            punch := each.microseconds.get("PunchRecorded"),
            f"{punch / quarter:.2f} x" if punch and quarter else "-",
            each.encode_microseconds,
            round(each.state_bytes_mean),
            each.state_bytes_max,
            f"{LIMIT:,}",
        )
        for each in found
    ]
    cut = ", cut short by --seconds" if grown.cut_short else ""
    return f"attendance, {grown.employees} employees, a year of business days{cut}:\n{table(heads, rows)}"
