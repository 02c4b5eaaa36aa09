"""Read all there is to one proposal, fold again what led to it, and put both together."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from schemas.events import ApplicationReported, ProposalMade, ProposalWithdrawn, ReviewGiven
from schemas.faults import Undecodable
from schemas.topics import home
from schemas.wire import TYPES
from streams.decoding import Decoder
from streams.explain.again import Check, Consulted, again, unowned, works
from streams.explain.book import Book, Entry
from streams.explain.chain import REPORTS, Chain, Life, since, turns
from streams.explain.finding import Found
from streams.explain.words import Words
from streams.letters import Letters
from streams.log import Log, Position, Span
from streams.record import Record

PATIENCE = 2.0
"""Seconds without a word."""
TRANSACTION = 64
"""Changes before a report among which its effects are looked for."""
HEARD = {TYPES[event] for event in (ProposalWithdrawn, ReviewGiven, ApplicationReported)}
Say = Callable[[str], None]


@dataclass(slots=True)
class Inquiry:
    """One proposal's. What it meets while it folds again, it keeps."""

    log: Log
    decoder: Decoder
    book: Book
    say: Say
    _cited: dict[bytes, Entry] = field(default_factory=dict)
    _heard: dict[Position, Entry] = field(default_factory=dict)

    def chain(
        self, found: Found, words: Callable[[ProposalMade, Iterable[UUID], Collection[Consulted]], Words]
    ) -> Chain:
        """Return all of it.

        Raises:
            Undecodable: the record at the proposal's place is none.
            PositionOutsideLog: the log does not reach back to its beginning.
            Unavailable: Kafka or the registry does not answer.

        """
        if not found.listed:
            self.say(f"mart.proposals does not have {found.proposal_id} yet: it was found in the log")
        proposal = self.book.entry(found.made)
        made = proposal.event
        if not isinstance(made, ProposalMade):
            raise Undecodable(f"the record at {found.made} is not a proposal: was its topic made anew?")
        withdrawn = [] if found.withdrawn is None else [self.book.entry(found.withdrawn)]
        decisions = tuple(self.book.entry(position) for position in found.decisions)
        checks = self._checked(made, (proposal, *withdrawn, *decisions))
        heard = {each.position: each for each in withdrawn} | self._heard
        life = Life(proposal, tuple(heard[position] for position in sorted(heard)), decisions)
        told = turns(self.book, life, self._changes_before)
        cause = self.book.path(proposal)[:-1]
        cited = (self._cited.get(str(each).encode()) for each in dict.fromkeys(made.evidence))
        evidence = tuple(self.book.path(each) for each in cited if each is not None)
        shown = [*cause, *(each for path in evidence for each in path)]
        shown += [each for turn in told for each in (*turn.path, *turn.decisions)]
        begun = since(self.book, life, shown)
        for turn in told:  # an effect goes back to what its report goes back to
            if (at := begun.get(turn.path[0].position)) is not None:
                begun |= {each.position: at for each in turn.effects}
        consulted = {policy for check in checks for policy in check.policies}
        known = words(made, life.people, consulted)
        return Chain(proposal, made, cause, evidence, told, begun, known, tuple(checks))

    def _checked(self, made: ProposalMade, emitted: Sequence[Entry]) -> list[Check]:
        """Emit everything again that agents have emitted, and keep what is met on the way."""
        pairs = [(each, self.book.entry(each.cause)) for each in emitted if each.agent and each.cause]
        checks = [unowned(each) for each in emitted if not (each.agent and each.cause)]
        for work in works(pairs):
            span = Span(work.topic, work.partition, 0, work.until)
            records = self._met(made, patiently(self.log.read(span), span, self.say))
            checks += again(work, records, Letters(self.decoder.codec, home), self.decoder.registry)
        order = [each.position for each in emitted]
        return sorted(checks, key=lambda check: order.index(check.emission))

    def _met(self, made: ProposalMade, batches: Iterable[Sequence[Record]]) -> Iterator[Sequence[Record]]:
        cited, subject = {str(each).encode() for each in made.evidence}, made.subject.encode()
        for records in batches:
            for record in records:
                identity = record.header("ce_id") or b""
                if identity in cited and identity not in self._cited:
                    self._cited[identity] = self.book.add(record)
                elif record.key == subject and record.header("ce_type") in HEARD:
                    self._hear(made, self.book.add(record))
            yield records

    def _hear(self, made: ProposalMade, entry: Entry) -> None:
        if getattr(entry.event, "proposal_id", None) == made.proposal_id:
            self._heard[entry.position] = entry

    def _changes_before(self, entry: Entry) -> Sequence[Entry]:
        if entry.change is None or entry.change.table != REPORTS:
            return ()
        topic, partition, offset = entry.position
        span = Span(topic, partition, max(self.log.whole(topic, partition).start, offset - TRANSACTION), offset)
        return [self.book.add(record) for records in self.log.read(span) for record in records]


def patiently(
    batches: Iterable[Sequence[Record]], span: Span, say: Say, now: Callable[[], float] = time.monotonic
) -> Iterator[Sequence[Record]]:
    """Pass on, and say how far it is when nothing has been said for a while."""
    said = now()
    for records in batches:
        if now() - said > PATIENCE:
            said = now()
            done = records[-1].offset - span.start
            say(f"folding {span.topic}-{span.partition} again: {done:,} of {span.end - span.start:,} records")
        yield records
