"""What docs/attendance.md says of each shift once all is known and waited for: slow, and obvious. Minutes are a list.

Written from the page, and without a line of the code that it judges. It knows whole minutes and no punches of unknown
kind; everything is over when it is asked.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from schemas import events as kinds
from schemas.events import Event
from schemas.policies import AttendancePolicy
from tests.agents.attendance.oracle_stints import Plan, Stint, matched, near, stints

MINUTE = timedelta(minutes=1)
LONG_AGO = datetime.fromisoformat("1900-01-01T00:00+00:00")
FAR_OFF = datetime.fromisoformat("2900-01-01T00:00+00:00")


class Verdict(NamedTuple):
    """What is expected of a shift."""

    verdict: str
    minutes: int
    early: int
    credit: int | None
    settled: bool


class Oracle:
    """All that is known of one employee, the newest revision of each."""

    def __init__(self, told: Iterable[Event], employee: UUID) -> None:
        self.employee = employee
        told = list(told)
        self.revisions = self._shifts(told)
        self.punches = sorted(
            (
                (each.occurred_at, ("out", "in").index(each.direction))
                for each in newest(told, (kinds.PunchRecorded, kinds.PunchVoided), "punch_id")
                if isinstance(each, kinds.PunchRecorded)
            ),
        )
        leaves = newest(told, (kinds.LeaveRecorded, kinds.LeaveRemoved), "leave_id")
        self.leaves = [each for each in leaves if isinstance(each, kinds.LeaveRecorded)]
        calls = newest(told, (kinds.AbsenceCalled, kinds.AbsenceCallRemoved), "call_id")
        self.calls = [each for each in calls if isinstance(each, kinds.AbsenceCalled)]
        said = newest(told, (kinds.AttendanceExceptionRecorded, kinds.AttendanceExceptionRemoved), "exception_id")
        self.said = [each for each in said if isinstance(each, kinds.AttendanceExceptionRecorded)]
        self.asked = [
            each
            for each in newest(told, (kinds.NoticeDelivered,), "notice_id")
            if each.kind == "absence_question" and each.recipient == f"employee:{employee}"
        ]
        terms = {each.revision: each for each in told if isinstance(each, kinds.EmploymentRecorded)}
        self.terms = [terms[revision] for revision in sorted(terms)]
        self.zones = {each.location_id: each.zone for each in told if isinstance(each, kinds.LocationDescribed)}
        self.closures = [each for each in newest(told, (kinds.ClosureDeclared,), "closure_id") if not each.removed]
        silent = (kinds.ClockOutageSuspected, kinds.ClockOutageEnded)
        self.outages = [
            (each.location_id, each.starts_at, getattr(each, "ends_at", FAR_OFF), getattr(each, "people", 2))
            for family in (silent, (kinds.ClockOutageConfirmed,))
            for each in newest(told, family, "outage_id")
            if not each.removed
        ]
        published = {each.version: each for each in told if isinstance(each, kinds.PolicyPublished)}
        self.policies = sorted(
            (each.effective_at, each.version, AttendancePolicy.model_validate_json(each.document))
            for each in published.values()
        )

    @staticmethod
    def _shifts(told: list[Event]) -> dict[UUID, list[Plan]]:
        """Return the plans of each shift, in order of revisions."""
        revisions: dict[UUID, dict[int, Event]] = {}
        for each in told:
            if isinstance(each, kinds.ShiftScheduled | kinds.ShiftCancelled):
                revisions.setdefault(each.shift_id, {})[each.revision] = each
        plans: dict[UUID, list[Plan]] = {}
        for shift_id, known in revisions.items():
            for revision in sorted(known):
                each = known[revision]
                if isinstance(each, kinds.ShiftScheduled):
                    terms = each.starts_at, each.ends_at, each.location_id, each.kind, each.planned_at
                    plans.setdefault(shift_id, []).append(Plan(*terms, each.recorded_at, void=False))
                else:
                    nothing = (LONG_AGO, LONG_AGO, None, "", None)
                    plans.setdefault(shift_id, []).append(Plan(*nothing, each.recorded_at, void=True))
        return plans

    # -- by what

    def policy(self, plan: Plan) -> AttendancePolicy:
        """Return what was in force when the shift began, there and for the position then."""
        found = AttendancePolicy()
        for effective, _, policy in self.policies:
            if effective <= plan.start:
                found = policy
        return found.at_place(plan.place, term.job_position_id if (term := self.term(plan.start)) else None)

    def term(self, at: datetime) -> kinds.EmploymentRecorded | None:
        found = self.terms[0] if self.terms else None
        for each in self.terms:
            if each.recorded_at <= at:
                found = each
        return found

    # -- which plan

    def verdicts(self) -> dict[UUID, Verdict]:
        """Return what is to be said of each shift."""
        return {shift_id: self.verdict(shift_id) for shift_id in self.revisions}

    def verdict(self, shift_id: UUID) -> Verdict:
        """Return the best of what is found by the plan that binds and by those that came later."""
        plans = self.revisions[shift_id]
        others = [
            (self.revisions[each][binding], each)
            for each in self.revisions
            if each != shift_id and not self.revisions[each][binding := self.binding(each)].void
            if not self.revisions[each][-1].void
        ]
        found = []
        for place, plan in enumerate(plans):
            if place < self.binding(shift_id):
                continue
            if plan.void:
                said = "present_unscheduled" if self.is_there(plans, place, others) else "cancelled"
                found.append(Verdict(said, 0, 0, None, settled=True))
            else:
                among = sorted([*others, (plan, shift_id)], key=lambda each: (each[0].start, each[1].bytes))
                found.append(self.judge(shift_id, plan, [each for each, _ in among], among.index((plan, shift_id))))
        return max(found, key=how_good)

    def is_there(self, plans: list[Plan], place: int, others: list[tuple[Plan, UUID]]) -> bool:
        """Whether somebody came and went in a shift that was taken from them, and in no other that is theirs."""
        ends = [each for each in range(place + 1) if plans[each].void and is_long_gone(plans[: each + 1])]
        since = ends[-1] if ends else 0
        planned = [each for each in plans[since:place] if not each.void]
        planned = planned or [each for each in plans[since:] if not each.void][:1]
        if not planned or is_long_gone(plans):
            return False
        gone, theirs = planned[-1], [each for each, _ in others]
        shifts = sorted([*theirs, gone], key=lambda each: each.start)
        for stint in stints(self.punches, shifts, self.policy(gone)):
            if stint.came is not None and stint.left is not None:
                worked = [each for each in shifts if each.start < stint.left and each.end > stint.came]
                if worked == [gone]:
                    return True
        return False

    def binding(self, shift_id: UUID) -> int:
        """Return the place of the plan that binds."""
        plans, binds = self.revisions[shift_id], 0
        for place in range(1, len(plans)):
            before, plan = plans[binds], plans[place]
            notice = self.policy(plan if before.void else before).plan_notice
            starts = [each.start for each in (before, plan) if not each.void]
            in_time = all(plan.recorded <= start - notice for start in starts)
            agreed = any(
                each.occurred_at >= plan.recorded
                for each in self.words(shift_id)
                if each.kind == "acknowledged" and each.given_by == self.employee
            )
            if in_time or agreed:
                binds = place
        return binds

    def words(self, shift_id: UUID) -> list[kinds.AttendanceExceptionRecorded]:
        return [each for each in self.said if each.shift_id == shift_id]

    # -- one shift by one plan

    def judge(self, shift_id: UUID, plan: Plan, shifts: list[Plan], place: int) -> Verdict:
        """Return what is to be said of a shift among all others."""
        policy, day = self.policy(plan), self.day(plan)
        if self.terms and not employed(self.terms[-1], day):
            return Verdict("not_employed", 0, 0, None, settled=True)
        term = self.term(plan.start)
        if term is not None and term.clocking == "exempt":
            return Verdict("exempt", 0, 0, None, settled=True)
        found = stints(self.punches, shifts, policy)
        belong = matched(shifts, found, policy)
        required = self.required(shift_id, plan)
        down = [(since, until) for where, since, until, people in self.outages if where == plan.place and people > 1]
        if not belong[place]:
            return self.absent(shift_id, plan, required, down, elsewhen=near(shifts, belong, place, found, policy))
        if not required:
            return Verdict("on_time", 0, 0, policy.credit_on_time, settled=True)
        return worked(plan, shifts, belong[place], required, down, policy)

    def day(self, plan: Plan) -> Any:
        zone = ZoneInfo(self.zones.get(plan.place, "UTC") if plan.place else "UTC")
        return plan.start.astimezone(zone).date()

    def required(self, shift_id: UUID, plan: Plan) -> list[datetime]:
        """Return the minutes in which work was due."""
        free = [(each.starts_at, each.ends_at) for each in self.leaves if each.status == "approved"]
        free += [(each.starts_at, each.ends_at) for each in self.closures if each.location_id == plan.place]
        for each in self.words(shift_id):
            if each.given_by != self.employee:
                free += [(plan.start, plan.end)] if each.kind == "excused" else []
                lasts = timedelta(minutes=each.minutes or 0)
                free += [(plan.start, plan.start + lasts)] if each.kind == "come_late" else []
                free += [(plan.end - lasts, plan.end)] if each.kind == "leave_early" else []
        if plan.kind == "on_call":
            return []
        return [
            minute
            for minute in minutes(plan.start, plan.end)
            if not any(since <= minute < until for since, until in free)
        ]

    def absent(
        self,
        shift_id: UUID,
        plan: Plan,
        required: list[datetime],
        down: list[tuple[datetime, datetime]],
        *,
        elsewhen: bool,
    ) -> Verdict:
        """Return what is to be said of a shift that was not worked: the first that fits."""
        policy = self.policy(plan)
        if not required:
            return Verdict("exempt" if plan.kind == "on_call" else "absent_excused", 0, 0, None, settled=True)
        begin, end = required[0], required[-1] + MINUTE
        found = min(begin + policy.no_show_after, end)
        for each in self.touching(plan, "approved"):
            if each.protected or each.starts_at <= found < each.ends_at:
                return Verdict("absent_excused", 0, 0, None, settled=True)
        others = {each.kind for each in self.words(shift_id) if each.given_by != self.employee}
        if "worked" in others:
            lost_in = any(since <= begin and until >= begin - policy.early_window for since, until in down)
            lost_out = any(since <= end + policy.late_window and until >= end for since, until in down)
            said = "on_time" if lost_in and lost_out else "missing_out" if lost_in else "missing_in"
            credit = policy.credit_on_time if said == "on_time" else policy.credit_missing_punch
            return Verdict(said, 0, 0, credit, settled=True)
        if elsewhen:
            return Verdict("worked_other_hours", 0, 0, None, settled=True)
        if any(call.shift_id == shift_id and call.occurred_at <= plan.end + policy.call_grace for call in self.calls):
            counts = policy.credit_absent_called_out if "unprotected" in others else None
            return Verdict("absent_called_out", 0, 0, counts, settled=True)
        return self.not_explained(shift_id, plan, confirmed="absence_confirmed" in others)

    def not_explained(self, shift_id: UUID, plan: Plan, *, confirmed: bool) -> Verdict:
        """Return what becomes of an absence that nobody has excused and nobody has called."""
        policy = self.policy(plan)
        people = self.silence(plan)
        if not confirmed and (any(each > 1 for each in people) or self.is_doubtful(shift_id, plan)):
            return Verdict("absent_unexplained", 0, 0, None, settled=False)
        if self.touching(plan, "requested"):
            return Verdict("absent_provisional", 0, 0, None, settled=False)
        asked = any(each.shift_id == shift_id for each in self.asked)
        if not confirmed and (not asked or people):
            return Verdict("absent_unexplained", 0, 0, None, settled=False)
        if self.touching(plan, "refused"):
            return Verdict("absent_unexcused", 0, 0, policy.credit_absent_unexcused, settled=True)
        return Verdict("no_call_no_show", 0, 0, policy.credit_no_call_no_show, settled=True)

    def is_doubtful(self, shift_id: UUID, plan: Plan) -> bool:
        """Whether the employee says that they worked, or could not know in time."""
        own = [each for each in self.words(shift_id) if each.given_by == self.employee]
        agreed = [each.occurred_at for each in own if each.kind == "acknowledged"]
        short = plan.planned is not None and plan.planned > plan.start - self.policy(plan).plan_notice
        return (
            (short and not any(plan.planned is not None and at >= plan.planned for at in agreed))
            or any(each.recorded_at > plan.start for each in self.touching(plan, "refused"))
            or any(each.kind == "worked" for each in own)
        )

    def touching(self, plan: Plan, status: str) -> list[kinds.LeaveRecorded]:
        """Return the leave of a status that touches a shift."""
        return [
            each
            for each in self.leaves
            if each.status == status and each.starts_at < plan.end and each.ends_at > plan.start
        ]

    def silence(self, plan: Plan) -> list[int]:
        """Return how many people were due in each outage near a shift."""
        policy = self.policy(plan)
        begin, end = plan.start - policy.early_window, plan.end + policy.late_window
        return [
            people
            for where, since, until, people in self.outages
            if where == plan.place and since <= end and until >= begin
        ]


def is_long_gone(plans: list[Plan]) -> bool:
    """Whether it was taken away for good at least a week ahead: nobody remembers such a shift."""
    ends = len(plans)
    while ends and plans[ends - 1].void:
        ends -= 1
    known = [each.start for each in plans if not each.void]
    return ends < len(plans) and all(plans[ends].recorded + timedelta(days=7) <= start for start in known)


def newest(told: Iterable[Event], family: tuple[type[Any], ...], name: str) -> list[Any]:
    """Return the newest revision of each row."""
    found: dict[UUID, Any] = {}
    for each in told:
        if isinstance(each, family):
            known = found.get(getattr(each, name))
            if known is None or known.revision < each.revision:
                found[getattr(each, name)] = each
    return list(found.values())


def how_good(found: Verdict) -> int:
    """Return how good it is: to count fully, not to count, to have it open, to count less, not to be there."""
    if found.credit is not None:
        return found.credit
    return {"absent_unexplained": 97, "absent_provisional": 1}.get(found.verdict, 99)


def employed(term: kinds.EmploymentRecorded, day: Any) -> bool:
    away = term.suspended_from is not None and term.suspended_from <= day
    back = term.suspended_until is not None and day > term.suspended_until
    return term.hired_on <= day and (term.ended_on is None or day <= term.ended_on) and not (away and not back)


def minutes(since: datetime, until: datetime) -> list[datetime]:
    """Return the minutes from an instant to another."""
    return [since + number * MINUTE for number in range((until - since) // MINUTE)]


def worked(
    plan: Plan,
    shifts: list[Plan],
    belong: Sequence[tuple[Stint, datetime | None, datetime | None]],
    required: list[datetime],
    down: list[tuple[datetime, datetime]],
    policy: AttendancePolicy,
) -> Verdict:
    """Return what is to be said of a shift that was worked."""
    assert plan in shifts
    begin, end = required[0], required[-1] + MINUTE
    noticed = [minute for minute in required if not any(since <= minute < until for since, until in down)]
    (first, came, _), (_, _, left) = belong[0], belong[-1]
    late = early = 0
    lacks_in = lacks_out = False
    if came is not None:
        late = len([minute for minute in noticed if minute + MINUTE <= came])
    else:
        lacks_in = not any(since <= begin and until >= begin - policy.early_window for since, until in down)
        if (
            first.slip is not None
            and len([each for each in required if each + MINUTE <= first.slip]) * MINUTE <= policy.grace
        ):
            lacks_in = False
    if left is not None:
        early = len([minute for minute in noticed if minute >= left])
        if early * MINUTE < policy.very_late and any(since <= end <= until for since, until in down):
            early = 0
    else:
        lacks_out = not any(since <= end + policy.late_window and until >= end for since, until in down)
    late = late if late * MINUTE > policy.grace else 0
    early = early if early * MINUTE > policy.grace else 0
    fits = [(policy.credit_on_time, 9, "on_time")]
    fits += [(policy.credit_late_and_early, 0, "late_and_early")] if late and early else []
    fits += [(policy.credit_very_late, 1, "very_late")] if late and late * MINUTE >= policy.very_late else []
    fits += [(policy.credit_late, 2, "late")] if late else []
    fits += [(policy.credit_early_leave, 3, "early_leave")] if early else []
    fits += [(policy.credit_missing_punch, 4, "missing_in")] if lacks_in else []
    fits += [(policy.credit_missing_punch, 5, "missing_out")] if lacks_out else []
    credit, _, said = min(fits)
    return Verdict(said, late, early, credit, settled=True)
