"""A proposal comes: what is wrong with it, whether it may happen alone, who is asked; what it takes the place of."""

from typing import NamedTuple

from msgspec.structs import replace
from pydantic import ValidationError

from agents.kernel import World
from agents.supervisor import asking
from agents.supervisor.authority import ADMIN
from agents.supervisor.deciding import Said, Step, moved
from agents.supervisor.docket import Case, Docket
from agents.supervisor.restoring import nothing_to_take_back
from agents.supervisor.routing import route, seats_for
from agents.supervisor.windows import asked_from
from schemas.events import Cause, Event, ProposalMade
from schemas.kinds import KINDS, Payload, digest, is_advice
from schemas.lifecycle import EFFECT, Status, can


class Fate(NamedTuple):
    """Where a proposal goes, and why."""

    status: Status
    reason: str


def judged(docket: Docket, made: ProposalMade, world: World) -> Said:
    """Return what becomes of a proposal; one that is known already changes nothing."""
    if docket.case(made.proposal_id) is not None:
        return docket, []
    case = _opened(docket.subject, made, world)
    if made.shadow:
        docket, _ = _superseded(docket, replace(case, status="shadow"), made)
        return docket.with_case(replace(case, status="shadow")), []
    fate = _fault(docket, case, made) or _barred(docket, case)
    if fate is None:
        case, fate = _routed(docket.subject, case, made, world)
    emitted: list[Event] = []
    if fate.status in ("auto_approved", "routed", "unroutable"):
        docket, emitted = _superseded(docket, case, made)
    docket, decision = moved(docket, case, Step("propose", *fate), made)
    return docket, [*emitted, *decision]


def adopted(docket: Docket, case: Case, step: Step, cause: Cause, world: World) -> Said:
    """Return what becomes of a shadow proposal that a person has made their agent's live one: a human is asked."""
    reason = fault(case, docket.subject)
    if reason is not None:
        return moved(docket, case, step._replace(status="rejected", reason=reason), cause)
    case = asked_from(replace(case, made_at=cause.recorded_at), docket.subject, world)
    status, reason = asking.put(case, docket.subject, cause.recorded_at, step.reason, world)
    return moved(docket, case, step._replace(status=status, reason=reason), cause)


def _opened(subject: str, made: ProposalMade, world: World) -> Case:
    kind = KINDS.get(made.kind)
    risk = asking.risk_of(made.risk, kind, made.provenance)
    case = Case(
        made.proposal_id.bytes,
        made.agent,
        made.kind,
        made.cause,
        made.payload,
        risk,
        seats_for(kind, risk) if kind else (ADMIN,),
        made.policy_version,
        made.subject_version,
        min(made.expires_at, made.recorded_at + asking.lifetime(made.kind, made.recorded_at, world)),
        made.recorded_at,
        made.recorded_at,
        raised=made.raised,
        evidence=digest(made.evidence),
        proposer=made.proposer.bytes if made.proposer else b"",
        editors=tuple(sorted(each.bytes for each in made.editors)),
        replaces=made.replaces.bytes if made.replaces else b"",
    )
    return asked_from(case, subject, world)


def _fault(docket: Docket, case: Case, made: ProposalMade) -> Fate | None:
    reason = fault(case, docket.subject)
    if reason is not None:
        return Fate("rejected", reason)
    if any(each.id == case.id for each in docket.withdrawn):
        return Fate("withdrawn", "it was withdrawn before it came")
    if case.expires_at <= made.recorded_at:
        return Fate("expired", "it had expired when it came")
    if nothing_to_take_back(docket, case):
        return Fate("rejected", "there is nothing in force to take back")
    return None


def fault(case: Case, subject: str) -> str | None:
    """Return why a proposal cannot be decided at all."""
    kind = KINDS.get(case.kind)
    if kind is None:
        return f"there is no kind {case.kind!r}"
    try:
        payload = kind.payload.model_validate_json(case.payload)
    except ValidationError as error:
        return f"the payload is not one of {case.kind}: {error.error_count()} errors"
    if payload.canonical() != case.payload:
        return "the payload is not in canonical form"
    return None if payload.subject == subject else f"the payload is about {payload.subject}"


def _barred(docket: Docket, case: Case) -> Fate | None:
    """Return the end of what was answered already: the same again needs a fact that is newer, and worse."""
    if KINDS[case.kind].in_favour:
        return None
    for was in docket.alike(case):
        said_no = was.status == "expired" or (was.status == "rejected" and was.deciders)
        if said_no and not _is_worse(case, was):
            return Fate("rejected", f"it was {was.status} before, and nothing worse has become known since")
        if was.raised > case.raised and was.agent == case.agent and was.status != "shadow":
            return Fate("withdrawn", "a newer proposal of the same came before it")
    return None


def _is_worse(case: Case, was: Case) -> bool:
    if case.subject_version <= was.subject_version:
        return False
    now, then = severity(case.kind, case.payload), severity(was.kind, was.payload)
    return now is None or then is None or now > then


def severity(kind: str, payload: str) -> int | None:
    """Return how much a payload weighs against its subject, if that can be said."""
    return _read(kind, payload).severity


def _read(kind: str, payload: str) -> Payload:
    return KINDS[kind].payload.model_validate_json(payload)


def _routed(subject: str, case: Case, made: ProposalMade, world: World) -> tuple[Case, Fate]:
    kind = KINDS[case.kind]
    routing = route(made, kind, case.risk, world)
    case = replace(case, seats=routing.seats or case.seats, rule=routing.rule)
    if routing.outcome == "auto":
        return case, Fate("auto_approved", routing.reason)
    if routing.outcome == "block":
        return case, Fate("rejected", routing.reason)
    return case, Fate(*asking.put(case, subject, made.recorded_at, routing.reason, world))


def _superseded(docket: Docket, case: Case, made: ProposalMade) -> Said:
    """Take back what the new proposal stands in place of; what is applied stays until the new one is."""
    emitted: list[Event] = []
    for was in docket.alike(case):
        done = was.status in EFFECT and is_advice(was.kind)
        if done or (was.status == "shadow") != made.shadow or not can(was.status, "supersede"):
            continue
        status: Status = "reversal_approved" if was.status in EFFECT else "withdrawn"
        docket, decision = moved(docket, was, Step("supersede", status, "a newer proposal of the same came"), made)
        emitted += decision
    return docket, emitted
