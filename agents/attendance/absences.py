"""What is said of a shift that was not worked, and when it is the last word (S0-B3, X1, X2).

Only a wake-up finds that somebody is not there. An absence stays provisional until it settles: nobody is a no-show who
was not asked first, and waited for.
"""

from datetime import datetime

from agents.attendance.cases import Case
from agents.attendance.required import MINUTE
from agents.attendance.timesheet import Leave, Verdict
from agents.attendance.verdicts import Finding, credit
from agents.attendance.working import attested


def unworked(case: Case) -> Finding:
    """Judge a shift without work."""
    if not case.needed:  # all of it is free: nobody had to come
        if case.shift.kind == "on_call":
            return Finding("exempt", settled=True)
        return Finding("absent_excused", settled=True, protected=any(each.protected for each in approved(case)))
    begin, end = case.needed[0][0], case.needed[-1][1]
    due = min(begin + case.policy.no_show_after, end)
    if case.passed >= due:
        return absence(case, due)
    late = begin + case.policy.grace // MINUTE * MINUTE + MINUTE
    if late >= min(due, case.needed[0][1]) or is_explained(case):
        return Finding("pending", due=due)
    return Finding("late", due=due) if case.passed >= late else Finding("pending", due=late)


def absence(case: Case, found: datetime) -> Finding:
    """Return the kind of an absence: what excuses it comes first, then what explains it."""
    leaves = approved(case)
    protected = any(each.protected for each in leaves)
    if protected or any(each.starts_at <= found < each.ends_at for each in leaves):
        return Finding("absent_excused", settled=True, protected=protected)
    if case.said.worked:
        return attested(case)
    if case.match.elsewhen:
        return Finding("worked_other_hours", settled=True)
    if is_called(case):
        return called_out(case)
    if is_doubtful(case) and not case.said.confirmed:
        return Finding("absent_unexplained")
    return settling(case)


def called_out(case: Case) -> Finding:
    """Judge an absence that was called: it does not count until a person classifies it as unprotected."""
    if not case.said.unprotected:
        return Finding("absent_called_out", settled=True)
    over = case.passed >= case.shift.ends_at
    counts = case.policy.credit_absent_called_out
    return Finding("absent_called_out", counts, settled=over, due=None if over else case.shift.ends_at)


def settling(case: Case) -> Finding:
    """Return an absence that nothing explains: when it has been waited for, and nothing is open, its last word."""
    if any(each.status == "requested" for each in case.leaves):
        return Finding("absent_provisional")  # whoever decides about the leave decides about this
    said, ripe = case.said, case.shift.ends_at + case.policy.settle_after
    asked = said.asked_at is not None and not case.place.silent
    if said.confirmed:
        ripe = case.shift.ends_at
    elif asked and said.asked_at is not None:
        ripe = max(ripe, said.asked_at + case.policy.question_wait)
    if case.passed < ripe:
        return Finding("absent_provisional", due=ripe)
    if not asked and not said.confirmed:
        return Finding("absent_unexplained")
    verdict: Verdict = "absent_unexcused" if refused(case) else "no_call_no_show"
    return Finding(verdict, credit(verdict, case.policy), settled=True)


def approved(case: Case) -> list[Leave]:
    """Return the approved leave that touches the shift."""
    return [each for each in case.leaves if each.status == "approved"]


def refused(case: Case) -> list[Leave]:
    """Return the leave that was asked for, for this shift, and refused."""
    return [each for each in case.leaves if each.status == "refused"]


def is_called(case: Case) -> bool:
    """Whether the employee has told, at the latest `call_grace` after the end, that they do not come."""
    called_at = case.said.called_at
    return called_at is not None and called_at <= case.shift.ends_at + case.policy.call_grace


def is_doubtful(case: Case) -> bool:
    """Whether the absence may not be one, or the employee may not have known: a person has to confirm it then."""
    refused_too_late = any(each.recorded_at > case.shift.starts_at for each in refused(case))
    return bool(case.place.down) or case.said.attested or refused_too_late or is_on_short_notice(case)


def is_on_short_notice(case: Case) -> bool:
    """Whether the shift was first planned too shortly before its start, and the employee has not agreed to it since."""
    planned_at = case.shift.planned_at
    if planned_at is None or case.shift.starts_at - planned_at >= case.policy.plan_notice:
        return False
    return case.said.agreed_at < planned_at


def is_explained(case: Case) -> bool:
    """Whether something may explain already why somebody is not there yet."""
    asked = any(each.status == "requested" for each in case.leaves)
    return asked or is_called(case) or is_doubtful(case) or case.place.silent or case.said.worked
