"""Effect of ``lateness_entry``: minutes late on the attendance record of a shift (S0-B3).

Writes ``public.attendance``, one row per shift. Taken back, the row is again what it was before; an entry that another
one has replaced meanwhile is taken out of what that one would bring back.
"""

from psycopg.types.json import Jsonb

from schemas.events import DecisionMade
from schemas.ids import derive
from schemas.kinds import LATENESS_ENTRY, LatenessEntry
from sinks.apply.effect import Done, Effect, Replaced, Rows


def moved(connection: Rows, entry: LatenessEntry) -> str | None:
    """Return why the shift is not the employee's any more."""
    found = connection.execute(
        "select employee_id from public.shifts where id = %s and not cancelled", (entry.shift_id,)
    ).fetchone()
    if found is None:
        return "shift_gone"
    return _disproved(connection, entry) if found[0] == entry.employee_id else "shift_reassigned"


def _disproved(connection: Rows, entry: LatenessEntry) -> str | None:
    """Return whether punches rule out what the entry says: nobody came so late, or somebody came before that."""
    found = connection.execute(
        "select exists (select from public.time_punches punch where punch.employee_id = shift.employee_id"
        "  and not voided and direction <> 'out' and at >= due and at < ends_at + interval '6 hours'),"
        " exists (select from public.time_punches punch where punch.employee_id = shift.employee_id"
        "  and not voided and direction = 'in' and at >= starts_at and at < due)"
        " from (select *, starts_at + make_interval(mins => %s) as due from public.shifts where id = %s) shift",
        (entry.minutes_late, entry.shift_id),
    ).fetchone()
    late, before = found or (False, False)
    if not late:
        return "punch_gone"
    return "came_earlier" if before else None


def do(connection: Rows, decision: DecisionMade, entry: LatenessEntry) -> Replaced:
    """Write the entry, and return the one that it replaces."""
    found = connection.execute(
        "select to_jsonb(entry) from public.attendance entry where shift_id = %s for update", (entry.shift_id,)
    ).fetchone()
    connection.execute(
        "insert into public.attendance (id, tenant_id, shift_id, employee_id, minutes_late, decision_id)"
        " values (%s, %s, %s, %s, %s, %s) on conflict (shift_id) do update set employee_id = excluded.employee_id,"
        " minutes_late = excluded.minutes_late, decision_id = excluded.decision_id, recorded_at = excluded.recorded_at",
        (
            derive("attendance", entry.shift_id),
            decision.tenant_id,
            entry.shift_id,
            entry.employee_id,
            entry.minutes_late,
            decision.decision_id,
        ),
    )
    return found[0] if found else None


def undo(connection: Rows, _: DecisionMade, done: Done) -> str:
    """Bring back what the entry has replaced."""
    replaced = None if done.replaced is None else Jsonb(dict(done.replaced))
    if replaced is None:
        changed = connection.execute("delete from public.attendance where decision_id = %s", (done.decision_id,))
    else:
        changed = connection.execute(
            "update public.attendance set employee_id = was.employee_id, minutes_late = was.minutes_late,"
            " decision_id = was.decision_id, recorded_at = was.recorded_at"
            " from jsonb_populate_record(null::public.attendance, %s) was where attendance.decision_id = %s",
            (replaced, done.decision_id),
        )
    if changed.rowcount:
        return ""
    unlinked = connection.execute(
        "update rollcall.ledger set before = %s where (before ->> 'decision_id')::uuid = %s",
        (replaced, done.decision_id),
    )
    return "superseded" if unlinked.rowcount else "entry_gone"


EFFECT = Effect(LATENESS_ENTRY, LatenessEntry, moved, do, undo)
