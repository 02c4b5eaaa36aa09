"""An installation in which everything is all right, to be changed in one thing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from streams.doctor.finding import ok
from streams.overview.seen import AgentSeen, Burials, Capture, Decision, Overview, Part, Reading, Reserve
from streams.overview.stored import Stored
from streams.source import Server, Slot
from streams.store import Input
from streams.triage import Handled

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
SERVER = Server(180000, "logical", 4 << 30, 5, "rollcall_migrator", reader=True, replicates=True)
SLOT = Slot(active=True, wal_status="reserved", retained=2048, behind=0)
READING = Reading(
    reader="sink.attendance", topic="rollcall.workforce.v1", role="sinks", partitions=6, position=90, end=100,
    behind=10, oldest=timedelta(seconds=2), workers=1, blobs=0, oldest_blob=None,
)  # fmt: skip
LETTERS = Burials("apply", "rollcall.decisions.v1", open=2, buried=3, quota=1000)


def part(name: str = "sinks", **changes: Any) -> Part:
    return replace(Part(name, "ready", "", answers=None, pid=7, since=AT - timedelta(hours=1)), **changes)


def away_or_not(name: str, state: str = "ready") -> Part:
    return part(name, state=state, place="127.0.0.1:1", answers=False)


def seen(**changes: Any) -> Overview:
    everything = Overview(
        at=AT,
        home="/srv/rollcall",
        parts=(part("kafka", place="127.0.0.1:9092", answers=True), part()),
        readings=(READING,),
        burials=(),
        reserve=Reserve(SLOT, SERVER.max_kept, (ok("active"),)),
        capture=Capture({"connector": "RUNNING", "task 0": "RUNNING"}, ok("connector and task run")),
        agents=(AgentSeen("attendance", 1, "live", "rollcall.workforce.v1", "0 of 6", 0),),
        proposals={"routed": 2},
        latest=(Decision(AT, "routed", "attendance_flag", "Ann Bee"),),
    )
    return replace(everything, **changes)


def stored(positions: dict[Input, int] | None = None, **changes: Any) -> Stored:
    known = Stored(
        now=AT, positions=positions or {}, sessions={}, outbox={}, burials=[], handled=Handled({}, {}), server=SERVER,
        slot=SLOT, agents=[], held={}, proposals={}, latest=(),
    )  # fmt: skip
    return replace(known, **changes)
