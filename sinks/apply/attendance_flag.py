"""Effect of ``attendance_flag``: a flag on an employee for too many late or absent shifts.

Writes ``public.attendance_flags``. Taken back, the flag stays and says since when it no longer counts.
"""

from schemas.events import DecisionMade
from schemas.ids import derive
from schemas.kinds import ATTENDANCE_FLAG, AttendanceFlag
from sinks.apply.effect import Done, Effect, Replaced, Rows


def moved(connection: Rows, flag: AttendanceFlag) -> str | None:
    """Return why not all of the shifts are the employee's any more."""
    found = connection.execute(
        "select count(*), count(*) filter (where employee_id = %s) from public.shifts"
        " where id = any(%s) and not cancelled",
        (flag.employee_id, list(flag.shift_ids)),
    ).fetchone()
    there, theirs = found or (0, 0)
    if there < len(set(flag.shift_ids)):
        return "shift_gone"
    return None if theirs == there else "shift_reassigned"


def do(connection: Rows, decision: DecisionMade, flag: AttendanceFlag) -> Replaced:
    """Raise the flag. It replaces nothing."""
    connection.execute(
        "insert into public.attendance_flags"
        " (id, tenant_id, employee_id, proposal_id, decision_id, shift_ids, first_start, last_start)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            derive("attendance_flag", decision.proposal_id),
            decision.tenant_id,
            flag.employee_id,
            decision.proposal_id,
            decision.decision_id,
            list(flag.shift_ids),
            flag.first_start,
            flag.last_start,
        ),
    )
    return None


def undo(connection: Rows, decision: DecisionMade, done: Done) -> str:
    """Lift the flag."""
    lifted = connection.execute(
        "update public.attendance_flags set lifted_at = rollcall.now(), lifted_decision_id = %s"
        " where decision_id = %s and lifted_at is null",
        (decision.decision_id, done.decision_id),
    )
    return "" if lifted.rowcount else "flag_gone"


EFFECT = Effect(ATTENDANCE_FLAG, AttendanceFlag, moved, do, undo)
