"""Whatever people, the supervisor, forgers and crashes do to the real tables, in whatever order: the promises hold."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from connectors import delegations, reviews
from connectors.commands import CommandRefused, publish_policy, set_mode
from connectors.delegations import Loan
from connectors.reviews import Review
from schemas.events import DecisionMade, ProposalMade
from schemas.faults import NotDecided
from schemas.kinds import KINDS, binding, digest
from schemas.lifecycle import CLOSED, EFFECT, INVERSE
from schemas.policies import SupervisionPolicy
from schemas.reviews import REASONED
from sinks.apply import Applier, Place
from streams.decided import decided as supervisor_has_decided
from streams.settings import Settings
from tests.builders import ADMIN, CLINIC, EMPLOYEE, HR, MANAGER, mode, policy, proposal, role, tick, withdrawal
from tests.sinks.apply.accounts import Accounts
from tests.sinks.apply.ground import CHIEF, CLERK, FAR, OTHER, ROBOT, SHIFTS, SUBJECTS, Ground, payload_of, shift_of
from tests.sinks.apply.trespass import ROLES, trespass
from tests.sinks.events import START, decided

pytestmark = pytest.mark.stack
STEPS = 1000
PEOPLE = (*[OTHER, HR, ADMIN] * 4, *[MANAGER] * 2, EMPLOYEE, CLERK, FAR, CHIEF, ROBOT)
WORDS = (*["approve"] * 10, *["reject"] * 2, "request_changes", "edit", "contest", "contest", "waive", "stop", "revert")
KIND_OF = ("attendance_flag", "attendance_flag", "disciplinary_review", "lateness_entry", "lateness_entry")
RISKS = ("low", "low", "low", "medium", "high", "critical")
ROLE_WORDS = (*["manager"] * 3, *["hr", "admin"] * 2, "auditor")
Forgery = Callable[[ProposalMade, list[UUID]], dict[str, Any]]
FORGERIES: dict[str, Forgery] = {
    "alone": lambda *_: {"status": "auto_approved", "approvals": []},
    "nobody": lambda *_: {"approvals": [], "reviewer_id": None},
    "subject": lambda made, _: {"approvals": [UUID(made.subject[-36:])]},
    "twice": lambda *_: {"approvals": [ADMIN, ADMIN], "seats": ["manager", "admin"], "risk": "critical"},
    "unbound": lambda _, people: {"approvals": people, "binding": "of something else"},
    "restored": lambda *_: {"happening": "restore", "approvals": []},
    "who ever said anything": lambda _, people: {"approvals": people, "decision_id": uuid4()},
    "fewer seats": lambda _, people: {"approvals": people[:1], "seats": [], "risk": "low", "decision_id": uuid4()},
    "of long ago": lambda _, people: {"approvals": people, "recorded_at": START, "decision_id": uuid4()},
    "taken back": lambda made, _: {"status": "reversal_approved", "reverses": made.proposal_id, "decision_id": uuid4()},
}
"""What a forger says, of what people have said truly and of what they have not."""
BELIEVING_STATE = Applier(supervisor_has_decided)

MISUSES = {
    "entry": "insert into public.attendance (shift_id, employee_id, minutes_late, decision_id)"
    " values (%(shift)s, %(who)s, 5, %(decision)s)",
    "flag": "insert into public.attendance_flags (employee_id, proposal_id, decision_id, shift_ids, first_start,"
    " last_start) values (%(who)s, %(proposal)s, %(decision)s, array[%(shift)s::uuid], now(), now())",
    "hold again": "update public.attendance_flags set lifted_at = null, lifted_decision_id = null"
    " where lifted_at is not null",
    "lift": "update public.attendance_flags set lifted_at = now(), lifted_decision_id = %(decision)s"
    " where lifted_at is null",
    "remove flag": "delete from public.attendance_flags where proposal_id = %(proposal)s",
    "remove entry": "delete from public.attendance",
    "more minutes": "update public.attendance set minutes_late = minutes_late + 60",
    "another's entry": "update public.attendance set decision_id = %(decision)s where decision_id <> %(decision)s",
    "forget": "delete from rollcall.ledger where outcome in ('failed', 'stale')",
    "never failed": "update rollcall.ledger set outcome = 'applied' where outcome in ('failed', 'stale', 'reverted')",
    "hold once more": "update rollcall.ledger set outcome = 'held' where outcome <> 'held'",
    "not taken back": "update rollcall.ledger set reverted_by = null where reverted_by is not null",
    "taken back": "update rollcall.ledger set reverted_by = %(decision)s"
    " where outcome = 'applied' and reverted_by is null",
    "another before": "update rollcall.ledger set before = '{\"minutes_late\": 99}' where outcome = 'applied'",
    "other changes": "update rollcall.ledger set changes = '[]' where outcome <> 'held'",
    "of another": "update rollcall.ledger set proposal_id = %(shift)s",
    "lose": "delete from rollcall.held",
    "hurry": "update rollcall.held set due_at = null",
}


class Crash(Exception):
    """The process dies between an effect and its COMMIT."""


def dies() -> None:
    raise Crash


class Days:
    """One random action after the other, and the accounts looked at after each."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.ground, self.dice = ground, Random(seed)
        self.accounts = Accounts(ground.server)
        self.count, self.told = 0, set[UUID]()
        self.lent: list[tuple[UUID, UUID, UUID]] = []
        self.happened: Counter[str] = Counter()
        self.lately: list[str] = []

    def act(self) -> None:
        actions: dict[Callable[[], str], int] = {
            self.propose: 6, self.answer: 20, self.answer_past_the_program: 4, self.settle: 12, self.settle_again: 3,
            self.hear_reports: 6, self.forge: 4, self.forge_as_supervisor: 4, self.release: 3, self.change_role: 1,
            self.lend: 2, self.end_loan: 1, self.switch: 1, self.publish: 1, self.pass_time: 2, self.withdraw: 1,
            self.trespass: 4, self.misuse: 5,
        }  # fmt: skip
        action = self.dice.choices([*actions], [*actions.values()])[0]
        self.count += 1
        what = action()
        self.happened[f"{action.__name__}: {what.split(':')[0]}"] += 1
        self.lately = [*self.lately[-14:], f"{self.count} {action.__name__}: {what}"]
        self.accounts.check()

    def one(self) -> ProposalMade | None:
        lately = list(self.ground.made.values())[-10:]
        alive = [each for each in lately if self.status(each) not in CLOSED]
        return self.dice.choice(alive if alive and self.dice.random() < 0.85 else lately) if lately else None

    def status(self, made: ProposalMade) -> str:
        life = self.ground.decided.get(made.proposal_id)
        return life[-1].status if life else "pending"

    # -- agents and people ---------------------------------------------------------------------------------------------

    def propose(self) -> str:
        who, kind = self.dice.choice([EMPLOYEE, *SUBJECTS]), self.dice.choice(KIND_OF)
        said = payload_of(kind, who, shift_of(who, self.dice.choice(SHIFTS)), self.dice.choice([5, 9, 30]))
        risk, cause = self.dice.choice(RISKS), f"{self.dice.randrange(60)}"
        made = proposal(
            f"made {self.count}", kind=kind, payload=said.canonical(), risk=risk, when=self.ground.now(), cause=cause
        )
        given = {"subject": said.subject, "raised": self.count, "editors": self.dice.choice([[], [], [OTHER]])}
        self.ground.tell(made.model_copy(update=given))
        return f"{kind}: {risk}, of {cause}"

    def withdraw(self) -> str:
        made = self.one()
        if made is None:
            return "nothing"
        self.ground.tell(withdrawal(made, self.ground.now()))
        return f"done: {made.proposal_id}"

    def answer(self) -> str:
        made, word, who = self.one(), self.dice.choice(WORDS), self.dice.choice(PEOPLE)
        if made is None:
            return "nothing"
        if word in ("contest", "waive"):
            who = UUID(made.subject.removeprefix("employee:"))
        edited = payload_of(made.kind, UUID(made.subject[-36:]), shift_of(UUID(made.subject[-36:]), "first"), 7)
        payload = edited.canonical() if word == "edit" and made.kind in KIND_OF else None
        try:
            if self.dice.random() < 0.95:
                reviews.opened(self.ground.by["console"], made.proposal_id, who)
            given = reviews.review(
                self.ground.by["console"], made.proposal_id, Review(word, "so" if word in REASONED else "", payload),
                reviewer_id=who,
            )  # fmt: skip
        except (CommandRefused, psycopg.IntegrityError) as refused:
            return f"{word} refused: {refused}"
        said = self.ground.answer(given)
        return (
            f"{word} {'counts' if any(isinstance(each, DecisionMade) for each in said) else 'does not count'}: by {who}"
        )

    def answer_past_the_program(self) -> str:
        """A row written by hand: about somebody else, on what nobody saw, at another time."""
        made, user = self.one(), self.dice.choice(["console", "console", "console", *ROLES])
        if made is None:
            return "nothing"
        subject = self.dice.choice([made.subject, made.subject, *(f"employee:{each}" for each in SUBJECTS)])
        who = self.dice.choice([*PEOPLE, *SUBJECTS])
        given_at = self.ground.now() - timedelta(days=self.dice.choice([0, 0, 40]))
        row = (made.proposal_id, subject, self.dice.choice(["approve", "approve", "reject"]), who, "forged", given_at)
        insert = (
            "insert into public.review_commands (id, proposal_id, subject, verdict, reviewer_id, note, seen, given_at)"
            " values (%s, %s, %s, %s, %s, 'so', %s, %s)"
        )
        given = uuid4()
        try:
            self.ground.by[user].execute(insert, (given, *row))
        except psycopg.errors.InsufficientPrivilege:
            assert user != "console"
            return f"not {user}'s"
        except psycopg.errors.CheckViolation as refused:
            return f"refused: {refused}"
        assert user == "console", "nobody else writes what people say"
        self.ground.answer(given)
        return f"written: by {who} about {subject} on {made.subject}"

    def change_role(self) -> str:
        who, word = self.dice.choice([MANAGER, OTHER, HR, CLERK, EMPLOYEE]), self.dice.choice(ROLE_WORDS)
        where = None if word in ("hr", "admin") else CLINIC
        gone = self.ground.server.execute(
            "delete from public.person_roles where employee_id = %s and role = %s", (who, word)
        ).rowcount
        if not gone:
            self.ground.server.execute(
                "insert into public.person_roles (employee_id, role, location_id) values (%s, %s, %s)",
                (who, word, where),
            )
        self.ground.hear(role(who, word, where, removed=gone > 0))
        return f"{'taken' if gone else 'given'}: {word} {who}"

    def lend(self) -> str:
        giver, to, word = (
            self.dice.choice([MANAGER, OTHER, HR, ADMIN]),
            self.dice.choice(PEOPLE),
            self.dice.choice(ROLE_WORDS),
        )
        ends = self.ground.now() + timedelta(days=self.dice.choice([1, 10, 29, 31]))
        try:
            given = delegations.give(self.ground.by["console"], Loan(giver, to, word, ends, "away"))
        except CommandRefused as refused:
            return f"refused: {refused}"
        self.lent.append((giver, to, given))
        self.ground.lend(giver, to, given)
        return f"given: {word} of {giver} to {to}"

    def end_loan(self) -> str:
        if not self.lent:
            return "nothing"
        giver, to, given = self.dice.choice(self.lent)
        try:
            delegations.end(self.ground.by["console"], given, ended_by=self.dice.choice([giver, to, CLERK]))
        except CommandRefused as refused:
            return f"refused: {refused}"
        self.ground.lend(giver, to, given)
        return "ended"

    def switch(self) -> str:
        word = self.dice.choice([*["live"] * 6, "paused", "shadow", "disabled"])
        set_mode(self.ground.by["console"], "attendance", word, author="test")
        self.ground.hear(mode("attendance", word, when=self.ground.now()))
        return word

    def publish(self) -> str:
        document = SupervisionPolicy(default=self.dice.choice(["supervised", "autonomous", "autonomous"]))
        version = publish_policy(self.ground.by["console"], document, author="test", reason="so")
        self.ground.hear(policy(document, self.ground.now(), version))
        return str(document.default)

    def pass_time(self) -> str:
        self.ground.pass_time(timedelta(hours=self.dice.choice([1, 5, 26, 24 * 3, 24 * 8])))
        self.ground.tell(tick(self.ground.now()))
        return "passed"

    # -- the applier ---------------------------------------------------------------------------------------------------

    def settle(self) -> str:
        """What the supervisor has decided is applied, in order; now and then the process dies before COMMIT."""
        if not self.ground.asked:
            return "nothing"
        while len(self.ground.asked) > 1 and self.ground.asked[0].status not in EFFECT | INVERSE:
            self.ground.asked.pop(0)
        decision = self.ground.asked[0]
        if (
            self.dice.random() < 0.4
            and self._apply(decision, Applier(supervisor_has_decided, after_effect=dies)) == "crashed"
        ):
            return f"crashed: {decision.decision_id}"
        outcome = self._apply(decision, BELIEVING_STATE)
        self.ground.asked.pop(0)
        return f"{outcome}: {decision.kind} {decision.status} of {decision.proposal_id}"

    def settle_again(self) -> str:
        """The log is read once more from some place."""
        known = [each for life in self.ground.decided.values() for each in life if each not in self.ground.asked]
        if not known:
            return "nothing"
        decision = self.dice.choice(known)
        before = self._outcome(decision)
        assert self._apply(decision, BELIEVING_STATE) == before, "what was settled stays so"
        return before

    def _apply(self, decision: DecisionMade, applier: Applier) -> str:
        connection, place = self.ground.by["applier"], Place("rollcall.decisions.v1", 0, self.count)
        try:
            with connection.transaction():
                applier.settle(connection, decision, place)
        except Crash:
            return "crashed"
        except NotDecided:
            return "not decided"
        return self._outcome(decision)

    def _outcome(self, decision: DecisionMade) -> str:
        query = "select outcome from rollcall.ledger where decision_id = %s"
        row = self.ground.server.execute(query, (decision.decision_id,)).fetchone()
        return str(row[0]) if row else "asks for nothing"

    def release(self) -> str:
        with self.ground.by["applier"].transaction():
            return "done" if BELIEVING_STATE.release(self.ground.by["applier"]) else "nothing"

    def hear_reports(self) -> str:
        fresh = [each for each in self.ground.reports() if each.event_id not in self.told]
        for each in fresh:
            self.told.add(each.event_id)
            self.ground.tell(each)
        return "some" if fresh else "none"

    # -- forgers -------------------------------------------------------------------------------------------------------

    def forge(self) -> str:
        """A decision on the log that the supervisor never made, or not so: whatever it says, nothing comes of it."""
        made, how = self.one(), self.dice.choice(sorted(FORGERIES))
        if made is None or made.kind not in KIND_OF:
            return "nothing"
        decision = self._forged(made).model_copy(update=FORGERIES[how](made, self._said_yes(made)))
        if decision in self.ground.decided.get(made.proposal_id, []):
            return "nothing"
        if self._outcome(decision) == "asks for nothing":
            assert self._apply(decision, BELIEVING_STATE) == "not decided", (how, decision)
        return f"{how} {made.kind}: {made.proposal_id}"

    def forge_as_supervisor(self) -> str:
        """The same from a supervisor that is not to be trusted either: people must have said so all the same."""
        made, how = self.one(), self.dice.choice(sorted(FORGERIES))
        if made is None or made.kind not in KIND_OF or self.dice.random() < 0.5:
            return "nothing"
        forged = FORGERIES[how](made, self._said_yes(made))
        outcome = self._apply(self._forged(made).model_copy(update=forged), Applier(lambda *_: True))
        return f"{how} {made.kind} {outcome}: {made.proposal_id}"

    def _said_yes(self, made: ProposalMade) -> list[UUID]:
        query = "select distinct reviewer_id from public.review_commands where proposal_id = %s order by 1"
        return [who for (who,) in self.ground.server.execute(query, (made.proposal_id,)).fetchall()] or [ADMIN]

    def _forged(self, made: ProposalMade) -> DecisionMade:
        """Return as good a forgery as can be made from the log."""
        life = [each for each in self.ground.decided.get(made.proposal_id, []) if each.status in EFFECT]
        if life and self.dice.random() < 0.5:
            return life[-1]
        payload = KINDS[made.kind].payload.model_validate_json(made.payload)
        return decided(
            "approved", f"forged {self.count}", payload=payload, subject=made.subject, proposal_id=made.proposal_id,
            kind=made.kind, recorded_at=self.ground.now(), subject_version=made.subject_version,
            binding=binding(made.payload, made.subject_version, made.policy_version, digest(made.evidence)),
            evidence=digest(made.evidence), policy_version=made.policy_version,
        )  # fmt: skip

    def misuse(self) -> str:
        """The applier's credentials, past the applier: effects without their decision, and its books rewritten."""
        query = "select decision_id, proposal_id, subject from rollcall.ledger where outcome <> 'applied' order by 1"
        made = self.one()
        lie = (uuid4(), made.proposal_id if made else uuid4(), made.subject if made else f"employee:{EMPLOYEE}")
        decision_id, proposal_id, subject = self.dice.choice([lie, *self.ground.server.execute(query).fetchall()[-3:]])
        given = {"who": UUID(subject[-36:]), "proposal": proposal_id, "decision": decision_id, "shift": uuid4()}
        name = self.dice.choice(sorted(MISUSES))
        try:
            with self.ground.by["applier"].transaction():
                changed = self.ground.by["applier"].execute(MISUSES[name].encode(), given).rowcount
        except (psycopg.IntegrityError, psycopg.errors.InsufficientPrivilege):
            return f"{name} refused"
        assert not changed, (name, "is written on a decision that came to nothing, or over what was", given)
        return "nothing there"

    def trespass(self) -> str:
        user = self.dice.choice(ROLES)
        return f"{user}: {trespass(self.ground.by[user], user, self.dice)}"


@pytest.fixture(scope="module")
def ground(migrated: Settings) -> Iterator[Ground]:
    grounded = Ground(migrated)
    with grounded.opened:
        yield grounded


def test_its_promises_hold_in_a_thousand_random_actions_on_the_real_tables(ground: Ground) -> None:
    days = Days(ground, 6)
    try:
        for _ in range(STEPS):
            days.act()
    except BaseException as error:
        error.add_note("\n".join(days.lately))
        raise
    assert_that_much_has_happened(days.happened)


def assert_that_much_has_happened(happened: Counter[str]) -> None:
    """Nothing is shown by days on which nothing was tried."""
    for what in (
        "answer: approve counts", "answer: contest counts", "settle: applied", "settle: reverted", "release: done",
        *(f"misuse: {name} refused" for name in MISUSES), "answer_past_the_program: written", "lend: given",
        "answer_past_the_program: refused",
    ):  # fmt: skip
        assert happened[what], (what, happened)
    assert sum(times for what, times in happened.items() if what.startswith("forge: ")) > STEPS / 30
