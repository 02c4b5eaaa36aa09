"""An independent book-keeper: what was said of each proposal, what took effect, and whether that was allowed.

It knows nothing of dockets, cases and policies of authority; it holds what was emitted against the promises.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from schemas.events import (
    ApplicationReported,
    DecisionMade,
    DelegationDescribed,
    Event,
    ProposalMade,
    ReviewGiven,
    ReviewRefused,
)
from schemas.kinds import KINDS, RISKS
from schemas.lifecycle import CLOSED, EFFECT, INVERSE, LIFE

DECIDING = {"manager", "hr", "admin"}


@dataclass
class Books:
    """`roles` is who holds what, and `lent` who lends it to whom, as they have been told by now."""

    roles: dict[UUID, set[str]]
    lent: dict[UUID, DelegationDescribed] = field(default_factory=dict)
    made: dict[UUID, ProposalMade] = field(default_factory=dict)
    reviews: dict[UUID, ReviewGiven] = field(default_factory=dict)
    life: defaultdict[UUID, list[DecisionMade]] = field(default_factory=lambda: defaultdict(list))
    answered: set[UUID] = field(default_factory=set)
    in_force: set[UUID] = field(default_factory=set)
    """Proposals whose effect an applier would have done and not taken back."""
    ids: set[UUID] = field(default_factory=set)

    def enter(self, said: Event, emitted: list[Event]) -> None:
        """Write down what was said and what came of it; whatever breaks a promise fails here."""
        if isinstance(said, ProposalMade):
            self.made.setdefault(said.proposal_id, said)
        if isinstance(said, ReviewGiven):
            self.reviews.setdefault(said.review_id, said)
        decisions = [each for each in emitted if isinstance(each, DecisionMade)]
        refused = [each for each in emitted if isinstance(each, ReviewRefused)]
        for each in emitted:
            assert each.event_id not in self.ids, "nothing is said twice"
            self.ids.add(each.event_id)
        for decision in decisions:
            self._decided(decision, said)
        self._once(said, refused, decisions)

    def status(self, proposal_id: UUID) -> str:
        """Return where a proposal stands."""
        return self.life[proposal_id][-1].status if self.life[proposal_id] else "pending"

    def _once(self, said: Event, refused: list[ReviewRefused], decisions: list[DecisionMade]) -> None:
        counts = [each for each in decisions if each.reviewer_id is not None]
        for each in refused:
            assert isinstance(said, ReviewGiven), "only reviews are refused"
            assert each.review_id == said.review_id
            assert each.reason
            assert not counts, "it counts or it does not"
        if refused or counts:
            assert isinstance(said, ReviewGiven)
            assert said.review_id not in self.answered, "the same review is answered once"
            self.answered.add(said.review_id)

    def _decided(self, decision: DecisionMade, said: Event) -> None:
        was = self.status(decision.proposal_id)
        if was == "pending" and decision.happening == "adopt":
            was = "shadow"
        assert was not in CLOSED, "an end is an end, and there is one"
        assert decision.status in LIFE[was].get(decision.happening, ()), (was, decision)  # type: ignore[index, call-overload]
        self._contested(decision)
        if isinstance(said, ApplicationReported):
            asked = [each.decision_id for each in self.life[said.proposal_id] if each.status in (*EFFECT, *INVERSE)]
            assert decision.happening == "ask_again" or said.decision_id == asked[-1], "a report is on what stands"
        self.life[decision.proposal_id].append(decision)
        if decision.status in EFFECT:
            self._takes_effect(decision, said)
        elif decision.status in INVERSE or decision.status in ("stale", "failed"):
            self.in_force.discard(decision.proposal_id)

    def _contested(self, decision: DecisionMade) -> None:
        """A contest is there once, and decided by somebody who had not decided before."""
        before = self.life[decision.proposal_id]
        if decision.happening == "contest":
            assert all(each.happening != "contest" for each in before)
        if decision.happening in ("approve", "edit") and before[-1].contest == "open":
            since = next(place for place, each in enumerate(before) if each.happening == "contest")
            earlier = {person for each in before[:since] for person in each.approvals}
            assert not earlier & set(decision.approvals), "somebody new decides on a contest"

    def _takes_effect(self, decision: DecisionMade, said: Event) -> None:
        kind = KINDS[decision.kind]
        if kind.action != "advice":
            assert decision.proposal_id not in self.in_force, (
                "each effect at most once",
                self.life[decision.proposal_id],
            )
            self.in_force.add(decision.proposal_id)
        if decision.status == "auto_approved":
            assert not kind.of.human
            assert kind.reversible
            assert decision.risk != "critical"
            return
        assert decision.approvals, "a human has approved it"
        if decision.happening != "restore":
            assert len(set(decision.approvals)) == len(decision.approvals) >= len(decision.seats)
            self._allowed(decision, said)

    def _allowed(self, decision: DecisionMade, said: Event) -> None:
        assert isinstance(said, ReviewGiven)
        assert said.reviewer_id == decision.approvals[-1]
        made = self.made.get(decision.proposal_id)
        for person in decision.approvals:
            assert f"employee:{person}" != decision.subject, "nobody about themself"
            assert self._held(person, said) & DECIDING, "whoever approves holds a role, now"
            assert made is None or made.proposer != person, "nobody their own"
        if RISKS.index(decision.risk) >= RISKS.index("high"):
            above = {"admin", "hr"} if KINDS[decision.kind].hr else {"admin"}
            assert any(self._held(each, said) & above for each in decision.approvals)
        if decision.risk == "critical":
            assert len(set(decision.approvals)) > 1
        seen = said.seen
        assert seen is None or said.verdict == "edit" or seen == decision.binding, "what was seen is what was approved"
        until = decision.contest_until
        assert until is None or decision.contest or said.recorded_at >= until, "the subject had time to contest"
        if made is not None and len(decision.approvals) == 1:
            assert decision.approvals[0] not in made.editors, "not alone who has edited what it rests on"

    def _held(self, person: UUID, said: ReviewGiven) -> set[str]:
        """Roles of their own and, from others who hold them, lent: to who speaks now, until now."""
        at, speaks = said.recorded_at, person == said.reviewer_id
        held = set(self.roles.get(person, ()))
        for each in self.lent.values():
            if each.delegate_id == person and each.starts_at <= at and (at < each.ends_at or not speaks):
                held |= {each.role} & self.roles.get(each.delegator_id, set())
        return held
