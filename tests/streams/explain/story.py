"""A late punch, its entry on the record, and the correction that takes it back: every record, as it would be logged.

Row n of the change log is committed n seconds after the first, and in the log three milliseconds later.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from agents.attendance import AGENT as ATTENDANCE
from agents.kernel import replay
from agents.supervisor import AGENT as SUPERVISOR
from schemas.events import DecisionMade, Event, ProposalMade, ProposalWithdrawn
from schemas.policies import SupervisionPolicy
from schemas.topics import CDC, DECISIONS, PROPOSALS, WORKFORCE, Topic
from streams.explain.again import Check
from streams.explain.book import Book, Entry
from streams.explain.chain import Chain, Life, since, turns
from streams.explain.words import Words
from streams.log import Position
from streams.record import Record
from tests.builders import EMPLOYEE, at, mode, policy, punch, report, shift, uid
from tests.streams.explain.recorded import CODEC, changed, logged

START = at("8:00")
SHIFT = shift(START, name="shift")
LATE = punch(START + timedelta(minutes=20), name="punch")
RIGHT = punch(START, name="punch", revision=2)
ALONE = policy(SupervisionPolicy(autonomy={"lateness_entry": "semi_autonomous"}))
ANOTHER = str(uid("another decision"))


@dataclass
class Story:
    """The log so far, and what is in it."""

    log: dict[Position, Record] = field(default_factory=dict)
    events: dict[Position, Event] = field(default_factory=dict)

    def row(self, offset: int, table: str, operation: str = "c", **columns: Any) -> Position:
        """Log a change; `transaction`, `before` and `after` go to the change, the rest are the row's columns."""
        transaction, before = columns.pop("transaction", 0), columns.pop("before", None)
        after = {"id": str(uid(f"{table} {offset}")), **columns} if operation != "d" else None
        before = {"id": str(uid(f"{table} {offset}")), **before} if before else None
        record = changed(offset, table, operation, before=before, after=after, transaction=transaction)
        position = Position(CDC.name, 0, offset)
        self.log[position] = record
        return position

    def event(self, event: Event, topic: Topic, cause: Position, *, agent: str = "") -> Position:
        """Log an event, ten milliseconds after what caused it."""
        offset = sum(position.topic == topic.name for position in self.log)
        position = Position(topic.name, 0, offset)
        record = logged(position, event, cause, agent=agent, topic=topic)
        self.log[position] = record._replace(timestamp=self.log[cause].timestamp + 10)
        self.events[position] = event
        return position

    def decided(self, cause: Position) -> Position:
        """Log what the supervisor makes of all that it was told."""
        told = [event for position, event in self.events.items() if position.topic == PROPOSALS.name]
        made = [each.event for each in replay([SUPERVISOR], [ALONE, *told])[1]]
        decision = [each for each in made if isinstance(each, DecisionMade)][-1]
        return self.event(decision, DECISIONS, cause, agent="supervisor")


def told(transactions: tuple[int, int] = (3, 9)) -> Story:
    """Return the whole story; in one transaction the applier can have settled more than one decision."""
    story = Story()
    facts: list[Event] = [mode("attendance", "live"), SHIFT, LATE, RIGHT]
    made, withdrawn = (
        each.event
        for each in replay([ATTENDANCE], facts)[1]
        if isinstance(each.event, ProposalMade | ProposalWithdrawn)
    )
    story.event(SHIFT, WORKFORCE, story.row(0, "shifts"))
    cause = story.event(LATE, WORKFORCE, story.row(1, "time_punches", at="08:20"))
    approved = story.decided(story.event(made, PROPOSALS, cause, agent="attendance"))
    _applied(story, made, approved, 3, transactions[0])
    again = story.row(7, "time_punches", "u", before={"at": "08:20"}, at="08:00", transaction=transactions[0])
    reversal = story.decided(
        story.event(withdrawn, PROPOSALS, story.event(RIGHT, WORKFORCE, again), agent="attendance")
    )
    _applied(story, made, reversal, 9, transactions[1])
    return story


def _applied(story: Story, made: Event, decision: Position, offset: int, transaction: int) -> None:
    """Log an effect and its report, in one transaction with somebody else's."""
    decided = story.events[decision]
    assert isinstance(made, ProposalMade)
    assert isinstance(decided, DecisionMade)
    decision_id, outcome = str(decided.decision_id), "reverted" if decided.reverses else "applied"
    story.row(offset, "applications", decision_id=ANOTHER, transaction=transaction)
    if decided.reverses is None:
        story.row(offset + 1, "attendance", decision_id=decision_id, minutes_late=20, transaction=transaction)
    else:
        gone = {"decision_id": str(decided.reverses), "minutes_late": 20}
        story.row(offset + 1, "attendance", "d", before=gone, transaction=transaction)
    row = story.row(offset + 2, "applications", decision_id=decision_id, transaction=transaction)
    story.decided(story.event(report(made, decided.decision_id, outcome), PROPOSALS, row))


def chain(story: Story, *checks: Check, words: Words | None = None, until: int | None = None) -> Chain:
    """Put a story together, as far as the proposals' log reaches `until`."""
    book = Book(story.log.__getitem__, CODEC.decode)
    entries = [book.entry(position) for position in story.log]
    proposals = [each for each in entries if each.position.topic == PROPOSALS.name][:until]
    known = {each.position for each in proposals}
    decisions = [each for each in entries if each.position.topic == DECISIONS.name and each.cause in known]
    life = Life(proposals[0], tuple(proposals[1:]), tuple(decisions))
    found = turns(book, life, lambda report: [each for each in entries if _before(each, report)])
    made = proposals[0].event
    assert isinstance(made, ProposalMade)
    cited = [each for each in entries if each.event and each.event.event_id in made.evidence]
    return Chain(
        proposal=proposals[0],
        made=made,
        cause=book.path(proposals[0])[:-1],
        evidence=tuple(book.path(each) for each in cited),
        turns=found,
        since=since(book, life, entries),
        words=words or Words(names={str(EMPLOYEE): "Grace"}),
        checks=checks or (Check(proposals[0].position, "attendance", str(EMPLOYEE), 4, ()),),
    )


def _before(entry: Entry, report: Entry) -> bool:
    return entry.change is not None and entry.position < report.position
