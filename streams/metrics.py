"""What a role measures of itself: names, labels and meanings in one table, and the counts behind them.

A loop counts once per batch, in plain numbers that it alone writes; a scrape reads them, and neither waits for the
other. What is said at the moment of a scrape (lag, outbox, modes) is read from `streams.health.Vitals`.
"""

import threading
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Literal, NamedTuple

from streams.store import Input

Kind = Literal["counter", "gauge", "histogram"]
READER = ("reader", "topic")
PLACE = (*READER, "partition")
"""Who reads, and what: readers, topics and partitions are declared in code, so there are never many."""


class Family(NamedTuple):
    """One metric: what it is called, its kind, its labels, and what it says."""

    called: str
    kind: Kind
    labels: tuple[str, ...]
    says: str


class Metric(Family, Enum):
    """Every metric there is. docs/operations.md has the same table, held against this one by a test."""

    # What became of records: the sum over outcomes is what was read, and moved on in PostgreSQL or passed over.
    RECORDS = (
        "rollcall_records_total", "counter", (*PLACE, "outcome"),
        "Records done with: processed, repeated (dropped, its origin was seen before) or passed_over (for others)",
    )  # fmt: skip
    EMITTED = (
        "rollcall_records_emitted_total",
        "counter",
        PLACE,
        "Records committed to the outbox, dead letters included",
    )
    BURIED = "rollcall_records_buried_total", "counter", PLACE, "Dead letters committed"
    ROWS = (
        "rollcall_rows_written_total",
        "counter",
        PLACE,
        "Rows written: of read models, of agents' states; decisions settled",
    )
    # How it goes: one commit is one transaction, which may hold batches of several partitions.
    COMMIT = "rollcall_commit_seconds", "histogram", READER, "Seconds of one transaction that moved positions"
    BATCH = "rollcall_batch_records", "histogram", READER, "Records of one partition worked on together"
    AGE = (
        "rollcall_record_age_seconds",
        "histogram",
        READER,
        "Age of a batch's oldest record in its log, once done with",
    )
    # What went wrong and was borne: a fenced claim is what a rebalance leaves behind, a rising number is a fight.
    CLAIMS = "rollcall_claims_total", "counter", PLACE, "Times that this process has claimed the position"
    FENCES = "rollcall_fences_total", "counter", PLACE, "Times that it has lost a claim, or given it up"
    RETRIES = "rollcall_retries_total", "counter", (), "Times that something was away and was tried again in place"
    # Where it stands, at the moment of the scrape.
    LAG = "rollcall_lag_records", "gauge", PLACE, "Records from the position to the log's end, as the last fetch told"
    STALLED = "rollcall_stalled_seconds", "gauge", PLACE, "Seconds without a step while the log's end moved on; else 0"
    PARTITIONS = "rollcall_partitions", "gauge", READER, "Partitions that this process holds and reads"
    OUTBOX = "rollcall_outbox_pending", "gauge", READER, "Committed blobs that Kafka has not confirmed yet"
    BEAT = "rollcall_loop_age_seconds", "gauge", READER, "Seconds since the loop last turned"
    MODE = "rollcall_agent_mode", "gauge", ("agent", "mode"), "Partitions held in which the agent is in this mode"
    HEALTH = "rollcall_check_ok", "gauge", ("check",), "1 where a check of /readyz holds, else 0"
    BUILD = "rollcall_build_info", "gauge", ("role", "version"), "1, under the role and the version that runs"


class Histogram:
    """Counts by upper bound, and the sum; written by one thread."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count a value; a bound holds what equals it."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
AGES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)
RECORDS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)


class Tally(NamedTuple):
    """What became of one batch of one partition. `oldest` is Kafka's timestamp of its first record, in milliseconds."""

    processed: int
    passed_over: int = 0
    repeated: int = 0
    emitted: int = 0
    buried: int = 0
    written: int = 0
    oldest: int | None = None


@dataclass(slots=True)
class Meter:
    """The counts of one reader in one partition since the process began; its loop alone writes them."""

    processed: int = 0
    passed_over: int = 0
    repeated: int = 0
    emitted: int = 0
    buried: int = 0
    written: int = 0
    claims: int = 0
    fences: int = 0
    commits: Histogram = field(default_factory=partial(Histogram, SECONDS))
    batches: Histogram = field(default_factory=partial(Histogram, RECORDS))
    ages: Histogram = field(default_factory=partial(Histogram, AGES))

    def count(self, tally: Tally) -> None:
        """Count a batch, once its result stands."""
        self.processed += tally.processed
        self.passed_over += tally.passed_over
        self.repeated += tally.repeated
        self.emitted += tally.emitted
        self.buried += tally.buried
        self.written += tally.written
        if tally.processed:
            self.batches.observe(tally.processed)
            if tally.oldest is not None:
                self.ages.observe(max(0.0, time.time() - tally.oldest / 1000))

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Measure a commit that comes true."""
        began = time.perf_counter()
        yield
        self.commits.observe(time.perf_counter() - began)


METERS: dict[Input, Meter] = {}
"""Of this process: it is one role, and what it counts is asked for from outside, at any moment."""


def meter(whose: Input) -> Meter:
    """Return the counts of a reader in a partition."""
    found = METERS.get(whose)
    return METERS.setdefault(whose, Meter()) if found is None else found


class Retries:
    """Counted by every thread, and seldom."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = threading.Lock()

    def again(self) -> None:
        """Something was away, and is tried again."""
        with self._lock:
            self.count += 1


RETRIES = Retries()
