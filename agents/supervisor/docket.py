"""What the supervisor remembers of one subject: its proposals, the reviews it has heard, and early withdrawals."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from schemas.events import DecisionMade
from schemas.kinds import Risk, binding, is_advice
from schemas.lifecycle import ASKED, CLOSED, EFFECT, Status

CASES = 256
"""Proposals remembered per subject; beyond it the settled one that moved longest ago is forgotten."""
READERS = 16
"""So many people who have opened a proposal are remembered, the latest ones."""
SETTLED: frozenset[str] = CLOSED | {"applied", "shadow"}
People = tuple[bytes, ...]


class Case(Struct, frozen=True, array_like=True, gc=False):
    """One proposal and how far it has come."""

    id: bytes
    agent: str
    kind: str
    cause: str
    payload: str
    risk: Risk
    seats: tuple[str, ...]
    """The roles that are asked, each to be filled by another person."""
    policy_version: int
    subject_version: datetime
    expires_at: datetime
    moved_at: datetime
    made_at: datetime
    """When it was raised, or asked again: its time runs from there."""
    status: Status = "pending"
    steps: int = 0
    raised: int = 1
    evidence: str = ""
    decision: bytes = b""
    """The latest decision: what a second review is told."""
    approval: bytes = b""
    """The decision whose effect is asked for."""
    reversal: bytes = b""
    """The decision that takes the approval back, for good or until it is decided on."""
    proposer: bytes = b""
    editors: People = ()
    """Who has edited what it rests on."""
    replaces: bytes = b""
    """The proposal of which an edit has made this one."""
    approvals: People = ()
    """Who has approved what stands now."""
    refusals: People = ()
    """Who has rejected it, where one is not enough."""
    deciders: People = ()
    """Who has ever decided on it."""
    opened: People = ()
    changes: bytes = b""
    """Who has asked for changes that nobody has made yet."""
    rule: str = ""
    """The routing rule by which it went its way; empty: by none."""
    contest: Literal["", "open", "upheld", "dismissed"] = ""
    contest_until: datetime | None = None
    stands: bool = False
    """Contested, and its effect could not be taken back meanwhile."""
    remind_at: datetime | None = None
    """When those who are asked are told again."""
    escalate_at: datetime | None = None
    """When those above them are told."""
    told: tuple[str, ...] = ()
    """Who was told of it: whoever was is told too when it is taken back."""
    seals: tuple[bytes, ...] = ()
    """Of the decisions that have asked for an effect or its inverse: the applier looks here before it does it."""

    @property
    def settled(self) -> bool:
        """Whether nothing more is awaited: advice that was approved is done."""
        return self.status in SETTLED or (self.status in EFFECT and is_advice(self.kind))

    @property
    def asked(self) -> bool:
        """Whether somebody is asked, and the time to answer runs."""
        return self.status in ASKED or (self.status == "suspended" and self.contest == "open")

    @property
    def due(self) -> datetime:
        """When passing time next says something of it while somebody is asked."""
        return min(filter(None, (self.expires_at, self.remind_at, self.escalate_at)))

    @property
    def role(self) -> str:
        """The highest role that is asked."""
        return self.seats[-1]

    @property
    def seen(self) -> str:
        """What somebody who looks at it now has seen."""
        return binding(self.payload, self.subject_version, self.policy_version, self.evidence)

    @property
    def uuid(self) -> UUID:
        """The proposal's id."""
        return UUID(bytes=self.id)


class Heard(Struct, frozen=True, array_like=True, gc=False):
    """The natural key of something that was answered already, or that came too early."""

    id: bytes
    at: datetime


class Held(Struct, frozen=True, array_like=True, gc=False):
    """A notice about a proposal that waits until its recipient may be told something."""

    proposal: bytes
    notice: str
    recipient: str
    turn: int
    at: datetime


class Docket(Struct, frozen=True, array_like=True):
    """The proposals about one subject, by id."""

    subject: str
    cases: tuple[Case, ...] = ()
    reviews: tuple[Heard, ...] = ()
    withdrawn: tuple[Heard, ...] = ()
    """Withdrawals of proposals that have not come yet."""
    held: tuple[Held, ...] = ()
    """What is told when those whom it is for may be told something: the newest of each about a proposal."""
    spoken: tuple[tuple[str, datetime], ...] = ()
    """When people were told something, as long as it keeps them from being told more."""

    def __bool__(self) -> bool:
        return bool(self.cases or self.reviews or self.withdrawn or self.held)

    def has_said(self, decision: DecisionMade) -> bool:
        """Return whether the supervisor has decided this, to the word; before there were seals, by its id."""
        case = self.case(decision.proposal_id)
        if case is None:
            return False
        if case.seals:
            return decision.seal in case.seals
        return decision.decision_id.bytes in (case.approval, case.reversal) and decision.binding == case.seen

    def case(self, proposal_id: UUID) -> Case | None:
        """Return the proposal's case."""
        return next((case for case in self.cases if case.id == proposal_id.bytes), None)

    @property
    def due(self) -> datetime | None:
        """When passing time next says something of an open proposal, or there is something to tell."""
        dues = [*(case.due for case in self.cases if case.asked), *(each.at for each in self.held)]
        return min(dues, default=None)

    def alike(self, case: Case) -> list[Case]:
        """Return the other cases of the same kind and cause."""
        same = (each for each in self.cases if (each.kind, each.cause) == (case.kind, case.cause))
        return [each for each in same if each.id != case.id]

    def with_case(self, case: Case) -> "Docket":
        """Return the docket in which this is how far the case has come."""
        others = (each for each in self.cases if each.id != case.id)
        return replace(self, cases=tuple(sorted((*others, case), key=lambda each: each.id)))

    def bounded(self, since: datetime) -> "Docket":
        """Return the docket without settled cases that have not moved since, and without too many of them."""
        kept = [case for case in self.cases if not case.settled or case.moved_at >= since]
        spare = sorted((case for case in kept if case.settled), key=lambda case: (case.moved_at, case.id))
        spared = {case.id for case in spare[: max(0, len(kept) - CASES)]}
        cases = tuple(case for case in kept if case.id not in spared)
        reviews, withdrawn = recent(self.reviews, since), recent(self.withdrawn, since)
        if (cases, reviews, withdrawn) == (self.cases, self.reviews, self.withdrawn):
            return self
        return replace(self, cases=cases, reviews=reviews, withdrawn=withdrawn)


def recent(heard: Sequence[Heard], since: datetime) -> tuple[Heard, ...]:
    """Return the newest of those not older than `since`, in order."""
    return tuple([each for each in heard if each.at >= since][-CASES:])
