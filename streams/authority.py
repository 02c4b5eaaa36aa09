"""Who may do what with a proposal, asked of the supervisor's own decision function, on the World as the tables have it.

What the log does not have yet, the supervisor judges again: this tells people before, it decides nothing.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from agents.kernel import World
from agents.supervisor.asking import decided_alone
from agents.supervisor.authority import ADMIN, DECISIONS, approvers, objection
from agents.supervisor.matters import Matter
from connectors.commands import CommandRefused
from schemas.events import DelegationDescribed, EmployeeDescribed, PersonRoleDescribed, PolicyPublished, WorldEvent
from schemas.ids import DEFAULT_TENANT, derive
from schemas.kinds import KINDS, riskier
from schemas.policies import RoutingPolicy
from schemas.reviews import right
from streams.console import NotFound, Rows, connection, rows
from streams.database import Connection
from streams.settings import Settings

FACTS: tuple[tuple[type[WorldEvent], str], ...] = (
    (
        EmployeeDescribed,
        "select id as employee_id, manager_id, location_id, job_position_id, hired_on, ended_on from public.employees",
    ),
    (PersonRoleDescribed, "select id as person_role_id, employee_id, role, location_id from public.person_roles"),
    (
        DelegationDescribed,
        "select id as delegation_id, delegator_id, delegate_id, role, location_id, starts_at, ends_at from delegations",
    ),
    (
        PolicyPublished,
        "select name as policy, version, effective_at, document::text from public.policies where name = 'routing'",
    ),
)
PROPOSAL = (
    "select p.subject, p.kind, p.recorded_at, p.editors, p.proposer, d.status, d.seats, d.approvals, d.contest,"
    " coalesce(d.risk, p.risk) as risk,"
    " (select array_agg(distinct reviewer_id) from mart.decisions where proposal_id = p.proposal_id"
    " and status in ('approved', 'edited_and_approved', 'rejected', 'reversal_approved')) as deciders"
    " from mart.proposals p left join lateral"
    " (select status, seats, approvals, contest, risk from mart.decisions"
    " where proposal_id = p.proposal_id and status <> 'review_refused'"
    " order by cause_offset desc nulls last, log_offset desc limit 1) d on true where p.proposal_id = %s"
)


class Now(NamedTuple):
    """What the tables say, and when."""

    at: datetime
    world: World


def check(database: Connection, proposal_id: UUID, person: UUID, verdict: str) -> None:
    """Refuse what the supervisor would refuse, in its words, before it is recorded.

    Raises:
        CommandRefused: this person may not do this.
        NotFound: there is no such proposal.

    """
    _check(database, proposal_id, person, verdict, _world(database))


def check_each(database: Connection, person: UUID, verdict: str) -> Callable[[UUID], None]:
    """Return the same check for one of several proposals that get the same answer, and may be answered together."""
    now = _world(database)

    def checked(proposal_id: UUID) -> None:
        known = _check(database, proposal_id, person, verdict, now)
        alone = decided_alone(known["kind"], riskier("low", known["risk"] or ""))
        if alone is not None:
            raise CommandRefused(alone)

    return checked


def _check(database: Connection, proposal_id: UUID, person: UUID, verdict: str, now: Now) -> dict[str, Any]:
    known = _known(database, proposal_id)
    matter = _matter(known, verdict, now)
    against = objection(person, matter, now.world) if matter else None
    if against is None or matter is None:
        return known
    who = f"; rollcall proposals approvers {proposal_id} says who may" if matter.action in DECISIONS else ""
    raise CommandRefused(against + who)


def approver_rows(settings: Settings, proposal_id: UUID) -> Rows:
    """Return who may approve a proposal now, by name."""
    with connection(settings) as database:
        now = _world(database)
        matter = _matter(_known(database, proposal_id), "approve", now)
        people = approvers(matter, now.world) if matter else ()
        return rows(
            database, "select id, name from public.employees where id = any(%s) order by name, id", list(people)
        )


def _world(database: Connection) -> Now:
    (clock,) = rows(database, "select rollcall.now() as at")
    world = World()
    for fact in _facts(database, clock["at"]):
        world = world.with_fact(fact)
    return Now(clock["at"], world)


def _facts(database: Connection, at: datetime) -> Iterator[WorldEvent]:
    identity = derive("authority")
    told: dict[str, Any] = {
        "event_id": identity,
        "occurred_at": at,
        "recorded_at": at,
        "tenant_id": DEFAULT_TENANT,
        "causation_id": identity,
        "correlation_id": identity,
        "revision": 0,
    }
    for event, query in FACTS:
        for each in rows(database, query):
            yield event.model_validate({**told, **each})


def _known(database: Connection, proposal_id: UUID) -> dict[str, Any]:
    found = rows(database, PROPOSAL, proposal_id)
    if not found:
        raise NotFound(f"there is no proposal {proposal_id}; rollcall proposals list shows them")
    return found[0]


def _matter(known: dict[str, Any], verdict: str, now: Now) -> Matter | None:
    """Return the question; None where it is not for people to decide: it is unknown what it would do."""
    action = right(verdict, contested=known["contest"] == "open")
    seats = (ADMIN,) if verdict == "adopt" else known["seats"]
    if action in DECISIONS and (known["kind"] not in KINDS or not seats):
        return None
    outside = now.world.policy(RoutingPolicy, now.at).external_approver if known["status"] == "unroutable" else None
    return Matter(
        known["subject"],
        KINDS.get(known["kind"]),
        tuple(seats or ()),
        at=now.at,
        since=known["recorded_at"],
        author=known["proposer"],
        editors=tuple(known["editors"] or ()),
        given=tuple(known["approvals"] or ()) if verdict == "approve" else (),
        before=tuple(each for each in known["deciders"] or () if each),
        external=outside,
        action=action,
    )
