"""What a flag or a review says for itself: the shifts, the sum written out, and how little would have avoided it."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, pairwise
from typing import Any, NamedTuple
from uuid import UUID

from agents.attendance.flags import Flag, Level, episodes
from agents.attendance.memory import FULL, NO_SHOW, Settled
from agents.attendance.score import Record, Score, tenths
from schemas.ids import derive
from schemas.kinds import AttendanceFlag, CitedShift, DisciplinaryReview, Recommended
from schemas.policies import AttendancePolicy, words

ACTIONS: Mapping[Level, Recommended] = {"manager": "talk", "hr": "support_meeting", "review": "hearing"}


class Fall(NamedTuple):
    """A score that has fallen below a threshold: the sum, and the shifts that do not count fully."""

    level: Level
    below: int
    score: Score
    mean: Sequence[int]
    """What it is the mean of."""
    about: Sequence[Settled]
    policy: AttendancePolicy

    @property
    def mark(self) -> str:
        """Tells whether it would say the same."""
        return _mark(self.about, self.level, self.below, self.score.total, self.score.eligible, self.score.since)

    def payload(self, employee: UUID) -> AttendanceFlag:
        """Return what the proposal carries."""
        return AttendanceFlag(
            **_shared(employee, self.about, self.avoiding(), self.level),
            level="hr" if self.level == "hr" else "manager",
            score=self.score.tenths,
            threshold=self.below,
            eligible=self.score.eligible,
            since=self.score.since,
        )

    def rules(self) -> Iterator[str]:
        """Yield why, in plain words."""
        for each in self.about:
            yield f"{_named(each)}: {each.verdict}, counts {_plain(each.credit or 0)}"
        counts = sorted(Counter(self.mean).items(), reverse=True)
        written = " + ".join(f"{count} x {_plain(credit)}" for credit, count in counts)
        whole, tenth = divmod(self.score.tenths or 0, 10)
        yield (
            f"score {whole}.{tenth} = 100 x ({written}) / {self.score.eligible}, over the shifts that count in the"
            f" {words(self.policy.score_window)} up to {self.score.until.isoformat()}"
        )
        whom, again = "HR and the manager" if self.level == "hr" else "the manager", self.below + self.policy.flag_rearm
        yield f"below {self.below} there is a flag for {whom}, and no other before the score was {again} again"
        better = self.avoiding()
        yield f"it would not be below, had {len(better)} of them counted fully: {_list(better)}"

    def avoiding(self) -> list[Settled]:
        """Return the fewest shifts, the slightest of them, that had kept the score up had they counted fully."""
        total, eligible = self.score.total, self.score.eligible
        more = range(FULL * eligible - total)
        missing = bisect_left(more, 10 * self.below, key=lambda each: tenths(total + each, eligible))
        left, found = sorted(self.about, key=_lost), list[Settled]()
        while missing > 0:
            one = next((each for each in left if _lost(each) >= missing), left[-1])
            left.remove(one)
            found.append(one)
            missing -= _lost(one)
        return found


class Absences(NamedTuple):
    """Episodes of no-shows that are enough for a review."""

    since: datetime
    cause: Settled
    counted: Sequence[Sequence[Settled]]
    policy: AttendancePolicy

    @property
    def about(self) -> Sequence[Settled]:
        """The no-shows of all of them."""
        return list(chain(*self.counted))

    @property
    def mark(self) -> str:
        """Tells whether it would say the same."""
        return _mark(self.about, *map(len, self.counted), self.since, self.policy.review_episodes)

    def payload(self, employee: UUID) -> DisciplinaryReview:
        """Return what the proposal carries."""
        return DisciplinaryReview(
            **_shared(employee, self.about, self.avoiding(), "review"),
            episodes=len(self.counted),
            threshold=self.policy.review_episodes,
            since=self.since,
        )

    def rules(self) -> Iterator[str]:
        """Yield why, in plain words."""
        for number, episode in enumerate(self.counted, start=1):
            yield from (f"{_named(each)}: {each.verdict}, episode {number}" for each in episode)
        yield (
            f"{len(self.counted)} episodes in the {words(self.policy.score_window)} up to"
            f" {self.cause.starts_at.isoformat()}, {self.policy.review_episodes} ask for a review"
        )
        yield f"it would not be asked for without {_list(self.avoiding())}"

    def avoiding(self) -> list[Settled]:
        """Return the shifts of the shortest episodes, without which there would be too few."""
        spare = len(self.counted) - self.policy.review_episodes + 1
        return list(chain(*sorted(self.counted, key=len)[:spare]))


def grounds(record: Record, flag: Flag, policy: AttendancePolicy) -> Fall | Absences:
    """Return what speaks for a flag, by the policy in force at the start of the shift that has raised it."""
    window = record.window(flag.place, policy)
    score = record.as_of(flag.place, policy)
    if flag.level == "review":
        begun = [place for place in episodes(record.shifts) if place in window]
        parts = (record.shifts[begin:end] for begin, end in pairwise([*begun, window.stop]))
        counted = [[each for each in part if each.verdict == NO_SHOW] for part in parts]
        return Absences(score.since, record.shifts[flag.place], counted, policy)
    shifts = record.shifts[window.start : window.stop]
    mean = [each.credit for each in shifts if each.credit is not None]
    mean += record.shifts.kept(window)[: score.eligible - len(mean)]
    about = [each for each in shifts if each.credit is not None and each.credit < FULL]
    below = policy.flag_hr_below if flag.level == "hr" else policy.flag_below
    return Fall(flag.level, below, score, mean, about, policy)


def _mark(about: Iterable[Settled], *parts: object) -> str:
    return str(
        derive(*parts, *((each.id.hex(), each.starts_at, each.verdict, each.credit, each.editors) for each in about))
    )


def _shared(employee: UUID, about: Sequence[Settled], better: Iterable[Settled], level: Level) -> dict[str, Any]:
    return {
        "employee_id": employee,
        "shift_ids": _ids(about),
        "first_start": about[0].starts_at,
        "last_start": about[-1].starts_at,
        "shifts": tuple(
            CitedShift(
                shift_id=UUID(bytes=each.id), starts_at=each.starts_at, verdict=each.verdict, credit=each.credit or 0
            )
            for each in about
        ),
        "avoided_by": _ids(better),
        "action": ACTIONS[level],
    }


def _ids(shifts: Iterable[Settled]) -> tuple[UUID, ...]:
    return tuple(UUID(bytes=each.id) for each in shifts)


def _lost(shift: Settled) -> int:
    return FULL - (shift.credit or 0)


def _plain(credit: int) -> str:
    return f"{credit / FULL:g}"


def _named(shift: Settled) -> str:
    return f"shift {UUID(bytes=shift.id)} of {shift.starts_at.isoformat()}"


def _list(shifts: Iterable[Settled]) -> str:
    return ", ".join(map(_named, shifts))
