"""Holds the tables against the promises, by what stands in the tables alone; knows neither supervisor nor applier."""

from collections import defaultdict
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

Connection = psycopg.Connection[Any]
DECIDING = {"manager", "hr", "admin"}
DECIDES_NOTHING = {"auditor", "service"}
EFFECTS = """
select effect.kind, effect.proposal_id, decision_id, employee_id, lifted_at is null as holds, outcome, reverted_by,
       l.proposal_id as for_proposal, l.subject, l.kind as for_kind,
       coalesce((select max(cardinality(seats)) from mart.decisions d where d.proposal_id = l.proposal_id), 1) as asked,
       (select binding from mart.decisions d where d.decision_id = l.decision_id limit 1) as bound_to
from (select kind, proposal_id, decision_id, employee_id, lifted_at from public.attendance_flags
      union all select 'lateness_entry', null, decision_id, employee_id, null from public.attendance) effect
left join rollcall.ledger l using (decision_id)
"""
LEDGER = """
select decision_id, proposal_id, l.outcome, reverses, reverted_by, a.outcome as reported,
       h.decision_id is not null as waits
from rollcall.ledger l left join (select decision_id, outcome from public.applications) a using (decision_id)
left join rollcall.held h using (decision_id)
"""
ANSWERS = """
select id, r.proposal_id, r.subject, p.subject as about, reviewer_id, verdict, seen
from public.review_commands r left join mart.proposals p using (proposal_id)
where verdict in ('approve', 'reject', 'edit', 'request_changes') and not id = any(%s)
"""


class Accounts:
    """What was seen so far: who was allowed when they answered, and what has become of each decision."""

    def __init__(self, server: Connection) -> None:
        self.server = server
        self.answered: set[UUID] = set()
        self.said_yes: defaultdict[UUID, set[tuple[UUID, str | None]]] = defaultdict(set)
        self.outcomes: dict[UUID, str] = {}
        self.judged: set[tuple[UUID, UUID]] = set()
        self.rows: dict[str, int] = {}

    def check(self) -> None:
        """Look at everything; whatever breaks a promise fails here."""
        self._answers()
        self._effects()
        self._ledger()
        self._only_grows()

    def _answers(self) -> None:
        for row in self._all(ANSWERS, (list(self.answered),)):
            self.answered.add(row["id"])
            assert self._may(row["reviewer_id"], row["subject"]), ("an answer by somebody who may not", row)
            if row["verdict"] in ("approve", "edit") and row["subject"] == row["about"]:
                seen = row["seen"] if row["verdict"] == "approve" else None
                self.said_yes[row["proposal_id"]].add((row["reviewer_id"], seen))

    def _effects(self) -> None:
        for row in self._all(EFFECTS):
            assert row["outcome"] == "applied", ("an effect without a decision that was applied", row)
            assert row["kind"] == row["for_kind"], row
            assert row["subject"] == f"employee:{row['employee_id']}", row
            assert row["proposal_id"] in (None, row["for_proposal"]), row
            if row["holds"]:
                assert row["reverted_by"] is None, ("what was taken back holds", row)
            if row["holds"]:
                self._had_its_people(row)

    def _had_its_people(self, row: dict[str, Any]) -> None:
        key = (row["for_proposal"], row["decision_id"])
        if key not in self.judged:  # who was asked for later does not count
            self.judged.add(key)
            yes = self.said_yes[row["for_proposal"]]
            people = {who for who, seen in yes if seen in (None, row["bound_to"]) or row["bound_to"] is None}
            enough = len(people - {row["employee_id"]}) >= row["asked"]
            assert enough or (row["kind"] == "lateness_entry" and self._may_alone(row["decision_id"])), (
                "without its people",
                row,
                people,
            )

    def _may_alone(self, decision_id: UUID) -> bool:
        """Whether the policy in force when it was done let agents act alone."""
        then = self._all(
            "select document from public.policies p join public.applications a on p.effective_at <= a.at"
            " where p.name = 'supervision' and a.decision_id = %s order by p.effective_at desc, p.version desc limit 1",
            (decision_id,),
        )
        return bool(then) and then[0]["document"].get("default") == "autonomous"

    def _ledger(self) -> None:
        ends: defaultdict[UUID, list[str]] = defaultdict(list)
        for row in self._all(LEDGER):
            was = self.outcomes.setdefault(row["decision_id"], row["outcome"])
            assert was in ("held", row["outcome"]), ("a decision that has an outcome gets another", was, row)
            self.outcomes[row["decision_id"]] = row["outcome"]
            assert row["waits"] == (row["outcome"] == "held"), row
            assert row["reported"] in (None, row["outcome"]), row
            assert row["reported"] is not None or row["outcome"] in ("held", "reverted"), row
            if row["reverses"] is None and row["outcome"] == "applied" and row["reverted_by"] is None:
                ends[row["proposal_id"]].append(row["outcome"])
        for proposal_id, outcomes in ends.items():
            assert len(outcomes) == 1, ("a proposal has its effect at most once", proposal_id, outcomes)

    def _only_grows(self) -> None:
        for table in ("rollcall.ledger", "public.review_commands", "public.applications", "rollcall.audit"):
            ((count,),) = self.server.execute(f"select count(*) from {table}".encode()).fetchall()
            assert count >= self.rows.get(table, 0), f"{table} only grows"
            self.rows[table] = count

    def _may(self, person: UUID, subject: str) -> bool:
        about = UUID(subject.removeprefix("employee:"))
        people = {row["id"]: row for row in self._all("select id, manager_id, location_id from public.employees")}
        roles = self._all("select employee_id, role, location_id from public.person_roles")
        site = people[about]["location_id"]

        def above(of: UUID) -> set[UUID]:
            found: set[UUID] = set()
            while (boss := people[of]["manager_id"]) is not None and boss not in found:
                found.add(boss)
                of = boss
            return found

        def holds(who: UUID, words: set[str], *, anywhere: bool = False) -> bool:
            return any(
                each["employee_id"] == who
                and each["role"] in words
                and (anywhere or each["location_id"] in (None, site))
                for each in roles
            )

        def biased(who: UUID) -> bool:
            return who == about or about in above(who)

        lent = self._all(
            "select delegator_id, role, location_id from public.delegations"
            " where delegate_id = %s and starts_at <= rollcall.now() and ends_at > rollcall.now()",
            (person,),
        )
        has_one = holds(person, DECIDING) or any(
            each["location_id"] in (None, site)
            and holds(each["delegator_id"], {each["role"]})
            and not biased(each["delegator_id"])
            for each in lent
        )
        return has_one and not biased(person) and not holds(person, DECIDES_NOTHING, anywhere=True)

    def _all(self, query: str, given: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
        with self.server.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query.encode(), given).fetchall()
