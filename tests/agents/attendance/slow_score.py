"""Score and flags once more, slowly and literally from docs/attendance.md: nothing here is taken from the agent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from schemas.policies import AttendancePolicy


@dataclass(frozen=True, slots=True)
class Day:
    """A settled shift: when it began, what it was, what it counts for; what leave has to do with it; last contact."""

    start: datetime
    verdict: str
    credit: int | None
    protected: bool = False
    otherwise: int | None = None
    heard: datetime | None = None


def score(shifts: Sequence[Day], policy: AttendancePolicy) -> Decimal | None:
    """Return what is shown when these are all shifts, in order."""
    ends = list[int]()
    for number in reversed(range(len(shifts))):
        ends.append(number)
        if not shifts[number].protected:
            break
    shown = [each for end in ends if (each := _up_to(shifts[: end + 1], policy)) is not None]
    return max(shown, default=None)


def _up_to(shifts: Sequence[Day], policy: AttendancePolicy) -> Decimal | None:
    window = [each for each in shifts if shifts[-1].start - each.start < policy.score_window]
    counting = [each.credit for each in window if each.credit is not None]
    if len(counting) < policy.score_shifts:
        return None
    spared = sorted((each.otherwise for each in window if each.protected and each.otherwise is not None), reverse=True)
    means = [Fraction(sum([*counting, *spared[:kept]]), len(counting) + kept) for kept in range(len(spared) + 1)]
    best = max(means)
    return (Decimal(best.numerator) / Decimal(best.denominator)).quantize(Decimal("0.1"), ROUND_HALF_EVEN)


def raised(shifts: Sequence[Day], policy: AttendancePolicy) -> Iterator[tuple[str, datetime]]:
    """Yield what is raised, in the order of the shifts that raise it."""
    can = {"manager": True, "hr": True, "review": True}
    for number, shift in enumerate(shifts):
        if shift.credit is None:
            continue
        so_far = shifts[: number + 1]
        now = _up_to(so_far, policy)
        for level, below in (("manager", policy.flag_below), ("hr", policy.flag_hr_below)):
            can[level] |= now is not None and now >= below + policy.flag_rearm
        begun = [each for each in episodes(so_far) if shift.start - each < policy.score_window]
        can["review"] |= len(begun) < policy.review_episodes
        if now is not None and shift.credit < 100:
            if now < policy.flag_hr_below and can["hr"]:
                yield "hr", shift.start
                can["hr"] = can["manager"] = False
            elif now < policy.flag_below and can["manager"]:
                yield "manager", shift.start
                can["manager"] = False
        if shift.verdict == "no_call_no_show" and len(begun) >= policy.review_episodes and can["review"]:
            yield "review", shift.start
            can["review"] = False


def episodes(shifts: Sequence[Day]) -> list[datetime]:
    """Return when each episode of no-shows began."""
    found, worked = [], ("on_time", "late", "very_late", "missing_out")
    for number, shift in enumerate(shifts):
        if shift.verdict != "no_call_no_show":
            continue
        before = [each for each in range(number) if shifts[each].verdict == "no_call_no_show"]
        between = [each.verdict for each in shifts[before[-1] + 1 : number]] if before else []
        heard = bool(before) and shift.heard is not None and shift.heard >= shifts[before[-1]].start
        if not before or heard or any(each in worked or each == "absent_called_out" for each in between):
            found.append(shift.start)
    return found
