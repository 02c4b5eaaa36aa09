"""Effect of ``attendance_flag``: a flag on an employee whose reliability score has fallen below a threshold.

Writes ``public.attendance_flags``. Taken back, the flag stays and says since when it no longer counts.
"""

from schemas.events import DecisionMade
from schemas.kinds import ATTENDANCE_FLAG, AttendanceFlag
from sinks.apply.effect import Effect, Replaced, Rows
from sinks.apply.flagging import moved, raise_flag, undo


def do(connection: Rows, decision: DecisionMade, flag: AttendanceFlag) -> Replaced:
    """Raise the flag. It replaces nothing; one that was proposed before there was a score has no level."""
    level = None if flag.score is None else flag.level
    raise_flag(connection, decision, flag, level=level, score_tenths=flag.score)
    return None


EFFECT = Effect(ATTENDANCE_FLAG, AttendanceFlag, moved, do, undo)
