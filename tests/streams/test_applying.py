"""The applier through crashes, on the real topic of decisions: each decision one effect and one report."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from schemas.events import DecisionMade
from schemas.kinds import LatenessEntry
from schemas.topics import DECISIONS
from streams.settings import Settings
from tests.eventually import eventually
from tests.sinks.apply.bench import decided, say
from tests.sinks.apply.remembering import remember
from tests.sinks.events import uid
from tests.streams.domain import Domain, domain

pytestmark = pytest.mark.stack
POINTS = ("after_poll", "after_fold", "before_commit", "after_commit", "after_send", "after_effect")
EACH = 15


class Clinic:
    """People with one shift each, and decisions about them; its agent is nobody else's."""

    def __init__(self, books: Domain) -> None:
        self.books, self.agent, self.people = books, uuid4().hex[:8], 0
        self.boss = uid(f"boss of {self.agent}")
        books.execute(
            f"insert into public.locations (id, name, zone) values ('{uid(self.agent)}', 'Clinic', 'UTC');"
            f"insert into public.employees (id, name, location_id, hired_on)"
            f" values ('{self.boss}', 'B', '{uid(self.agent)}', '2020-01-01');"
            f"insert into public.person_roles (employee_id, role) values ('{self.boss}', 'manager')"
        )
        self.mode("live")

    def mode(self, mode: str) -> None:
        self.books.execute(
            f"insert into public.agent_modes (agent, mode, author) values ('{self.agent}', '{mode}', 'test')"
            " on conflict (agent) do update set mode = excluded.mode"
        )

    def decisions(self, count: int) -> list[DecisionMade]:
        """One approved entry each for so many new people; the supervisor knows of them."""
        numbers = range(self.people, self.people + count)
        self.people += count
        made = [self._decision(f"{self.agent}{number}", number) for number in numbers]
        with psycopg.connect(self.books.settings.dsn("postgres"), autocommit=True) as owner:
            remember(owner, *made)
            for each in made:
                say(owner, each, self.boss)
        return made

    def _decision(self, name: str, minutes: int) -> DecisionMade:
        who, shift = uid(name), uid(f"shift of {name}")
        self.books.execute(
            f"insert into public.employees (id, name, location_id, hired_on)"
            f" values ('{who}', 'A', '{uid(self.agent)}', '2020-01-01');"
            f"insert into public.shifts (id, employee_id, location_id, starts_at, ends_at)"
            f" values ('{shift}', '{who}', '{uid(self.agent)}', '2026-03-02 08:00Z', '2026-03-02 16:00Z');"
            f"insert into public.time_punches (employee_id, direction, at)"
            f" values ('{who}', 'in', timestamptz '2026-03-02 08:00Z' + interval '{minutes} minutes')"
        )
        payload = LatenessEntry(employee_id=who, shift_id=shift, minutes_late=minutes)
        said: dict[str, Any] = {"subject": f"employee:{who}", "proposal_id": who, "agent": self.agent}
        return decided(name=name, payload=payload, approvals=[self.boss], **said)

    def entries(self) -> list[tuple[object, ...]]:
        return self.books.rows(
            "select minutes_late from public.attendance join rollcall.ledger using (decision_id)"
            f" where agent = '{self.agent}' order by 1"
        )

    def held(self) -> object:
        return self.books.count("rollcall.held", "agent", self.agent)

    def outcomes(self) -> dict[object, object]:
        rows: list[Any] = self.books.rows(
            "select a.outcome, count(*) from public.applications a join rollcall.ledger using (decision_id)"
            f" where agent = '{self.agent}' group by 1"
        )
        return dict(rows)


@pytest.fixture
def clinic(settings: Settings) -> Iterator[Clinic]:
    with domain(settings) as books:
        yield Clinic(books)


def test_each_decision_has_one_effect_and_one_report_after_kill_9_at_every_point(clinic: Clinic) -> None:
    for point in POINTS:
        clinic.books.start_until_dead("apply", f"{point}:1", *clinic.decisions(EACH), agent="supervisor")
    clinic.books.start("apply")

    def all_once() -> None:
        assert clinic.entries() == [(number,) for number in range(clinic.people)]
        assert clinic.outcomes() == {"applied": clinic.people}

    eventually(all_once, 40)


def test_held_effects_are_applied_when_their_agent_is_live_again(clinic: Clinic) -> None:
    clinic.mode("paused")
    clinic.books.send(*clinic.decisions(EACH))
    clinic.books.start("apply")
    eventually(lambda: clinic.held() == EACH, 20)
    assert clinic.entries() == []

    clinic.mode("live")

    def all_once() -> None:
        assert clinic.entries() == [(number,) for number in range(EACH)]
        assert clinic.outcomes() == {"applied": EACH}
        assert clinic.held() == 0

    eventually(all_once, 20)


def test_what_the_supervisor_has_not_decided_is_buried_and_the_true_one_is_applied_after_it(clinic: Clinic) -> None:
    """A forger may be first, and have the very id."""
    true, other = clinic.decisions(2)
    forged = true.model_copy(update={"payload": other.payload, "binding": other.binding})
    clinic.books.send(forged, agent="supervisor")
    clinic.books.start("apply")
    (dead,) = eventually(lambda: clinic.books.buried(DECISIONS, forged.key.encode()), 40)
    clinic.books.send(true, agent="supervisor")
    eventually(lambda: clinic.outcomes() == {"applied": 1}, 40)

    assert dead["dlq-cause"] == "NotDecided"
    assert clinic.entries() == [(0,)]
