"""Effect of ``lateness_entry``: minutes late on the attendance record of a shift (S0-B3).

Writes ``public.attendance``, one row per shift. Taken back, the row is again what it was before; an entry that another
one has replaced meanwhile is taken out of what that one would bring back.
"""

from datetime import UTC, datetime

from psycopg.types.json import Jsonb

from schemas.events import DecisionMade
from schemas.ids import derive
from schemas.kinds import LATENESS_ENTRY, LatenessEntry
from sinks.apply.effect import Difference, Done, Effect, Moved, Replaced, Rows
from sinks.apply.flagging import shift_moved


def moved(connection: Rows, entry: LatenessEntry) -> Moved | None:
    """Return what is different about the shift, or about when its employee came."""
    return shift_moved(connection, entry.shift_id, entry.employee_id) or _disproved(connection, entry)


def _disproved(connection: Rows, entry: LatenessEntry) -> Moved | None:
    """Return whether punches rule out what the entry says: nobody came so late, or somebody came before that."""
    row = connection.execute(
        "select due, coalesce(bool_or(direction <> 'out' and at >= due), false),"
        " min(at) filter (where direction = 'in' and at < due), max(at) filter (where direction <> 'out')"
        " from (select *, starts_at + make_interval(mins => %s) as due from public.shifts where id = %s) shift"
        " left join public.time_punches punch on punch.employee_id = shift.employee_id and not voided"
        "  and at >= starts_at and at < ends_at + interval '6 hours' group by due",
        (entry.minutes_late, entry.shift_id),
    ).fetchone()
    if row is None:
        return None
    due, late, before, latest = row
    if late and before is None:
        return None
    code, came = ("came_earlier", before) if late else ("punch_gone", latest)
    return Moved(code, (Difference(f"shift {entry.shift_id}", "came", _instant(due), _instant(came)),))


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()


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
