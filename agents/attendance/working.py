"""What is said of a shift that was worked: by the first in and, once it is over, by the last out (S0-B3, X1)."""

from datetime import datetime

from agents.attendance.cases import Case
from agents.attendance.matching import Match
from agents.attendance.required import MINUTE, missed, without
from agents.attendance.timesheet import Punch
from agents.attendance.verdicts import Finding, Lacking, credit, of_work


def worked(case: Case) -> Finding:
    """Judge a shift that was worked. What lies in an outage of the clocks is held against nobody."""
    late, arrival, lacks_in = coming(case)
    early, lacks_out, due = leaving(case)
    if arrival is not None and arrival.way == "unknown" and (due is not None or is_odd(case.match)):
        late = 0  # what was inferred is held against nobody before all of it is known, and fits
    grace, very_late = case.policy.grace, case.policy.very_late
    lacking = Lacking(
        late=late if late * MINUTE > grace else 0,
        very_late=late * MINUTE >= very_late,
        early=early if early * MINUTE > grace else 0,
        came=lacks_in,
        left=lacks_out,
    )
    verdict = of_work(lacking, case.policy)
    return Finding(
        verdict,
        credit(verdict, case.policy),
        lacking.late,
        lacking.early,
        settled=due is None,
        inferred=any(each.stint.inferred for each in case.match.pieces),
        due=due,
        arrival=arrival if lacking.late else None,
    )


def attested(case: Case) -> Finding:
    """Judge a shift of which somebody else says that it was worked: the punches are missing, nothing is invented."""
    lacking = Lacking(0, very_late=False, early=0, came=not lost_in(case), left=not lost_out(case))
    verdict = of_work(lacking, case.policy)
    return Finding(verdict, credit(verdict, case.policy), settled=True)


def coming(case: Case) -> tuple[int, Punch | None, bool]:
    """Return the minutes late, by which punch, and whether the in is missing (S0-B3)."""
    first, begin = case.match.pieces[0], case.needed[0][0]
    stint = first.stint
    if first.came is None:  # a slip shows that they were there in time, and never that they were not
        seen = missed(case.needed, begin, stint.slip.at) * MINUTE <= case.policy.grace if stint.slip else False
        return 0, None, not seen and not lost_in(case)
    return missed(clocked(case), begin, first.came), stint.began, False


def leaving(case: Case) -> tuple[int, bool, datetime | None]:
    """Return the minutes early, whether the out is missing, and when passing time will say so (X11)."""
    last, end = case.match.pieces[-1], case.needed[-1][1]
    if last.left is None:
        over = case.passed >= last.stint.lapses
        return 0, over and not lost_out(case), None if over else last.stint.lapses
    if last.left < end and case.passed < end:  # they may come back
        return 0, False, end
    early = missed(clocked(case), last.left, end)
    away_shortly = early * MINUTE < case.policy.very_late and case.place.down_within(end, end)
    return 0 if away_shortly else early, False, None  # a break, and nobody could punch after it


def is_odd(match: Match) -> bool:
    """Return whether punches whose kinds were inferred do not pair off: an in that was taken for one may be an out."""
    return any(each.stint.ambiguous for each in match.pieces)


def clocked(case: Case) -> tuple[tuple[datetime, datetime], ...]:
    """Return the required time in which a clock would have noticed somebody."""
    return without(case.needed, case.place.down) if case.place.down else case.needed


def lost_in(case: Case) -> bool:
    """Return whether an in for this shift may have met clocks that were out."""
    begin = case.needed[0][0]
    return case.place.down_within(begin - case.policy.early_window, begin)


def lost_out(case: Case) -> bool:
    """Return whether an out may have."""
    end = case.needed[-1][1]
    return case.place.down_within(end, end + case.policy.late_window)
