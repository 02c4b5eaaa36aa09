"""Agents take proposals back, and the applier says what became of decisions."""

from msgspec.structs import replace

from agents.kernel import World
from agents.supervisor import asking
from agents.supervisor.deciding import Said, Step, moved
from agents.supervisor.docket import Case, Docket, Heard
from agents.supervisor.windows import asked_again
from schemas.events import ApplicationReported, Event, ProposalWithdrawn
from schemas.kinds import is_advice
from schemas.lifecycle import ASKED, EFFECT, Happening, Status, can

REPORTS: dict[str, tuple[Happening, Status]] = {
    "applied": ("report_applied", "applied"),
    "stale": ("report_stale", "stale"),
}


def withdrawn(docket: Docket, taken: ProposalWithdrawn) -> Said:
    """Return the docket without a proposal that no longer holds, or what a reviewer's edit has made of it."""
    cases = [each for each in docket.cases if taken.proposal_id.bytes in (each.id, each.replaces)]
    if not cases:
        heard = Heard(taken.proposal_id.bytes, taken.recorded_at)
        known = any(each.id == heard.id for each in docket.withdrawn)
        return (docket if known else replace(docket, withdrawn=(*docket.withdrawn, heard))), []
    emitted: list[Event] = []
    for case in cases:
        if case.status == "shadow":
            docket = docket.with_case(replace(case, status="withdrawn"))
        elif can(case.status, "withdraw"):
            docket, decision = _taken_back(docket, case, taken)
            emitted += decision
    return docket, emitted


def _taken_back(docket: Docket, case: Case, taken: ProposalWithdrawn) -> Said:
    done = case.status in EFFECT and is_advice(case.kind)
    if done or (case.status in ASKED and not case.stands):
        return moved(docket, case, Step("withdraw", "withdrawn", taken.reason), taken)
    case = replace(case, stands=False)
    return moved(docket, case, Step("withdraw", "reversal_approved", f"{taken.reason}: in the subject's favour"), taken)


def reported(docket: Docket, report: ApplicationReported, world: World) -> Said:
    """Return what a report changes; one about another decision than the one in force changes nothing."""
    case = docket.case(report.proposal_id)
    decision = report.decision_id.bytes
    if case is None:
        return docket, []
    if case.status == "reversal_approved" and decision == case.reversal:
        reverted = report.outcome == "reverted"
        step = Step(
            "report_reverted" if reverted else "report_failed", "reverted" if reverted else "failed", report.reason
        )
        return moved(docket, case, step, report)
    if case.status == "suspended" and decision == case.reversal and report.outcome != "reverted":
        return _not_suspended(docket, case, report)
    if case.status not in EFFECT or decision != case.approval or is_advice(case.kind):
        return docket, []
    happening, status = REPORTS.get(report.outcome, ("report_failed", "failed"))
    docket, said = moved(docket, case, Step(happening, status, report.reason, difference=report.difference), report)
    if status != "stale":
        return docket, said
    docket, asked = _asked_again(docket, docket.case(report.proposal_id) or case, report, world)
    return docket, [*said, *asked]


def _not_suspended(docket: Docket, case: Case, report: ApplicationReported) -> Said:
    """The effect stands: while it is contested that is known when it is decided."""
    status: Status = "contested" if case.contest == "open" else "applied"
    case = replace(case, stands=case.contest == "open")
    return moved(docket, case, Step("report_failed", status, f"it could not be suspended: {report.reason}"), report)


def _asked_again(docket: Docket, case: Case, report: ApplicationReported, world: World) -> Said:
    """A stale decision is never approved again by itself: somebody is asked, about the world as it is now."""
    case = asked_again(replace(case, subject_version=report.recorded_at), report.recorded_at, docket.subject, world)
    reason = f"the world has moved: {report.reason}"
    status, reason = asking.put(case, docket.subject, report.recorded_at, reason, world)
    step = Step("ask_again", status, reason, difference=report.difference)
    return moved(docket, case, step, report)
