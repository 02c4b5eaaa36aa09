"""The table of the life of a proposal: each of its cells happens, and nothing else does."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product

import pytest
from msgspec.structs import replace

from agents.kernel import Wake, World
from agents.supervisor import AGENT, step
from agents.supervisor.docket import Case, Docket
from schemas.events import DecisionMade, Event, PolicyPublished, ProposalMade
from schemas.kinds import KINDS, Kind, LatenessEntry
from schemas.kinds.reversal import Reversal
from schemas.lifecycle import CLOSED, EFFECT, HAPPENINGS, INVERSE, LIFE, NEXT, STATUSES, Status
from schemas.policies import SupervisionPolicy
from tests.agents.supervisor.desk import ADVICE, FLAG, NOW
from tests.agents.worlds import STAFF, world
from tests.builders import (
    ADMIN,
    EMPLOYEE,
    HR,
    MANAGER,
    SUBJECT,
    employed,
    mode,
    policy,
    proposal,
    report,
    review,
    role,
    uid,
    withdrawal,
)

WORLD = world(*STAFF, mode("attendance", "live"))
LONELY = world(employed(EMPLOYEE), role(ADMIN, "admin", None), mode("attendance", "live"))
"""One person cannot decide what asks for two."""
LATER = NOW + timedelta(days=8)
Move = tuple[str, str, str]
FINAL = Kind("final", LatenessEntry, action="status_update", hr=True, reversible=False)
LESS = LatenessEntry(employee_id=EMPLOYEE, shift_id=uid("shift"), minutes_late=4).canonical()
MORE = LatenessEntry(employee_id=EMPLOYEE, shift_id=uid("shift"), minutes_late=40).canonical()
MADE = {
    "entry": proposal("it", when=NOW),
    "critical": proposal("it", when=NOW, risk="critical"),
    "advice": proposal("it", when=NOW, kind="break_suggestion", payload=ADVICE),
    "flag": proposal("it", when=NOW, kind="attendance_flag", payload=FLAG, risk="high"),
    "final": proposal("it", when=NOW, kind="final"),
    "nonsense": proposal("it", when=NOW, payload="{}"),
    "reversal": proposal(
        "it", when=NOW, kind="reversal", payload=Reversal(about=SUBJECT, proposal_id=uid("other")).canonical()
    ),
}


EFFECTS_ONLY = {"suspended", "applied", "stale", "failed", "reverted", "reversal_approved"}
NEVER = {"break_suggestion": EFFECTS_ONLY, "reversal": {*EFFECTS_ONLY, "contested", "edited_and_approved"}}
"""Advice has no effect, and nobody contests what is in their own favour."""


def takes_back(name: str = "reversal") -> ProposalMade:
    payload = Reversal(about=SUBJECT, proposal_id=uid("it")).canonical()
    return proposal(name, kind="reversal", payload=payload, when=NOW, cause=str(uid("it")))


def case_of(made: ProposalMade, status: Status, *, stands: bool = False) -> Case:
    """Return a proposal as if it had come this far."""
    other = replace(case_of(MADE["flag"], "applied"), id=uid("other").bytes) if made.kind == "reversal" else None
    outcome = step(Docket(SUBJECT, (other,) if other else ()), made, WORLD)
    assert outcome.state is not None
    (case,) = (each for each in outcome.state.cases if each.id == made.proposal_id.bytes)
    contested = status in ("contested", "suspended")
    return replace(
        case,
        status=status,
        decision=uid("approval").bytes,
        approval=uid("approval").bytes,
        reversal=uid("inverse").bytes,
        contest="open" if contested and not (stands and status == "suspended") else "",
        contest_until=NOW + timedelta(days=7) if case.contest_until else None,
        stands=stands and status == "contested",
    )


def tellings(made: ProposalMade, status: Status) -> Iterator[list[Event | Wake]]:
    """Yield what can be said, in all the words it can be said in."""
    alone = policy(SupervisionPolicy(autonomy={"reversal": "semi_autonomous"}))
    for word, who in product(("approve", "reject", "stop", "request_changes", "adopt"), (MANAGER, HR, ADMIN)):
        yield [review(made, word, by=who, when=LATER)]
    for word in ("approve", "reject"):
        yield [review(made, word, by=who, when=LATER) for who in (HR, ADMIN)]
    for payload in (LESS, MORE):
        yield [review(made, "edit", by=HR, when=LATER, payload=payload)]
    yield [review(made, "contest", by=EMPLOYEE, when=LATER)]
    yield [review(made, "waive", by=EMPLOYEE, when=NOW)]
    yield [withdrawal(made)]
    yield [made.model_copy(update={"proposal_id": uid("newer"), "raised": 2, "shadow": status == "shadow"})]
    yield [Wake(AGENT.name, SUBJECT, NOW + timedelta(days=30))]
    yield [alone, takes_back()]
    yield [takes_back()]
    yield [takes_back(), review(takes_back(), by=HR, when=LATER)]
    yield [takes_back(), *(review(takes_back(), "reject", by=who, when=LATER) for who in (HR, ADMIN))]
    for outcome, decision in product(("applied", "failed", "stale", "reverted"), ("approval", "inverse")):
        yield [report(made, uid(decision), outcome, LATER)]


def moves(case: Case, events: list[Event | Wake], staff: World = WORLD) -> Iterator[Move]:
    """Yield each move of the case: from where, by what, to where."""
    others = (replace(case_of(MADE["flag"], "applied"), id=uid("other").bytes),) if case.kind == "reversal" else ()
    docket: Docket | None = Docket(SUBJECT, (case, *others))
    at: str = case.status
    known = staff
    for event in events:
        if isinstance(event, PolicyPublished):
            known = staff.with_fact(event)
            continue
        outcome = step(docket, event, known)
        docket = outcome.state
        for each in outcome.emitted:
            if isinstance(each, DecisionMade) and each.proposal_id.bytes == case.id:
                yield at, each.happening, each.status
                at = each.status
    (left,) = (each.status for each in docket.cases if each.id == case.id) if docket else (at,)
    assert left == at or (at, left) == ("shadow", "withdrawn"), "nobody is told of what stays in shadow"


@pytest.fixture(scope="module")
def reached() -> set[Move]:
    """All moves that come of whatever can be said to whatever proposal of whatever status."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(KINDS, FINAL.name, FINAL)
        return _reached()


