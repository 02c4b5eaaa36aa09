"""The whole chain of one proposal, put together: what it rests on, what was said to it, what became of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from schemas.events import (
    DecisionMade,
    ProposalMade,
    ProposalWithdrawn,
    ReviewGiven,
    ReviewRefused,
)
from streams.explain.again import Check
from streams.explain.book import Book, Entry
from streams.explain.words import Words
from streams.log import Position

REPORTS = "public.applications"
"""The table in which the applier says what a decision came to."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that the supervisor was told about the proposal, and what it decided."""

    path: tuple[Entry, ...]
    """From the row that began it to the record that the supervisor folded."""
    decisions: tuple[Entry, ...]
    effects: tuple[Entry, ...] = ()
    """Changes of rows in the very transaction that reports an application."""

    @property
    def heard(self) -> Entry:
        """The record that the supervisor folded."""
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class Chain:
    """From rows to effects."""

    proposal: Entry
    made: ProposalMade
    cause: tuple[Entry, ...]
    """From the row to the record that the agent was folding."""
    evidence: tuple[tuple[Entry, ...], ...]
    """The same for each event that the proposal cites, as it lies in the log that the agent folds."""
    turns: tuple[Turn, ...]
    since: Mapping[Position, datetime]
    """When the row was committed that each record goes back to."""
    words: Words
    checks: tuple[Check, ...]

    @property
    def woken(self) -> datetime | None:
        """When the agent had asked to be woken, if it was time that caused the proposal."""
        event = self.cause[-1].event if self.cause else None
        return None if event is None or event.event_id == self.made.causation_id else self.made.recorded_at

    @property
    def missing(self) -> tuple[UUID, ...]:
        """Events that are cited and do not lie in the log before the cause."""
        found = {path[-1].event.event_id for path in self.evidence if path[-1].event}
        return tuple(each for each in self.made.evidence if each not in found)

    @property
    def status(self) -> str:
        """Where the proposal stands."""
        decided = [each.event for turn in self.turns for each in turn.decisions]
        statuses = [each.status for each in decided if isinstance(each, DecisionMade)]
        if statuses:
            return statuses[-1]
        if any(isinstance(turn.heard.event, ProposalWithdrawn) for turn in self.turns):
            return "withdrawn"
        return "shadow" if self.made.shadow else "pending"

    @property
    def identical(self) -> bool:
        """Whether all that was emitted is emitted again, byte for byte."""
        return all(check.identical for check in self.checks)

    def check(self, entry: Entry) -> Check | None:
        """Return what became of an emission when it was emitted again."""
        return next((each for each in self.checks if each.emission == entry.position), None)

    def after(self, entry: Entry, at: datetime | None = None) -> float | None:
        """Return the milliseconds from the commit that a record goes back to until it was in the log, or until `at`."""
        since = self.since.get(entry.position)
        return None if since is None else round(((at or entry.logged) - since) / timedelta(milliseconds=1), 3)


@dataclass(frozen=True, slots=True)
class Life:
    """The records about one proposal."""

    proposal: Entry
    heard: tuple[Entry, ...]
    """What the supervisor was told beside the proposal: withdrawal, reviews, reports."""
    decisions: tuple[Entry, ...]

    @property
    def emissions(self) -> list[Entry]:
        """What agents have emitted."""
        return [each for each in (self.proposal, *self.heard, *self.decisions) if each.agent and each.cause]

    @property
    def people(self) -> set[UUID]:
        """Who has answered."""
        events = [each.event for each in (*self.heard, *self.decisions)]
        given = {each.reviewer_id for each in events if isinstance(each, ReviewGiven | ReviewRefused | DecisionMade)}
        return {each for each in given if each is not None}


def turns(book: Book, life: Life, before: Callable[[Entry], Sequence[Entry]]) -> tuple[Turn, ...]:
    """Return what was heard, in the order of the log, each with what was decided.

    `before` returns the changes that lie before a report's own in the change log.
    """
    decided: dict[Position, list[Entry]] = defaultdict(list)
    for decision in life.decisions:
        if decision.cause is not None:
            decided[decision.cause].append(decision)
    heard = {each.position for each in (life.proposal, *life.heard)} | set(decided)
    found = []
    for position in sorted(heard):
        path = book.path(book.entry(position))
        found.append(Turn(path, tuple(decided[position]), _effects(path[0], before(path[0]), life)))
    return tuple(found)


def _effects(report: Entry, before: Sequence[Entry], life: Life) -> tuple[Entry, ...]:
    """Return the changes that belong to one decision, of those that the applier has made in one transaction."""
    if report.change is None or report.change.table != REPORTS:
        return ()
    decision_id = report.change.after.get("decision_id")
    decision = _by_id(life.decisions).get(str(decision_id))
    meant = {str(decision_id)} | ({str(decision.reverses)} if decision is not None and decision.reverses else set())
    effects: list[Entry] = []
    for entry in reversed(before):
        change = entry.change
        if change is None or change.transaction != report.change.transaction or change.table == REPORTS:
            break
        if change.concerns(meant):
            effects.append(entry)
    return tuple(reversed(effects))


def _by_id(decisions: Iterable[Entry]) -> dict[str, DecisionMade]:
    return {str(each.event.decision_id): each.event for each in decisions if isinstance(each.event, DecisionMade)}


def since(book: Book, life: Life, entries: Iterable[Entry]) -> dict[Position, datetime]:
    """Return when the row was committed that each entry goes back to; a report goes back to what its decision does."""
    decisions = {str(each.event.decision_id): each for each in life.decisions if isinstance(each.event, DecisionMade)}

    def began(entry: Entry) -> datetime | None:
        change = book.path(entry)[0].change
        if change is None:
            return None
        decision = decisions.get(str(change.after.get("decision_id"))) if change.table == REPORTS else None
        return change.committed if decision is None else began(decision)

    found = {each.position: began(each) for each in entries}
    return {position: at for position, at in found.items() if at is not None}
