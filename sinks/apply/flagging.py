"""Rows of ``public.attendance_flags``: whether one still fits the world, how it is raised, and how it is suspended."""

from typing import Any
from uuid import UUID

from psycopg import sql

from schemas.events import DecisionMade
from schemas.ids import derive
from schemas.kinds import AttendanceFlag, DisciplinaryReview
from sinks.apply.effect import Difference, Done, Moved, Rows

SOMEBODY_ELSE = "somebody else"


def moved(connection: Rows, flag: AttendanceFlag | DisciplinaryReview) -> Moved | None:
    """Return which of the shifts are the employee's no more."""
    found = [shift_moved(connection, shift_id, flag.employee_id) for shift_id in dict.fromkeys(flag.shift_ids)]
    gone = [each for each in found if each is not None]
    if not gone:
        return None
    code = "shift_gone" if any(each.code == "shift_gone" for each in gone) else "shift_reassigned"
    return Moved(code, tuple(difference for each in gone for difference in each.difference))


def shift_moved(connection: Rows, shift_id: UUID, employee_id: UUID) -> Moved | None:
    """Return what is different about one shift that was an employee's; whose it is now concerns them alone."""
    row = connection.execute(
        "select cancelled, employee_id = %s from public.shifts where id = %s", (employee_id, shift_id)
    ).fetchone()
    of = f"shift {shift_id}"
    if row is None:
        return Moved("shift_gone", (Difference(of, "exists", before=True, now=False),))
    cancelled, theirs = row
    if cancelled:
        return Moved("shift_gone", (Difference(of, "cancelled", before=False, now=True),))
    if theirs:
        return None
    return Moved("shift_reassigned", (Difference(of, "employee_id", str(employee_id), SOMEBODY_ELSE),))


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
