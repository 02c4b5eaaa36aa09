"""The supervisor's state as its host stores it, for decisions that no supervisor has made here."""

from collections import defaultdict

from agents.kernel import Cell
from agents.kernel.partition import Place
from agents.supervisor import AGENT
from agents.supervisor.docket import Case, Docket
from schemas.events import DecisionMade
from schemas.topics import PROPOSALS
from streams import states
from streams.database import Connection
from streams.outbox import partition_of
from streams.store import Input


def remember(owner: Connection, *decisions: DecisionMade) -> None:
    """Let the supervisor's state of each subject have these decisions, and nothing else."""
    by_subject: defaultdict[str, list[DecisionMade]] = defaultdict(list)
    for each in decisions:
        by_subject[each.subject].append(each)
    for subject, known in by_subject.items():
        store(owner, subject, Docket(subject, tuple(_case(each) for each in known)))


def store(owner: Connection, subject: str, docket: Docket) -> None:
    """Store a subject's state."""
    where = Input("agents", PROPOSALS.name, partition_of(subject.encode(), PROPOSALS.partitions))
    changed, emptied = states.rows({Place(AGENT.name, subject): Cell(docket)}, {AGENT.name: AGENT})
    with owner.transaction():
        states.save(owner, where, changed, emptied)


def _case(decision: DecisionMade) -> Case:
    return Case(
        decision.proposal_id.bytes,
        decision.agent,
        decision.kind,
        decision.cause,
        decision.payload,
        "low",
        ("manager",),
        decision.policy_version,
        decision.subject_version,
        decision.expires_at,
        decision.recorded_at,
        decision.recorded_at,
        status="approved",
        seals=(decision.seal,),
    )
