"""Rows of ``public.attendance_flags``: whether one still fits the world, how it is raised, and how it is suspended."""

from typing import Any

from psycopg import sql

from schemas.events import DecisionMade
from schemas.ids import derive
from schemas.kinds import AttendanceFlag, DisciplinaryReview
from sinks.apply.effect import Done, Rows


def moved(connection: Rows, flag: AttendanceFlag | DisciplinaryReview) -> str | None:
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


def raise_flag(
    connection: Rows, decision: DecisionMade, flag: AttendanceFlag | DisciplinaryReview, **said: Any
) -> None:
    """Write the row, with what only this kind says; one that was suspended and is approved again holds again."""
    restored = connection.execute(
        "update public.attendance_flags set decision_id = %s, lifted_at = null, lifted_decision_id = null"
        " where proposal_id = %s and lifted_at is not null",
        (decision.decision_id, decision.proposal_id),
    )
    if restored.rowcount:
        return
    row = {
        "id": derive(decision.kind, decision.proposal_id),
        "tenant_id": decision.tenant_id,
        "employee_id": flag.employee_id,
        "proposal_id": decision.proposal_id,
        "decision_id": decision.decision_id,
        "shift_ids": list(flag.shift_ids),
        "first_start": flag.first_start,
        "last_start": flag.last_start,
        "kind": decision.kind,
        "threshold": flag.threshold,
        "action": flag.action,
        "policy_version": decision.policy_version,
        **said,
    }
    connection.execute(
        sql.SQL("insert into public.attendance_flags ({}) values ({})").format(
            sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join(sql.Placeholder() * len(row))
        ),
        list(row.values()),
    )


def undo(connection: Rows, decision: DecisionMade, done: Done) -> str:
    """Suspend the flag: it stays, and says since when it is held against nobody."""
    lifted = connection.execute(
        "update public.attendance_flags set lifted_at = rollcall.now(), lifted_decision_id = %s"
        " where decision_id = %s and lifted_at is null",
        (decision.decision_id, done.decision_id),
    )
    return "" if lifted.rowcount else "flag_gone"
