"""Whatever is said to the supervisor, in whatever order: its promises hold."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from agents.supervisor import AGENT
from schemas.events import Event, ProposalMade, Tick
from schemas.kinds import LatenessEntry
from schemas.lifecycle import CLOSED
from schemas.policies import SupervisionPolicy
from schemas.reviews import VERDICTS
from tests.agents.laws import said, stored
from tests.agents.supervisor.books import Books
from tests.agents.supervisor.desk import ADVICE, FLAG, NOW
from tests.agents.worlds import STAFF, live
from tests.builders import (
    ADMIN,
    CLINIC,
    EMPLOYEE,
    HR,
    MANAGER,
    SUBJECT,
    mode,
    policy,
    proposal,
    report,
    review,
    role,
    tick,
    uid,
    withdrawal,
)

OTHER, CLERK = uid("other manager"), uid("clerk")
PEOPLE = (*[MANAGER, OTHER, HR, ADMIN] * 3, EMPLOYEE, EMPLOYEE, CLERK)
KINDS = {"lateness_entry": "", "attendance_flag": FLAG, "break_suggestion": ADVICE, "nonsense": "", "broken": "{}"}
MINUTES = tuple(
    LatenessEntry(employee_id=who, shift_id=uid("shift"), minutes_late=each).canonical()
    for who, each in ((EMPLOYEE, 4), (EMPLOYEE, 12), (MANAGER, 3))
)
RISKS = ("low", "low", "medium", "high", "critical", "odd")
WORDS = (*VERDICTS, *["approve"] * 9, *["reject"] * 3, *["contest", "revert"] * 2, "nonsense")
HOURS = (1, 1, 5, 30, 24 * 4, 24 * 8, 24 * 15)
RECENT = timedelta(days=60)
"""What is older may have been forgotten; the transport keeps it away by its place in the log."""


class Supervision(RuleBasedStateMachine):
    """Agents propose, people review and change, the applier reports, time passes, things come twice, hosts crash.

    A step is one seed: which action it is, and all that is left open in it, is drawn from there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now, self.count = NOW, 0
        self.roles = {MANAGER: {"manager"}, OTHER: {"manager"}, HR: {"hr"}, ADMIN: {"admin"}}
        self.partition = live(AGENT, *STAFF, role(OTHER, "manager", CLINIC), mode("attendance", "live"))
        self.books = Books(self.roles)
        self.told: list[Event] = []
        self.waiting: list[ProposalMade] = []

    @initialize(word=st.sampled_from(["supervised", "semi_autonomous", "autonomous"]))
    def begin(self, word: Any) -> None:
        said(self.partition, [policy(SupervisionPolicy(default=word))])

    @rule(seed=st.integers(0, 2**32))
    def act(self, seed: int) -> None:
        self.count += 1
        dice = Random(f"{seed} {self.count}")
        actions: list[Callable[[Random], None]] = [
            *[self.propose] * 2, *[self.answer] * 12, *[self.applier_reports] * 5, *[self.comes_back] * 2,
            self.withdraw, *[self.time_passes] * 2, self.role_changes, *[self.something_comes_again] * 2, self.crash,
        ]  # fmt: skip
        dice.choice(actions)(dice)

    def tell(self, event: Event) -> None:
        emitted = said(self.partition, [event])
        self.told.append(event)
        for group in [[each] for each in emitted] if isinstance(event, Tick) else [emitted]:
            self.books.enter(event, group)
        self.waiting += [each for each in emitted if isinstance(each, ProposalMade)]

    def some(self, dice: Random) -> ProposalMade | None:
        lately = list(self.books.made.values())[-12:]
        alive = [made for made in lately if self.books.status(made.proposal_id) not in CLOSED]
        return dice.choice(alive if alive and dice.random() < 0.9 else lately) if lately else None

    def propose(self, dice: Random) -> None:
        kind = dice.choice([*["lateness_entry", "attendance_flag"] * 3, *KINDS])
        made = proposal(
            f"made {self.count}", kind=kind, payload=KINDS[kind], risk=dice.choice(RISKS), when=self.now,
            cause=f"{dice.randrange(12)}", shadow=dice.random() < 0.1,
        )  # fmt: skip
        given = {"raised": self.count, "provenance": dice.choice(["trusted", "trusted", "untrusted"])}
        self.tell(made.model_copy(update={**given, "editors": dice.choice([[], [], [], [MANAGER]])}))

    def comes_back(self, _: Random) -> None:
        """What the supervisor has proposed itself comes through the log."""
        if self.waiting and (made := self.waiting.pop(0)).subject == SUBJECT:
            self.tell(made)

    def answer(self, dice: Random) -> None:
        made = self.some(dice)
        if made is None:
            return
        word, life = dice.choice(WORDS), self.books.life[made.proposal_id]
        seen = dice.choice([-1, -1, -1, -1, 0, None, "something else"])
        given: dict[str, Any] = {
            "seen": life[seen].binding if life and isinstance(seen, int) else seen if life else None,
            "payload": dice.choice(MINUTES) if word == "edit" else None,
            "until": self.now + timedelta(days=3) if word == "snooze" else None,
            "batch": uid(f"{self.count}") if dice.random() < 0.05 else None,
        }
        who = EMPLOYEE if word in ("contest", "waive") and dice.random() < 0.8 else dice.choice(PEOPLE)
        self.tell(review(made, word, by=who, when=self.now, name=f"review {self.count}", **given))

    def applier_reports(self, dice: Random) -> None:
        made = self.some(dice)
        life = self.books.life[made.proposal_id] if made else []
        if made and life:
            asked = dice.choice([*life[-1:] * 4, *life])
            right = ["reverted"] if asked.reverses else ["applied", "applied", "stale"]
            outcome = dice.choice([*right * 3, "failed", "applied", "reverted", "stale"])
            self.tell(report(made, asked.decision_id, outcome, self.now))

    def withdraw(self, dice: Random) -> None:
        made = self.some(dice)
        if made is not None:
            self.tell(withdrawal(made, self.now))

    def time_passes(self, dice: Random) -> None:
        self.now += timedelta(hours=dice.choice(HOURS))
        self.tell(tick(self.now))

    def role_changes(self, dice: Random) -> None:
        who, word = dice.choice([MANAGER, OTHER, CLERK]), dice.choice(["manager", "manager", "admin"])
        held = word in self.roles.get(who, set())
        self.roles.setdefault(who, set()).symmetric_difference_update({word})
        said(self.partition, [role(who, word, revision=self.count + 1, removed=held)])

    def something_comes_again(self, dice: Random) -> None:
        event = dice.choice(self.told[-20:] or [None])
        if isinstance(event, Tick) and event is not self.told[-1]:
            return  # what was told late, after this minute, may have been due by then: that is no repeat
        if event is not None and event.recorded_at > self.now - RECENT:
            assert said(self.partition, [event]) == [], "nothing that comes twice says anything"

    def crash(self, _: Random) -> None:
        self.partition = stored(self.partition)


def run(examples: int, steps: int) -> None:
    calm = settings(deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    # A seed is not simpler for being smaller: nothing is shrunk.
    run_state_machine_as_test(Supervision, settings=settings(calm, max_examples=examples, stateful_step_count=steps))


def test_its_promises_hold_in_a_thousand_steps() -> None:
    run(20, 50)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_its_promises_hold_in_a_hundred_thousand_steps() -> None:
    run(500, 200)
