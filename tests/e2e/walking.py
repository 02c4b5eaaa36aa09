"""A walk through all that people, processes and forgers may do to an installation that runs, in an order of chance."""

import json
import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import psycopg

from connectors import commands, delegations, reviews
from connectors.commands import CommandRefused
from connectors.delegations import Loan
from connectors.reviews import Review
from schemas.lifecycle import CLOSED
from schemas.policies import RoutingPolicy, SupervisionPolicy
from schemas.policies.routing import Rule
from schemas.reviews import REASONED
from tests.e2e.office import DECIDING, Office, Spell
from tests.e2e.retold import retold
from tests.e2e.turmoil import Turmoil
from tests.eventually import eventually
from tests.sinks.apply.accounts import Accounts
from tests.sinks.apply.test_promises import MISUSES
from tests.sinks.apply.trespass import ROLES, trespass

PEOPLE = (*["other", "hr", "admin"] * 4, *["manager"] * 3, "auditor", "robot", "far", "clerk")
ASKED = (*["approve"] * 10, *["reject"] * 2, "request_changes", "comment", "edit", "edit", "snooze", "stop")
WORDS = {
    "applied": ("revert", "revert", "approve"),
    "approved": ("stop", "revert"),
    "shadow": ("adopt", "adopt", "approve"),
}
"""What is said to a proposal that stands there; to others what is said to those that are asked."""
GRAVE = ("attendance_flag", "disciplinary_review")
HEARD = ("approve", "reject", "request_changes", "edit", "contest", "waive", "stop", "adopt")
"""What is always answered: it counts, or it is refused with the reason."""
RULES = (
    Rule(name="two", when='kind == "attendance_flag"', then="two_roles", roles=("manager", "hr")),
    Rule(name="alone", when='kind != "lateness_entry"', then="auto"),
    Rule(name="never", when='risk == "low"', then="block"),
)
DAY = timedelta(days=1)
LATER = (timedelta(hours=1), timedelta(hours=26), 3 * DAY, 8 * DAY)
LOOKED_BACK = 30
"""So many steps between two looks at the whole log."""
WITHIN = 180.0
"""Seconds; for machines that are busy with much else."""


