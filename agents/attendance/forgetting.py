"""Keep a timesheet bounded: forget what is older than the policy's history, in whole runs, so that none changes."""

from datetime import UTC, datetime, time

from msgspec.structs import replace

from agents.attendance.judging import adverse_runs
from agents.attendance.reach import far
from agents.attendance.timesheet import Timesheet
from agents.kernel import World
from schemas.policies import AttendancePolicy


def bounded(sheet: Timesheet, recorded_at: datetime, world: World) -> Timesheet:
    """Return the sheet without what is too old; looked at once per day of `recorded_at`, for it is a walk over all.

    A shift goes when it ended before the horizon, unless a flag that still can be withdrawn counts it; its punches
    and leave stay as long as it does. A fact that arrives later than that is forgotten at the next look.
    """
    today = datetime.combine(recorded_at.date(), time.min, UTC)
    policy = world.policy(AttendancePolicy, recorded_at)
    horizon = today - policy.history
    if horizon <= sheet.horizon:
        return sheet
    counted = {shift.id for run in adverse_runs(sheet.shifts, world) if run[-1].ends_at >= horizon for shift in run}
    shifts = tuple(shift for shift in sheet.shifts if shift.ends_at >= horizon or shift.id in counted)
    since = min((shift.starts_at for shift in shifts), default=horizon)
    oldest = min(since, horizon) - far(policy)
    gone = tuple(each for each in sheet.gone if each.recorded_at >= horizon)
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
        raised=tuple(each for each in sheet.raised if each.cause in causes),
        horizon=horizon,
    )
