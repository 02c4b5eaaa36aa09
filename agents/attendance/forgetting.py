"""Keep a timesheet bounded: forget facts older than the policy's history, and what is older than any flag."""

from datetime import UTC, datetime, time

from msgspec.structs import replace

from agents.attendance.flags import armed_at
from agents.attendance.reach import far
from agents.attendance.score import Record
from agents.attendance.settled import settled
from agents.attendance.timesheet import Timesheet
from agents.kernel import World
from agents.kernel.standing import Raised
from schemas.kinds import LATENESS_ENTRY
from schemas.policies import AttendancePolicy


def bounded(sheet: Timesheet, recorded_at: datetime, world: World) -> Timesheet:
    """Return the sheet without what is too old; looked at once per day of `recorded_at`, for it is a walk over all.

    A shift goes when it ended before the horizon; its punches and leave stay as long as it does. What it was judged
    stays for the score, and for flags that can still be taken back. A fact that arrives later than that is forgotten at
    the next look.
    """
    today = datetime.combine(recorded_at.date(), time.min, UTC)
    policy = world.policy(AttendancePolicy, recorded_at)
    horizon = today - policy.history
    if horizon <= sheet.horizon:
        return sheet
    shifts = tuple(shift for shift in sheet.shifts if shift.ends_at >= horizon)
    since = min((shift.starts_at for shift in shifts), default=horizon)
    oldest = min(since, horizon) - far(policy)
    gone = tuple(each for each in sheet.gone if each.recorded_at >= horizon)
    sheet = _remembered(sheet, horizon, today, world)
    causes = {shift.id for shift in shifts} | {each.id for each in gone}
    punches = tuple(punch for punch in sheet.punches if punch.at >= oldest)
    return replace(
        sheet,
        turns=any(punch.way == "unknown" for punch in punches),
        calls=tuple(each for each in sheet.calls if each.recorded_at >= oldest or each.shift_id in causes),
        remarks=tuple(each for each in sheet.remarks if each.recorded_at >= oldest or each.shift_id in causes),
        asked=tuple(each for each in sheet.asked if each.recorded_at >= oldest or each.shift_id in causes),
        shifts=shifts,
        punches=punches,
        leaves=tuple(leave for leave in sheet.leaves if leave.ends_at >= oldest),
        gone=gone,
        raised=_raised(sheet, causes),
        horizon=horizon,
    )


def _remembered(sheet: Timesheet, horizon: datetime, today: datetime, world: World) -> Timesheet:
    """Return the sheet with what its oldest shifts were judged, and what they leave to be raised."""
    policy = world.policy(AttendancePolicy, today)
    known, armed = settled(sheet), replace(sheet.armed, started=sheet.started)
    if today - policy.flag_memory > armed.since:
        armed = armed_at(Record(known, world), armed, today - policy.flag_memory, world)
    going = {shift.id for shift in sheet.shifts if shift.ends_at < horizon} | {each.id for each in sheet.older}
    oldest = armed.since - policy.score_window
    older = tuple(each for each in known if each.id in going and each.starts_at >= oldest)
    return replace(sheet, older=older, armed=armed)


def _raised(sheet: Timesheet, causes: set[bytes]) -> tuple[Raised, ...]:
    """Return the proposals that can still be taken back: entries with their facts, flags while they are checked."""
    flagged = causes | {each.id for each in sheet.older}
    checked = flagged - {each.id for each in sheet.older if each.starts_at < sheet.armed.since}
    return tuple(
        each for each in sheet.raised if each.cause in (causes if each.kind == LATENESS_ENTRY.name else checked)
    )
