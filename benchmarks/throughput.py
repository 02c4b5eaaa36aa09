"""Throughput of the real host on one core: durable state, one output per input, beside the same loop without I/O."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from agents.kernel import Partition
from benchmarks.folds import JOBS, Job
from benchmarks.steady import installation
from schemas.topics import Topic
from streams import host
from streams.folding import Folding
from streams.host import Deployment, Host
from streams.letters import Letters
from streams.record import Record
from streams.settings import Settings
from streams.store import Claim, Input
from tests.hosts import Site, site

COUNTS = {"light": 400_000, "whole": 150_000}
TARGETS = {"light": 45_000, "whole": 20_000}
CHUNK = 1_000
PARTITIONS = 6


@dataclass(frozen=True)
class Measured:
    """One job. Seconds of the wall clock, and of the processor in the host's process with all its threads."""

    records: int
    seconds: float
    cpu: float


def main() -> None:
    """Measure both jobs on the stack of ROLLCALL_HOME if one runs, else on one of our own."""
    with installation() as settings:
        report(settings)


def report(settings: Settings) -> None:
    """Print a line per job."""
    for name, count in COUNTS.items():
        loop = alone(name, min(count, 100_000))
        with tempfile.TemporaryDirectory() as folder, site(settings, Path(folder), "bench", PARTITIONS) as place:
            hosted = measure(place, name, count)
        rate, per_core, bare = hosted.records / hosted.seconds, hosted.records / hosted.cpu, loop.records / loop.cpu
        print(
            f"{name:6} {rate:8,.0f} records/s (target {TARGETS[name]:,}), {per_core:8,.0f} per second of one core;"
            f" the same loop without I/O {bare:8,.0f}: {per_core / bare:.0%} of it"
        )


def alone(name: str, count: int) -> Measured:
    """Decode, fold and encode in memory, as the host does, without Kafka and PostgreSQL."""
    source, sink = Topic("in", PARTITIONS, "key"), Topic("out", PARTITIONS, "key")
    job = JOBS[name](source, sink)
    records = [
        Record("in", 0, number, key.encode(), value, [*extra, ("origin", b"bench|0|0|1|%d" % (number + 1))], 0)
        for number, (key, value, extra) in enumerate(job.records(count))
    ]
    host.tune()
    letters = Letters(job.codec, lambda _: sink, job.headers)
    claim = Claim(Input("bench", "in", 0), "", 0, 1, 1, "id", {})
    folding = Folding(claim, Partition([letters.checked(job.agent)]), letters, frozenset(), "bench")
    began, cpu = time.perf_counter(), time.process_time()
    for first in range(0, count, CHUNK):
        read = folding.read(records[first : first + CHUNK])
        folding.wants(read)
        folding.committed(folding.fold(read, ()), 50_000)
    return Measured(count, time.perf_counter() - began, time.process_time() - cpu)


def measure(place: Site, name: str, count: int) -> Measured:
    """Fill a topic, let a host fold all of it."""
    job = JOBS[name](place.source, place.sink)
    for number, (key, value, extra) in enumerate(job.records(count)):
        place.write(key, value, extra)
        if number % 1_000 == 0:
            place.producer.poll(0)
    place.flush()
    own = place.settings
    told = {
        "name": name, "source": place.source.name, "sink": place.sink.name, "reader": place.reader, "count": count,
        "settings": {
            "home": str(place.folder), "bootstrap": own.bootstrap, "registry_url": own.registry_url,
            "postgres_port": own.postgres_port, "postgres_database": own.postgres_database,
            "passwords": {role: secret.get_secret_value() for role, secret in own.passwords.items()},
        },
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.throughput", json.dumps(told)],
        stdout=subprocess.PIPE,
        check=True,
        timeout=300,
    )
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


async def hosted(told: dict[str, Any]) -> None:
    """Be the host that is measured."""
    source, sink = Topic(told["source"], PARTITIONS, "key"), Topic(told["sink"], PARTITIONS, "key")
    job: Job = JOBS[told["name"]](source, sink)
    deployment = Deployment(
        told["reader"], home=lambda _: sink, codec=job.codec, headers=job.headers, records_per_chunk=CHUNK
    )
    host.tune()
    running = Host(Settings(**told["settings"]), source, [job.agent], deployment)
    watching = asyncio.create_task(watch(running, told["count"]))
    await running.run()
    await watching


async def watch(running: Host, count: int) -> None:
    """Measure from the first committed chunk to the last confirmation; then end."""
    while not running.partitions.folded:  # noqa: ASYNC110 - a look now and then must not slow what it looks at
        await asyncio.sleep(0.01)
    first, began, cpu = running.partitions.folded, time.perf_counter(), time.process_time()
    while running.partitions.folded < count or running.partitions.turns.sender.pending():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    measured = {
        "records": count - first,
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
    }
    print(json.dumps(measured), flush=True)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(hosted(json.loads(sys.argv[1])))
    else:
        main()
