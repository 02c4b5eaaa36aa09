"""Whatever people, processes, crashes and forgers do to an installation that runs, in any order: the promises hold.

The seed is of the run, and told when it fails; `ROLLCALL_WALK_SEED` has the same walk again.
"""

import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from connectors import commands
from schemas.lifecycle import EFFECT, INVERSE
from schemas.policies import RoutingPolicy, SupervisionPolicy
from streams import roles
from streams.local.runner import Stack
from streams.settings import Settings
from tests.agents.supervisor.books import Books
from tests.e2e.office import Office, Spell
from tests.e2e.retold import retold
from tests.e2e.turmoil import Turmoil
from tests.e2e.walking import HEARD, WITHIN, Walk
from tests.eventually import eventually

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def own() -> Iterator[tuple[Stack, Settings]]:
    """An installation of its own, in which every role runs."""
    with tempfile.TemporaryDirectory(prefix="rollcall-") as folder:
        running = Stack(Path(folder) / "home")
        settings = running.start()
        try:
            settings = settings.model_copy(update={"heartbeat": settings.heartbeat / 100})
            roles.prepare(settings)
            for role in roles.roles():
                running.start_role(role)
            yield running, settings
        finally:
            running.stop()


@pytest.fixture
def office(own: tuple[Stack, Settings]) -> Iterator[Office]:
    """People and their roles; a minute of business time a second."""
    opened = Office.open(own[1])
    commands.set_clock(opened.clinic.connection, rate=60)
    opened.clinic.connection.execute(  # for a quarter already: what was before is not proposed
        "insert into public.agent_modes (agent, mode, author, set_at)"
        " values ('attendance', 'live', 'tests', rollcall.now() - interval '90 days')"
    )
    yield opened
    opened.close()


def test_its_promises_hold_on_a_random_walk_through_the_whole_stack(
    own: tuple[Stack, Settings], office: Office
) -> None:
    seed = int(os.environ.get("ROLLCALL_WALK_SEED") or random.randrange(2**32))
    print(f"ROLLCALL_WALK_SEED={seed}")  # noqa: T201 - shown when it fails
    dice = Random(seed)
    walk = Walk(office, Turmoil(*own, dice), dice)
    try:
        walk.begin()
        walk.go()
        told(walk)
        books = eventually(lambda: settled(walk), WITHIN)
    except BaseException as error:
        error.add_note("\n".join([f"seed {seed}", *walk.lately[-25:]]))
        raise
    held_to(walk, books)


def told(walk: Walk) -> None:
    """When all is calm: an approval, a contest and who decides on it, so that nothing was shown on an empty log."""
    office = walk.office
    ann, bob = office.clinic.hire(), office.clinic.hire()
    office.give(ann, "manager", office.clinic.location_id)
    office.give(bob, "admin", None)
    for document in (SupervisionPolicy(), RoutingPolicy()):
        commands.publish_policy(office.by["console"], document, author="walk", reason="calm")
    if walk.silent and walk.silent[-1].until is None:
        walk.switches()
    subject = office.is_flagged()

    def stands(status: str) -> UUID:
        found = [row for row in office.proposals(subject) if row["kind"] == "attendance_flag"]
        assert [row["status"] for row in found] == [status]
        return UUID(str(found[0]["proposal_id"]))

    flag = eventually(lambda: stands("routed"), WITHIN)
    for who, word, status in (
        (ann, "approve", "applied"),
        (subject, "contest", "suspended"),
        (bob, "reject", "reverted"),
    ):
        office.clinic.answer(flag, word, reviewer_id=who)
        eventually(lambda: stands(status), WITHIN)  # noqa: B023
    again = office.clinic.answer(flag, "approve", reviewer_id=bob)
    assert walk._heard(again) == "is refused"


def settled(walk: Walk) -> list[Books]:
    """Nothing is under way any more: every answer is answered, every decision has come to something, and is known."""
    office = walk.office
    books = retold(office.settings, to_its_end=True)
    answered = {each for book in books for each in book.answered}
    said = office.all("select id, verdict, given_at from public.review_commands where verdict = any(%s)", [*HEARD])
    assert [row for row in said if row["id"] not in answered] == []
    asked = {each.decision_id for book in books for life in book.life.values() for each in life
             if each.status in EFFECT | INVERSE and each.kind not in ("reversal", "break_suggestion")}  # fmt: skip
    ledger = {
        row["decision_id"]: row["outcome"] for row in office.all("select decision_id, outcome from rollcall.ledger")
    }
    assert ledger.keys() == asked, "each decision has its line, and no line is without a decision"
    assert "held" not in ledger.values()
    status = {row["proposal_id"]: row["status"] for row in office.proposals()}
    assert status.keys() == {each for book in books for each in book.made}
    known = {each: life[-1].status for book in books for each, life in book.life.items() if life}
    assert {each: status[each] for each in known} == known, "the read model says where each stands"
    walk.accounts.check()
    return books


def held_to(walk: Walk, books: list[Books]) -> None:
    """What took effect had, at that moment, the approval of people with a role, and its agent was on."""
    office = walk.office
    applied = office.all(
        "select a.at, a.decision_id, a.subject, d.approvals from public.applications a"
        " join mart.decisions d using (decision_id) where a.outcome = 'applied' and d.status <> 'review_refused'"
    )
    assert applied
    for row in applied:
        assert not [spell for spell in walk.silent if spell.has(row["at"])], ("while its agent was off", row)
        for person in row["approvals"]:
            assert not any(spell.has(row["at"]) for spell in powerless(walk, person)), ("by who may no more", row)
    life = [each.status for book in books for steps in book.life.values() for each in steps]
    assert {"routed", "approved", "applied", "suspended", "reverted"} <= {*life}
    assert office.typed("audit", "verify").exit_code == 0
    assert sum(walk.happened.values()) >= 50


def powerless(walk: Walk, person: UUID) -> list[Spell]:
    """When somebody held no role that decides; not for whom something was lent to, who may all the same."""
    return [] if any(to == person for _, to, _ in walk.lent) else walk.powerless.get(person, [])
