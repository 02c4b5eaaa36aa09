"""What one look at an installation has seen. Nothing here asks anybody anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.faults import Fault
from streams.doctor.examination import MEND
from streams.doctor.finding import Finding
from streams.source import Slot


@dataclass(frozen=True, slots=True)
class Away:
    """A part that has not answered, or not in time; what is known through it is missing."""

    part: str
    what: str
    fix: str
    """Empty when it was only not in time."""

    @classmethod
    def of(cls, part: str, fault: Fault) -> "Away":
        """Return what a fault says."""
        what, _, fix = str(fault).partition(MEND)
        return cls(part, what, fix or (f"docs/runbooks/{fault.runbook}.md" if fault.runbook else ""))


@dataclass(frozen=True, slots=True)
class Part:
    """A part or a role. Of one that runs elsewhere only `place` and `answers` are known; roles are not asked."""

    name: str
    state: str
    """As the runner has it; ``elsewhere`` when it is not of this home."""
    place: str
    answers: bool | None
    pid: int | None = None
    port: int | None = None
    restarts: int = 0
    since: datetime | None = None
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One reader in one topic. Positions and ends are sums over partitions."""

    reader: str
    topic: str
    role: str
    """Which process does it; empty when this version has no such reader."""
    partitions: int
    position: int
    end: int | None
    """None: Kafka has not said."""
    behind: int | None
    """Records that are not yet processed."""
    oldest: timedelta | None
    """How long the oldest of them has been in Kafka; None: there is none, or nobody could tell."""
    workers: int
    """Sessions that this reader has at the database."""
    blobs: int
    """Outbox rows: committed, and not yet known to be in Kafka."""
    oldest_blob: timedelta | None
    per_second: float | None = None
    """Records processed between two looks."""


@dataclass(frozen=True, slots=True)
class Burials:
    """Dead letters of one reader in one topic. `buried` and `quota` are of this hour."""

    reader: str
    topic: str
    open: int
    buried: int
    quota: int


@dataclass(frozen=True, slots=True)
class Reserve:
    """The replication slot, and the most bytes of log that it may keep; None: all of the disk."""

    slot: Slot | None
    max_kept: int | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Capture:
    """The connector: the state of each of its parts by Connect's own account."""

    states: Mapping[str, str]
    finding: Finding


@dataclass(frozen=True, slots=True)
class AgentSeen:
    """One agent; `held` counts approved effects that wait until it is live."""

    name: str
    version: int
    mode: str
    topic: str
    rebuilding: str
    held: int


@dataclass(frozen=True, slots=True)
class Decision:
    """One step of a proposal's life; `at` is business time."""

    at: datetime
    status: str
    kind: str
    about: str


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it. None: the part that knows has not answered (or was not asked in time)."""

    at: datetime
    home: str
    parts: tuple[Part, ...] = ()
    readings: tuple[Reading, ...] | None = None
    burials: tuple[Burials, ...] | None = None
    unread_letters: int = 0
    """Dead letters that there was no time to read: `burials` has at least as many as it says."""
    reserve: Reserve | None = None
    capture: Capture | None = None
    agents: tuple[AgentSeen, ...] | None = None
    proposals: Mapping[str, int] | None = None
    """Proposals by where they stand."""
    latest: tuple[Decision, ...] = ()
    findings: tuple[Finding, ...] = ()
    """Of the log: topics that are missing, positions outside of it."""
    away: tuple[Away, ...] = ()