def _reached() -> set[Move]:
    made = MADE["critical"]
    alone: list[tuple[Status, Event]] = [
        ("shadow", review(made, "adopt", by=ADMIN, when=LATER)),
        ("approved", report(made, uid("approval"), "stale", LATER)),
    ]
    return _among_all() | {move for at, event in alone for move in moves(case_of(made, at), [event], LONELY)}


def _among_all() -> set[Move]:
    found: set[Move] = set()
    for made, status, stands in product(MADE.values(), STATUSES[1:], (False, True)):
        impossible = status in NEVER.get(made.kind, ()) or (made.payload == "{}" and status != "shadow")
        if not impossible and (not stands or status in ("contested", "suspended")):
            case = case_of(made, status, stands=stands)
            found.update(move for events in tellings(made, status) for move in moves(case, events))
    return found


CELLS = {(at, what, after) for at, cells in LIFE.items() for what, cell in cells.items() for after in cell}
QUIET = {("shadow", "withdraw", "withdrawn"), ("shadow", "supersede", "withdrawn")}
"""Nobody is told of what stays in shadow."""


def test_nothing_happens_that_is_not_in_the_table(reached: set[Move]) -> None:
    assert reached <= CELLS


@pytest.mark.parametrize("status", STATUSES[1:])
def test_everything_in_the_table_happens(status: Status, reached: set[Move]) -> None:
    expected = {move for move in CELLS - QUIET if move[0] == status}
    assert expected - reached == set()


def test_every_status_is_in_the_table_and_the_closed_ones_are_its_ends() -> None:
    assert set(LIFE) == set(STATUSES)
    assert {status for status, after in NEXT.items() if not after} == CLOSED
    assert {status for status, cells in LIFE.items() if "report_applied" in cells} == EFFECT
    assert {status for status, after in NEXT.items() if "reverted" in after} | {"suspended"} == INVERSE
    assert {what for _, what, _ in CELLS} == set(HAPPENINGS)
