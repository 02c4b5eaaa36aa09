"""``mart.agent_runs``: what each agent has emitted, per partition that it folds and minute of record time (S0-T3).

Reads all that agents emit. Emissions of one run end up in several partitions, so they are counted per partition they
were read from (``mart.agent_run_counts``), and ``mart.agent_runs`` is their sum.

A count is not idempotent by itself. Each row remembers the last offset it has counted, and only records above it are
added: a batch that is written again, whole or in part, counts nothing.

A broadcast is one emission, in many partitions; the record in the first of workforce is counted.
"""

from datetime import datetime
from typing import NamedTuple

from schemas.events import (
    ClockOutageEnded,
    ClockOutageSuspected,
    DecisionMade,
    NoticeRequested,
    ProposalMade,
    ProposalWithdrawn,
    ReliabilityScored,
    ReviewRefused,
    ShiftJudged,
    WorldEvent,
)
from schemas.topics import DECISIONS, NOTICES, PROPOSALS, WORKFORCE
from sinks.model import Recorded, Sink

COUNTED = (WORKFORCE.name, 0)
"""Of a broadcast's records."""


class Row(NamedTuple):
    """One emission; `started_at` and `finished_at` are its record time."""

    agent: str
    topic: str
    partition: int
    minute: datetime
    emitted_to: str
    emitted_partition: int
    last_offset: int
    emissions: int
    proposals: int
    withdrawals: int
    decisions: int
    auto_approved: int
    started_at: datetime
    finished_at: datetime


def row(recorded: Recorded) -> Row | None:
    """Return the emission as a run of one."""
    event, run = recorded.event, recorded.run
    if run is None or (isinstance(event, WorldEvent) and (recorded.topic, recorded.partition) != COUNTED):
        return None
    return Row(
        agent=run.agent,
        topic=run.topic,
        partition=run.partition,
        minute=event.recorded_at.replace(second=0, microsecond=0),
        emitted_to=recorded.topic,
        emitted_partition=recorded.partition,
        last_offset=recorded.offset,
        emissions=1,
        proposals=int(isinstance(event, ProposalMade)),
        withdrawals=int(isinstance(event, ProposalWithdrawn)),
        decisions=int(isinstance(event, DecisionMade)),
        auto_approved=int(isinstance(event, DecisionMade) and event.status == "auto_approved"),
        started_at=event.recorded_at,
        finished_at=event.recorded_at,
    )


MERGE = """
insert into mart.agent_run_counts as stored
select agent, topic, partition, minute, emitted_to, emitted_partition, max(staged.last_offset), sum(staged.emissions),
       sum(staged.proposals), sum(staged.withdrawals), sum(staged.decisions), sum(staged.auto_approved),
       min(staged.started_at), max(staged.finished_at)
from {staged} as staged
left join mart.agent_run_counts as counted using (agent, topic, partition, minute, emitted_to, emitted_partition)
where staged.last_offset > coalesce(counted.last_offset, -1)
group by agent, topic, partition, minute, emitted_to, emitted_partition
order by agent, topic, partition, minute, emitted_to, emitted_partition
on conflict (agent, topic, partition, minute, emitted_to, emitted_partition) do update set
    last_offset = excluded.last_offset,
    emissions = stored.emissions + excluded.emissions,
    proposals = stored.proposals + excluded.proposals,
    withdrawals = stored.withdrawals + excluded.withdrawals,
    decisions = stored.decisions + excluded.decisions,
    auto_approved = stored.auto_approved + excluded.auto_approved,
    started_at = least(stored.started_at, excluded.started_at),
    finished_at = greatest(stored.finished_at, excluded.finished_at)
"""

SINK = Sink(
    name="agent_runs",
    table="agent_run_counts",
    topics=(WORKFORCE, PROPOSALS, DECISIONS, NOTICES),
    reads=(
        ShiftJudged,
        ReliabilityScored,
        ProposalMade,
        ProposalWithdrawn,
        DecisionMade,
        ReviewRefused,
        NoticeRequested,
        ClockOutageSuspected,
        ClockOutageEnded,
    ),
    columns=Row._fields,
    key=("agent", "topic", "partition", "minute", "emitted_to", "emitted_partition"),
    newer="last_offset",
    row=row,
    merge=MERGE,
)
