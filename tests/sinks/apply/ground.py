"""A place with its people in the tables, and the supervisor's fold that is told of all that stands there."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import psycopg

from agents.supervisor import AGENT
from connectors.commands import set_clock
from schemas.events import DecisionMade, DelegationDescribed, Event, ProposalMade, ReviewGiven, WorldEvent
from schemas.kinds import AttendanceFlag, DisciplinaryReview, LatenessEntry, Payload
from sinks import Recorded, Run, decisions, proposals
from sinks.merge import write
from streams.settings import Settings
from tests.agents.laws import said
from tests.agents.worlds import live
from tests.builders import ADMIN, CLINIC, ELSEWHERE, EMPLOYEE, HR, MANAGER, employed, location, mode, report, role, uid
from tests.sinks.apply.accounts import Connection
from tests.sinks.apply.remembering import store
from tests.sinks.apply.trespass import ROLES
from tests.sinks.events import START

CHIEF, OTHER, CLERK, FAR, ROBOT = (uid(name) for name in ("chief", "other manager", "clerk", "far manager", "robot"))
STAFF: dict[UUID, tuple[UUID | None, UUID]] = {
    CHIEF: (None, CLINIC), MANAGER: (CHIEF, CLINIC), HR: (MANAGER, CLINIC), ADMIN: (None, CLINIC),
    OTHER: (CHIEF, CLINIC), EMPLOYEE: (MANAGER, CLINIC), CLERK: (EMPLOYEE, CLINIC), FAR: (None, ELSEWHERE),
    ROBOT: (None, CLINIC),
}  # fmt: skip
"""Who reports to whom, and works where."""
HELD = [(MANAGER, "manager", CLINIC), (OTHER, "manager", CLINIC), (FAR, "manager", ELSEWHERE), (HR, "hr", None),
        (ADMIN, "admin", None), (ROBOT, "admin", None), (ROBOT, "service", None)]  # fmt: skip
SUBJECTS = (EMPLOYEE, MANAGER)
SHIFTS = ("first", "second", "third")


def shift_of(who: UUID, name: str) -> UUID:
    return uid(f"{name} shift of {who}")


def payload_of(kind: str, who: UUID, shift: UUID, minutes: int) -> Payload:
    span: dict[str, Any] = {
        "employee_id": who,
        "shift_ids": (shift,),
        "first_start": START,
        "last_start": START + timedelta(minutes=minutes),
    }
    if kind == "attendance_flag":
        return AttendanceFlag(**span)
    if kind == "disciplinary_review":
        return DisciplinaryReview(
            **span, episodes=3, threshold=3, since=START, shifts=(), avoided_by=(shift,), action="hearing"
        )
    return LatenessEntry(employee_id=who, shift_id=shift, minutes_late=minutes)


class Ground:
    """`server` is the owner's connection, `by` each role's; `made` and `decided`: what the fold knows and said."""

    def __init__(self, settings: Settings) -> None:
        self.opened = ExitStack()
        self.server = self._connect(settings, "postgres")
        self.by: dict[str, Connection] = {each: self._connect(settings, f"rollcall_{each}") for each in ROLES}
        self.revisions, self.offsets = count(2), count()
        self.made: dict[UUID, ProposalMade] = {}
        self.decided: dict[UUID, list[DecisionMade]] = {}
        self.asked: list[DecisionMade] = []
        self.kept: dict[str, Any] = {}
        self._settle_people()
        facts = [employed(who, where, boss) for who, (boss, where) in STAFF.items()]
        held = [role(*each) for each in HELD]
        self.partition = live(AGENT, location(CLINIC), location(ELSEWHERE), *facts, *held, mode("attendance", "live"))

    def _connect(self, settings: Settings, user: str) -> Connection:
        return self.opened.enter_context(psycopg.connect(settings.dsn(user), autocommit=True))

    def _settle_people(self) -> None:
        run = self.server.execute
        for place in (CLINIC, ELSEWHERE):
            run("insert into public.locations (id, name, zone) values (%s, 'A place', 'UTC')", (place,))
        for who, (boss, where) in STAFF.items():
            run("insert into public.employees (id, name, location_id, manager_id, hired_on)"
                " values (%s, 'A', %s, %s, '2020-01-01')", (who, where, boss))  # fmt: skip
        for each in HELD:
            run("insert into public.person_roles (employee_id, role, location_id) values (%s, %s, %s)", each)
        for who in SUBJECTS:
            for name in SHIFTS:
                shift = (shift_of(who, name), who, CLINIC)
                run("insert into public.shifts (id, employee_id, location_id, starts_at, ends_at)"
                    " values (%s, %s, %s, '2026-03-02 08:00Z', '2026-03-02 16:00Z')", shift)  # fmt: skip
            run("insert into public.time_punches (employee_id, direction, at)"
                " values (%s, 'in', '2026-03-02 09:45Z')", (who,))  # fmt: skip
        run("insert into public.agent_modes (agent, mode, author) values ('attendance', 'live', 'test')")

    def now(self) -> datetime:
        ((now,),) = self.server.execute("select rollcall.now()").fetchall()
        assert isinstance(now, datetime)
        return now

    def pass_time(self, span: timedelta) -> None:
        set_clock(self.server, at=self.now() + span)

    def hear(self, fact: WorldEvent) -> None:
        """The fold learns of a row that the world consists of."""
        said(self.partition, [fact.model_copy(update={"revision": next(self.revisions)})])

    def tell(self, event: Event) -> list[Event]:
        """Fold an event; what comes of it goes into the read models, and what asks for something into `asked`."""
        told = [event] if isinstance(event, ProposalMade) else []
        emitted = said(self.partition, [event])
        self._stored()
        self._shown([*told, *emitted])
        for each in emitted:
            if isinstance(each, DecisionMade):
                self.decided.setdefault(each.proposal_id, []).append(each)
                self.asked.append(each)
        for each in emitted:
            if isinstance(each, ProposalMade):
                emitted += self.tell(each)
        return emitted

    def _stored(self) -> None:
        """As its host does, before anything that was said is sent."""
        for place, cell in self.partition.cells.items():
            if self.kept.get(place.key) is not cell.state:
                self.kept[place.key] = cell.state
                store(self.by["agents"], place.key, cell.state)

    def _shown(self, events: list[Event]) -> None:
        place = next(self.offsets)
        run = Run("supervisor", "rollcall.proposals.v1", 0, place)
        rows = [Recorded("t", 0, place * 100 + number, each, run) for number, each in enumerate(events)]
        for each in events:
            if isinstance(each, ProposalMade):
                self.made.setdefault(each.proposal_id, each)
        for sink in (proposals.SINK, decisions.SINK):
            shown = [row for row in map(sink.row, rows) if row is not None]
            with self.by["sinks"].transaction():
                write(self.by["sinks"], sink, shown)

    def answer(self, review_id: UUID) -> list[Event]:
        """The fold hears an answer as it stands in its table."""
        columns = "proposal_id, subject, verdict, reviewer_id, seen, payload, until, batch, considered, given_at"
        (row,) = self.server.execute(
            f"select {columns} from public.review_commands where id = %s".encode(), (review_id,)
        ).fetchall()
        given = dict(zip(columns.split(", "), row, strict=True))
        at = given.pop("given_at")
        envelope = {"event_id": review_id, "causation_id": review_id, "correlation_id": review_id,
                    "occurred_at": at, "recorded_at": at, "tenant_id": "default"}  # fmt: skip
        return self.tell(ReviewGiven(**envelope, **given, review_id=review_id, revision=1))

    def reports(self) -> Iterator[Event]:
        """The fold hears what has been reported since."""
        query = "select decision_id, proposal_id, outcome, subject from public.applications order by at, decision_id"
        for decision_id, proposal_id, outcome, subject in self.server.execute(query).fetchall():
            made = self.made[proposal_id]
            yield report(made.model_copy(update={"subject": subject}), decision_id, outcome, self.now())

    def lend(self, giver: UUID, to: UUID, given: UUID) -> None:
        """The fold learns of a delegation as it stands."""
        columns = "role, location_id, starts_at, ends_at"
        (row,) = self.server.execute(f"select {columns} from public.delegations where id = %s".encode(), (given,))
        lent = dict(zip(columns.split(", "), row, strict=True))
        at = self.now()
        envelope = {"event_id": uid(f"{given} {next(self.revisions)}"), "causation_id": given, "correlation_id": given,
                    "occurred_at": at, "recorded_at": at, "tenant_id": "default"}  # fmt: skip
        self.hear(
            DelegationDescribed(**envelope, **lent, delegation_id=given, delegator_id=giver, delegate_id=to, revision=1)
        )
