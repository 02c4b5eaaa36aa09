"""Somebody approves: that is enough, or another person must too, or it is too early."""

from msgspec.structs import replace

from agents.kernel import World
from agents.supervisor import asking
from agents.supervisor.contesting import window
from agents.supervisor.deciding import Said, Step, moved, refused
from agents.supervisor.docket import Case, Docket
from schemas.events import ReviewGiven
from schemas.lifecycle import Happening, Status


def approved(docket: Docket, case: Case, review: ReviewGiven, world: World) -> Said:
    """Return what somebody's approval comes to."""
    who = review.reviewer_id.bytes
    shut = window(case, review)
    if shut is not None:
        return refused(docket, review, shut, case)
    if case.changes not in (b"", who):
        return refused(docket, review, "somebody else has asked for changes: it is edited first, or they approve", case)
    approvals = (*asking.still(case, review, world), who)
    return approve(docket, replace(case, approvals=approvals), review, world)


def approve(docket: Docket, case: Case, review: ReviewGiven, world: World, status: Status = "approved") -> Said:
    """Return the case approved by all its `approvals`, or waiting for another person."""
    happening: Happening = "edit" if status == "edited_and_approved" else "approve"
    missing, decided = asking.missing(case, review, world), tuple(sorted({*case.deciders, *case.approvals}))
    if missing is not None:
        if (
            case.contest != "open"
        ):  # an edit, or a role withdrawn, takes their word away; they have decided all the same
            case = replace(case, deciders=decided)
        return moved(docket, case, Step(happening, case.status, missing, review.reviewer_id), review)
    case = replace(case, deciders=decided, contest="dismissed" if case.contest == "open" else case.contest)
    if case.stands:
        status, case = "applied", replace(case, stands=False)
    said = "edited and approved" if happening == "edit" else "approve was said"
    return moved(docket, case, Step(happening, status, f"{said} by a reviewer", review.reviewer_id), review)
