"""Whatever is said to the supervisor, in whatever order: its promises hold."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from agents.supervisor import AGENT
from schemas.events import DecisionMade, Event, ProposalMade, Tick
from schemas.kinds import LatenessEntry
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
    mode,
    policy,
    proposal,
    report,
    review,
    role,
    tick,
    uid,
    withdrawal,
)  # fmt: skip

OTHER, CLERK = uid("other manager"), uid("clerk")
PEOPLE = (MANAGER, OTHER, HR, ADMIN, EMPLOYEE, CLERK)
KINDS = {"lateness_entry": "", "attendance_flag": FLAG, "break_suggestion": ADVICE, "nonsense": "", "broken": "{}"}
MINUTES = tuple(
    LatenessEntry(employee_id=who, shift_id=uid("shift"), minutes_late=each).canonical()
    for who, each in ((EMPLOYEE, 4), (EMPLOYEE, 12), (MANAGER, 3))
)
NUMBERS, RISKS = st.integers(0, 30), st.sampled_from(["low", "low", "medium", "high", "critical", "odd"])
WORDS = st.sampled_from([*VERDICTS, *["approve"] * 6, *["reject"] * 3, *["contest"] * 2, "nonsense"])
WHO, SEEN = st.sampled_from(PEOPLE), st.sampled_from(["now", "now", "now", None, "old"])
OUTCOMES = st.sampled_from(["applied", "applied", "applied", "stale", "failed", "reverted", "reverted"])
HOURS = st.sampled_from([1, 5, 30, 24 * 4, 24 * 8, 24 * 15])


class Supervision(RuleBasedStateMachine):
    """Agents propose, people review and change, the applier reports, time passes, things come twice, hosts crash."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.count = NOW, 0
        self.roles = {MANAGER: {"manager"}, OTHER: {"manager"}, HR: {"hr"}, ADMIN: {"admin"}}
        self.partition = live(AGENT, *STAFF, role(OTHER, "manager", CLINIC), mode("attendance", "live"))
        self.books = Books(self.roles)
        self.told: list[Event] = []
        self.waiting: list[ProposalMade] = []

    def tell(self, event: Event) -> list[Event]:
        emitted = said(self.partition, [event])
        self.told.append(event)
        if isinstance(event, Tick):
            for each in emitted:
                self.books.enter(event, [each])
        else:
            self.books.enter(event, emitted)
        self.waiting += [each for each in emitted if isinstance(each, ProposalMade)]
        return emitted

    def some(self, number: int) -> ProposalMade:
        made = list(self.books.made.values())
        return made[-1 - number % min(len(made), 8)]

    @initialize(word=st.sampled_from(["supervised", "semi_autonomous", "autonomous"]))
    def begin(self, word: Any) -> None:
        said(self.partition, [policy(SupervisionPolicy(default=word))])

    @rule(kind=st.sampled_from([*["lateness_entry", "attendance_flag"] * 3, *KINDS]), risk=RISKS, number=NUMBERS)
    def propose(self, kind: str, risk: str, number: int) -> None:
        self.count += 1
        made = proposal(
            f"made {self.count}", kind=kind, payload=KINDS[kind], risk=risk, when=self.now, cause=f"{number % 3}",
            shadow=number > 27,
        )  # fmt: skip
        self.tell(made.model_copy(update={
            "raised": self.count,
            "provenance": "untrusted" if number % 7 == 0 else "trusted",
            "editors": [MANAGER] if number % 5 == 0 else [],
        }))  # fmt: skip

    @precondition(lambda self: self.waiting)
    @rule()
    def comes_back(self) -> None:
        made = self.waiting.pop(0)
        if made.subject == proposal().subject:
            self.tell(made)

    @precondition(lambda self: self.books.made)
    @rule(number=NUMBERS, word=WORDS, who=WHO, seen=SEEN, payload=st.sampled_from(MINUTES), many=st.booleans())
    def answer(self, number: int, word: str, who: UUID, seen: str | None, payload: str, *, many: bool) -> None:
        self.count += 1
        made = self.some(number)
        life = self.books.life[made.proposal_id]
        binding = life[-1 if seen == "now" else 0].binding if life and seen else None
        given: dict[str, Any] = {"seen": binding, "payload": payload if word == "edit" else None}
        given |= {"until": self.now + timedelta(days=3) if word == "snooze" else None}
        given |= {"batch": uid(f"{self.count}") if many and number % 4 == 0 else None}
        self.tell(review(made, word, by=who, when=self.now, name=f"review {self.count}", **given))

    @precondition(lambda self: self.books.made)
    @rule(number=NUMBERS, outcome=OUTCOMES, back=st.sampled_from([1, 1, 1, 2, 3]))
    def applier_reports(self, number: int, outcome: str, back: int) -> None:
        life = self.books.life[self.some(number).proposal_id]
        if life:
            self.tell(report(self.some(number), life[-min(back, len(life))].decision_id, outcome, self.now))

    @precondition(lambda self: self.books.made)
    @rule(number=NUMBERS)
    def withdraw(self, number: int) -> None:
        self.tell(withdrawal(self.some(number), self.now))

    @rule(hours=HOURS)
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.tell(tick(self.now))

    @rule(who=st.sampled_from([MANAGER, OTHER, CLERK]), word=st.sampled_from(["manager", "admin"]))
    def role_changes(self, who: UUID, word: str) -> None:
        self.count += 1
        held = word in self.roles.get(who, set())
        self.roles.setdefault(who, set()).symmetric_difference_update({word})
        said(self.partition, [role(who, word, revision=self.count + 1, removed=held)])

    @precondition(lambda self: self.told)
    @rule(number=NUMBERS)
    def something_comes_again(self, number: int) -> None:
        before = {place: cell.state for place, cell in self.partition.cells.items()}
        event = self.told[-1 - number % len(self.told)]
        if isinstance(event, Tick) or (isinstance(event, ProposalMade) and event.proposal_id not in self.books.life):
            return
        emitted = [each for each in said(self.partition, [event]) if isinstance(each, DecisionMade)]
        assert emitted == [], "nothing that comes twice decides anything"
        assert {place: cell.state for place, cell in self.partition.cells.items()} == before or event in self.told

    @rule()
    def crash(self) -> None:
        self.partition = stored(self.partition)


def test_its_promises_hold_in_a_few_thousand_steps() -> None:
    run_state_machine_as_test(
        Supervision,
        settings=settings(
            max_examples=40, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_its_promises_hold_in_a_hundred_thousand_steps() -> None:
    run_state_machine_as_test(
        Supervision,
        settings=settings(
            max_examples=1000, stateful_step_count=100, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
