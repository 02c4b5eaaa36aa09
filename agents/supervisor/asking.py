"""Who is asked, who may answer, and whether that is enough: all questions to authority are asked here."""

from datetime import datetime, timedelta
from uuid import UUID

from agents.kernel import World
from agents.supervisor.authority import ADMIN, lacking, objection, routable
from agents.supervisor.docket import Case, People
from agents.supervisor.matters import Matter
from schemas.events import ReviewGiven
from schemas.kinds import KINDS, RISKS, Kind, Risk, one_up, riskier
from schemas.lifecycle import Status
from schemas.policies import RoutingPolicy, SupervisionPolicy
from schemas.reviews import right

HIGH = RISKS.index("high")


def risk_of(said: str, kind: Kind | None, provenance: str) -> Risk:
    """Return the risk of a proposal: what its agent says or the kind's floor, one level up if not all is trusted."""
    risk = riskier(said, kind.floor if kind else "critical")
    return risk if provenance == "trusted" else one_up(risk)


def put(case: Case, subject: str, at: datetime, reason: str, world: World) -> tuple[Status, str]:
    """Return whether a proposal can be put to people: where too few may decide it, it is not let happen instead."""
    kind = KINDS.get(case.kind)
    if kind is not None and routable(_matter(case, kind, subject, at, ()), world):
        return "routed", reason
    return "unroutable", f"{reason}; too few people may decide it"


def lifetime(kind: str, at: datetime, world: World) -> timedelta:
    """Return how long an answer to a kind of proposal is waited for at most."""
    known = KINDS.get(kind)
    own = known.lifetime if known else timedelta(days=14)
    return world.policy(SupervisionPolicy, at).lifetimes.get(kind, own)


def contestable(case: Case) -> bool:
    """Return whether its subject is given time to contest it before anybody can approve it."""
    kind = KINDS.get(case.kind)
    return kind is not None and kind.of.human and RISKS.index(case.risk) >= HIGH


def against(case: Case, review: ReviewGiven, world: World) -> str | None:
    """Return why this person may not say this to a proposal, or None when they may."""
    kind = KINDS.get(case.kind)
    if kind is None and review.verdict not in ("contest", "waive"):
        return f"there is no kind {case.kind!r} any more"
    asked, given = case.seats, case.approvals if review.verdict == "approve" else ()
    if review.verdict == "reject" and kind is not None and kind.in_favour:
        asked, given = (*case.seats, *case.seats), case.refusals
    matter = _asked_of(case, kind, review, given, world)
    return objection(review.reviewer_id, matter._replace(seats=asked, action=_action(case, review)), world)


def _action(case: Case, review: ReviewGiven) -> str:
    return right(review.verdict, contested=case.contest == "open")


def _asked_of(case: Case, kind: Kind | None, review: ReviewGiven, given: People, world: World) -> Matter:
    matter = _matter(case, kind, review.subject, review.recorded_at, given)
    return matter if case.status != "unroutable" else matter._replace(external=external(review.recorded_at, world))


def external(at: datetime, world: World) -> UUID | None:
    """Return who is named to decide what too few others may."""
    return world.policy(RoutingPolicy, at).external_approver


def _matter(case: Case, kind: Kind | None, subject: str, at: datetime, given: People) -> Matter:
    return Matter(
        subject,
        kind,
        case.seats,
        at=at,
        since=case.made_at,
        author=UUID(bytes=case.proposer) if case.proposer else None,
        editors=_people(case.editors),
        given=_people(given),
        before=_people(case.deciders),
    )


def _people(people: People) -> tuple[UUID, ...]:
    return tuple(UUID(bytes=each) for each in people)


def still(case: Case, review: ReviewGiven, world: World) -> People:
    """Return those who have approved and still may: a role that is withdrawn takes its holder's word along."""
    kind, kept = KINDS[case.kind], list[bytes]()
    for each in case.approvals:
        matter = _asked_of(case, kind, review, tuple(kept), world)._replace(action=_action(case, review))
        if objection(UUID(bytes=each), matter, world) is None:
            kept.append(each)
    return tuple(kept)


def missing(case: Case, review: ReviewGiven, world: World) -> str | None:
    """Return what those who have approved lack by now, for a role may have been withdrawn since; None: nothing."""
    kind = KINDS[case.kind]
    action = "resolve" if case.contest == "open" else "approve"
    return lacking(_asked_of(case, kind, review, case.approvals, world)._replace(action=action), world)


def is_admin(case: Case, review: ReviewGiven, world: World) -> bool:
    """Return whether the reviewer may decide as an admin."""
    kind = KINDS.get(case.kind)
    if kind is None:
        return False
    matter = Matter(review.subject, kind, (ADMIN,), at=review.recorded_at, action="reject")
    return objection(review.reviewer_id, matter, world) is None


def against_many(case: Case, review: ReviewGiven) -> str | None:
    """Return why this is not decided together with others."""
    alone = decided_alone(case.kind, case.risk)
    if alone is not None:
        return alone
    return None if review.reviewer_id.bytes in case.opened else "they have not opened it"


def decided_alone(kind: str, risk: Risk) -> str | None:
    """Return why proposals like this are never decided together with others."""
    known = KINDS.get(kind)
    if RISKS.index(risk) < HIGH and known is not None and not known.of.human:
        return None
    return f"{kind} of {risk} risk is decided on its own, not with others"