class Walk:
    """`happened` counts what was done and what came of it; `lately` is told when a promise is broken."""

    def __init__(self, office: Office, turmoil: Turmoil, dice: Random) -> None:
        self.office, self.turmoil, self.dice = office, turmoil, dice
        self.accounts = Accounts(office.server)
        self.happened: Counter[str] = Counter()
        self.lately: list[str] = []
        self.silent: list[Spell] = []
        self.powerless: dict[UUID, list[Spell]] = {}
        self.lent: list[tuple[UUID, UUID, UUID]] = []
        self.deck: dict[Callable[[], str], int] = {
            self.comes_late: 4, self.is_flagged: 2, self.does_not_come: 1, self.is_corrected: 4,
            self.answers: 18, self.answers_for_themself: 6, self.two_answer_at_once: 3, self.writes_by_hand: 12,
            self.changes_role: 5, self.lends: 3, self.ends_loan: 2, self.switches: 3, self.publishes: 3,
            self.time_passes: 3, self.turmoil.kill: 5, self.turmoil.die_at: 3, self.turmoil.tell_again: 4,
            self.applies_again: 1, self.trespasses: 6, self.misuses: 4,
        }  # fmt: skip

    def begin(self) -> None:
        """People about whom something grave is proposed, so that there is something to answer."""
        self.publishes()
        for write in (self.is_flagged, self.is_flagged, self.is_flagged, self.does_not_come, self.does_not_come):
            write()
        eventually(lambda: len([row for row in self.office.proposals() if row["kind"] in GRAVE]) == 5, WITHIN)

    def go(self) -> None:
        """Do everything in the deck, shuffled, and look after each whether the promises hold."""
        steps = [action for action, times in self.deck.items() for _ in range(times)]
        self.dice.shuffle(steps)
        for number, action in enumerate(steps, 1):
            what = action()
            self.happened[f"{action.__name__}: {what.split(':')[0]}"] += 1
            self.lately.append(f"{number} {action.__name__}: {what}")
            self.accounts.check()
            if self.silent and self.silent[-1].until is None and self.dice.random() < 0.2:
                self.switches()
            if number % LOOKED_BACK == 0:
                retold(self.office.settings, to_its_end=False)

    # -- people: what they do, and what they say to it -----------------------------------------------------------------

    def comes_late(self) -> str:
        minutes = self.dice.choice([7, 12, 40, 61])
        somebody = self.office.comes_late(minutes)
        return f"{minutes} minutes: {somebody}"

    def is_flagged(self) -> str:
        return f"written: {self.office.is_flagged()}"

    def does_not_come(self) -> str:
        return f"written: {self.office.does_not_come()}"

    def is_corrected(self) -> str:
        return self.office.is_corrected(self.dice.choice, self.office.staff["other"])

    def _one(self) -> dict[str, Any]:
        """Some proposal, rather an open one, rather a grave one."""
        found = sorted(self.office.proposals(), key=lambda row: str(row["proposal_id"]))
        alive = [row for row in found if row["status"] not in CLOSED]
        grave = [row for row in alive if row["kind"] in GRAVE]
        chance = self.dice.random()
        return dict(self.dice.choice((grave if chance < 0.7 else alive if chance < 0.9 else found) or alive or found))

    def answers(self) -> str:
        made, who = self._one(), self.office.staff[self.dice.choice(PEOPLE)]
        word = self.dice.choice(WORDS.get(made["status"], ASKED))
        return f"{word} {self._says(made, word, who)}: by {who} to {made}"

    def answers_for_themself(self) -> str:
        """The subject contests, gives up the time to, or tries to decide."""
        made, word = self._one(), self.dice.choice(["contest", "contest", "contest", "waive", "waive", "approve"])
        return f"{word} {self._says(made, word, UUID(made['subject'][-36:]))}: {made}"

    def _says(self, made: dict[str, Any], word: str, who: UUID) -> str:
        """Look at it and type an answer; half of the time wait for what comes of it."""
        proposal = made["proposal_id"]
        if self.dice.random() < 0.95:
            self.office.typed("proposals", "show", proposal, "--as", who)
        more: list[object] = ["--note", "because"] if word in (*REASONED, "approve") else []
        if word == "edit":
            said = dict(made["payload"])
            said |= {"minutes_late": self.dice.choice([4, 200])} if "minutes_late" in said else {}
            more += ["--payload", json.dumps(said)]
        if word == "snooze":
            more += ["--until", (self.office.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")]
        done = self.office.typed("review", word.replace("_", "-"), proposal, "--as", who, *more)
        if done.exit_code:
            return "refused at once"
        recorded = re.search(r"recorded as ([0-9a-f-]{36})", done.output)
        assert recorded, done.output
        if word in HEARD and self.dice.random() < 0.6:
            return self._heard(UUID(recorded[1]))
        return "recorded"

    def _heard(self, review_id: UUID) -> str:
        query = (
            "select d.status from public.review_commands r join mart.decisions d on d.review_id = r.id or"
            " (d.proposal_id = r.proposal_id and d.reviewer_id = r.reviewer_id and d.occurred_at = r.given_at)"
            " where r.id = %s order by d.status = 'review_refused'"
        )
        found = eventually(lambda: self.office.all(query, review_id), WITHIN)
        return "is refused" if found[0]["status"] == "review_refused" else "counts"

    def two_answer_at_once(self) -> str:
        made, console = self._one(), self.office.settings.dsn("rollcall_console")

        def say(word: str, name: str) -> str:
            with psycopg.connect(console, autocommit=True) as connection:
                reviews.opened(connection, made["proposal_id"], self.office.staff[name])
                try:
                    said = Review(word, "so")
                    reviews.review(connection, made["proposal_id"], said, reviewer_id=self.office.staff[name])
                except CommandRefused as refused:
                    return str(refused)
            return "recorded"

        with ThreadPoolExecutor(2) as pool:
            answered = [*pool.map(say, ("approve", self.dice.choice(["approve", "reject"])), ("admin", "hr"))]
        return f"{answered.count('recorded')} of 2: {made['proposal_id']} {answered}"

    def writes_by_hand(self) -> str:
        """A row past the program: about somebody else, on what nobody saw, at another time, by whoever has a login."""
        made, user = self._one(), self.dice.choice([*["console"] * 9, *ROLES])
        subject = self.dice.choice([*[made["subject"]] * 5, f"employee:{self.office.staff['clerk']}"])
        who = self.dice.choice([*[self.office.staff["other"]] * 5, *self.office.staff.values(), UUID(subject[-36:])])
        seen, ago = (
            self.dice.choice(["forged", *[self._binding(made)] * 3]),
            self.dice.choice([DAY * 0, DAY * 0, DAY * 20]),
        )
        insert = (
            "insert into public.review_commands (proposal_id, subject, verdict, reviewer_id, note, seen, given_at)"
            " values (%s, %s, %s, %s, 'so', %s, rollcall.now() - %s)"
        )
        row = (made["proposal_id"], subject, self.dice.choice(["approve", "approve", "reject"]), who, seen, ago)
        try:
            self.office.by[user].execute(insert.encode(), row)
        except psycopg.errors.InsufficientPrivilege:
            assert user != "console"
            return f"not {user}'s"
        except psycopg.errors.CheckViolation as refused:
            return f"refused: {refused}"
        assert user == "console", "nobody else writes what people say"
        return f"written: {row} on {made}"

    def _binding(self, made: dict[str, Any]) -> str:
        query = "select binding from mart.decisions where proposal_id = %s and binding is not null"
        found = self.office.all(f"{query} order by log_offset desc limit 1", made["proposal_id"])
        return str(found[0]["binding"]) if found else "forged"

    # -- who may, and what is allowed ----------------------------------------------------------------------------------

    def changes_role(self) -> str:
        name, word = self.dice.choice(["manager", "other", "hr", "clerk"]), self.dice.choice([*DECIDING, "auditor"])
        who, where = self.office.staff[name], self.office.clinic.location_id if word in ("manager", "auditor") else None
        before = self.office.now()
        gone = self.office.clinic.connection.execute(
            "delete from public.person_roles where employee_id = %s and role = %s", (who, word)
        ).rowcount
        if not gone:
            self.office.give(who, word, where)
        holds = "select from public.person_roles where employee_id = %s and role = any(%s)"
        spells = self.powerless.setdefault(who, [])
        if not self.office.all(holds, who, DECIDING):
            spells.append(Spell(self.office.now()))
        elif spells and spells[-1].until is None:
            spells[-1] = Spell(spells[-1].since, before)
        return f"{'taken' if gone else 'given'}: {word} of {name}"

    def lends(self) -> str:
        giver, to = self.dice.choice(["manager", "other", "hr", "admin"]), self.dice.choice(PEOPLE)
        ends = self.office.now() + timedelta(days=self.dice.choice([1, 10, 29, 31]))
        loan = Loan(self.office.staff[giver], self.office.staff[to], self.dice.choice(DECIDING), ends, "away")
        try:
            given = delegations.give(self.office.by["console"], loan)
        except CommandRefused as refused:
            return f"refused: {refused}"
        self.lent.append((loan.delegator_id, loan.delegate_id, given))
        return f"given: {loan.role} of {giver} to {to}"

    def ends_loan(self) -> str:
        if not self.lent:
            return "nothing"
        giver, to, given = self.dice.choice(self.lent)
        try:
            by = self.dice.choice([giver, to, self.office.staff["clerk"]])
            delegations.end(self.office.by["console"], given, ended_by=by)
        except CommandRefused as refused:
            return f"refused: {refused}"
        return "ended"

    def switches(self) -> str:
        """Off, by one command for all, and then somebody approves something; or on, with what waits."""
        if self.silent and self.silent[-1].until is None:
            self.silent[-1] = Spell(self.silent[-1].since, self.office.now())
            assert self.office.typed("agents", "live", "attendance", "--apply-held").exit_code == 0
            return "live"
        word = self.dice.choice(["pause", "shadow"])
        assert self.office.typed("agents", word, "attendance" if word == "shadow" else "--all").exit_code == 0
        self.silent.append(Spell(self.office.now()))
        return f"{word}, approve {self._says(self._one(), 'approve', self.office.staff['admin'])}"

    def publishes(self) -> str:
        word, days = self.dice.choice(["supervised", "autonomous", "autonomous"]), self.dice.choice([0, 5])
        alone = SupervisionPolicy.model_validate({"default": word, "contest_days": days})
        document = self.dice.choice([alone, alone, RoutingPolicy(rules=(self.dice.choice(RULES),)), RoutingPolicy()])
        commands.publish_policy(self.office.by["console"], document, author="walk", reason="so")
        return f"{document.name}: {document.canonical()}"

    def time_passes(self) -> str:
        span = self.dice.choice(LATER)
        commands.set_clock(self.office.clinic.connection, at=self.office.now() + span)
        return f"passed: {span}"

    # -- forgers, and readers that are set back ------------------------------------------------------------------------

    def applies_again(self) -> str:
        return self.turmoil.apply_again(self.office)

    def trespasses(self) -> str:
        user = self.dice.choice(ROLES)
        return f"{user}: {trespass(self.office.by[user], user, self.dice)}"

    def misuses(self) -> str:
        """The applier's credentials, past the applier: effects without their decision, and its books rewritten."""
        made = self._one()
        query = "select decision_id, proposal_id, subject from rollcall.ledger where outcome <> 'applied'"
        lie = {"decision_id": uuid4(), "proposal_id": made["proposal_id"], "subject": made["subject"]}
        said = self.dice.choice([lie, *self.office.all(f"{query} order by log_offset limit 3")])
        given = {"who": UUID(said["subject"][-36:]), "proposal": said["proposal_id"], "decision": said["decision_id"],
                 "shift": uuid4()}  # fmt: skip
        name = self.dice.choice(sorted(MISUSES))
        try:
            with self.office.by["applier"].transaction():
                changed = self.office.by["applier"].execute(MISUSES[name].encode(), given).rowcount
        except (psycopg.IntegrityError, psycopg.errors.InsufficientPrivilege):
            return f"{name} refused"
        assert not changed, (name, "is written on a decision that came to nothing, or over what was", given)
        return "nothing there"
