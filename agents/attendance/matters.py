"""What there is to tell people about one employee's shifts, when it may be told, and until when it is of use.

Pure, from the sheet as it is judged. A matter whose reason is gone is not here, so nobody is told any more.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple

from agents.attendance.flags import episodes
from agents.attendance.hours import at_work, zone
from agents.attendance.memory import NO_SHOW, Settled
from agents.attendance.required import MINUTE, required
from agents.attendance.said import Said, heard_at, said
from agents.attendance.settled import settled
from agents.attendance.terms import identity
from agents.attendance.timesheet import Shift, Span, Timesheet
from agents.attendance.told import ALWAYS
from agents.kernel import World
from agents.kernel.hours import allowed, within
from schemas.policies.notices import NoticePolicy

LONGEST = timedelta(days=3)
"""No shift that is told of is longer."""
EVER = datetime.max.replace(tzinfo=UTC)
ASKED = frozenset({"absent_provisional", "absent_unexplained"})


class Matter(NamedTuple):
    """Something to tell: from `since` on, at what `next` makes of an instant, but before `until`."""

    kind: str
    shift: Shift
    since: datetime
    until: datetime
    next: Callable[[datetime], datetime | None]
    expires_at: datetime | None = None
    """Of no use after that; none: as long as the policy says."""
    once: bool = False
    """Said of the employee, and not of this shift alone."""

    @property
    def about(self) -> bytes:
        return ALWAYS if self.once else self.shift.id


def at_any_time(at: datetime) -> datetime:
    """Return the instant: it waits where people look, and wakes nobody."""
    return at


def matters(sheet: Timesheet, now: datetime, world: World) -> Iterator[Matter]:
    """Yield what there is to tell."""
    policy = world.policy(NoticePolicy, now)
    oldest = bisect_left(sheet.shifts, now - policy.too_late - LONGEST, key=lambda each: each.starts_at)
    recent = [each for each in sheet.shifts[oldest:] if each.ends_at + policy.too_late > now]
    yield from late(sheet, recent, now, world)
    for shift in recent:
        if shift.verdict in ASKED:
            yield from absent(sheet, shift, world)
    if any(shift.verdict == NO_SHOW for shift in recent):
        yield from missed(sheet, {each.id: each for each in recent}, now, world)


def late(sheet: Timesheet, recent: Sequence[Shift], now: datetime, world: World) -> Iterator[Matter]:
    """Yield whom to ask whether everything is all right: up to the first shift on which that is still to come."""
    for shift in recent:
        if not is_awaited(shift) or shift.ends_at <= now or sheet.notices.has_told("late_check_in", shift.id):
            continue
        parts = expected(sheet, shift, world)
        since = after(parts, world.policy(NoticePolicy, shift.starts_at).late_after + MINUTE)
        if since is not None:
            yield Matter("late_check_in", shift, since, shift.ends_at, partial(within, parts), shift.ends_at)
            if since > now:
                return


def is_awaited(shift: Shift) -> bool:
    """Return whether somebody has not come yet, as far as it is judged: late by no minutes is who is not there."""
    return not shift.void and (shift.verdict == "pending" or (shift.verdict == "late" and not shift.minutes))


def expected(sheet: Timesheet, shift: Shift, world: World) -> tuple[Span, ...]:
    """Return when somebody is waited for, and their punch would be heard of; leave that is asked for is not refused.

    Of a shift that was planned otherwise before, from the latest of its beginnings on: they may have meant another.
    """
    spoken, where = said(sheet, shift.id), identity(shift.location_id)
    if is_answered(spoken):
        return ()
    begins = max((each.starts_at for each in shift.plans if not each.void), default=shift.starts_at)
    return required(
        shift,
        [
            (shift.starts_at, begins),
            (shift.starts_at, shift.starts_at + spoken.come_late),
            *(each.span for each in sheet.leaves if each.status in ("requested", "approved")),
            *((each.starts_at, each.ends_at) for each in world.closures(where)),
            *((each.starts_at, each.ends_at or EVER) for each in world.outages(where)),
        ],
    )


def is_answered(spoken: Said) -> bool:
    """Return whether it is known what became of a shift without asking the employee."""
    return bool(spoken.called_at or spoken.excused or spoken.worked or spoken.attested or spoken.confirmed)


def after(parts: Sequence[Span], lost: timedelta) -> datetime | None:
    """Return when so much of the parts has gone by; none: they are not as long."""
    for began, ended in parts:
        if began + lost < ended:
            return began + lost
        lost -= ended - began
    return None


def absent(sheet: Timesheet, shift: Shift, world: World) -> Iterator[Matter]:
    """Yield what follows from an absence that nothing explains yet."""
    policy, here = world.policy(NoticePolicy, shift.starts_at), zone(shift, world)
    ended = shift.span[1]
    until = ended + policy.too_late
    if shift.verdict == "absent_provisional":
        yield Matter("absence_provisional", shift, shift.starts_at, until, at_any_time)
    asked_for = any(
        each.status == "requested" and each.starts_at < shift.ends_at and each.ends_at > shift.starts_at
        for each in sheet.leaves
    )
    if here is not None and not asked_for and not is_answered(said(sheet, shift.id)):
        next_ = partial(allowed, own=at_work(sheet.shifts), here=here, policy=policy)
        yield Matter("absence_question", shift, ended, until, next_)


def missed(sheet: Timesheet, recent: dict[bytes, Shift], now: datetime, world: World) -> Iterator[Matter]:
    """Yield who is to look after somebody who has not come and not called, and has not been heard of since."""
    for episode in in_episodes(settled(sheet)):
        first = recent.get(episode[0].id)
        if first is None or any(sheet.notices.has_told("welfare_check", each.id) for each in episode):
            continue
        heard = heard_at(sheet, now)
        if heard is None or heard < first.starts_at:
            yield from _escalated("welfare_check", first, world)
    if not sheet.started:
        shift = next(each for each in recent.values() if each.verdict == NO_SHOW)
        yield from _escalated("never_started", shift, world, once=True)


def _escalated(kind: str, shift: Shift, world: World, *, once: bool = False) -> Iterator[Matter]:
    policy, here = world.policy(NoticePolicy, shift.starts_at), zone(shift, world)
    if here is not None:
        next_ = partial(allowed, own=(), here=here, policy=policy)
        yield Matter(kind, shift, shift.ends_at, shift.ends_at + policy.too_late, next_, once=once)


def in_episodes(shifts: Sequence[Settled]) -> list[list[Settled]]:
    """Return the no-shows, those together between which nobody has heard of the employee."""
    begun = episodes(shifts)
    spans = zip(begun, [*begun[1:], len(shifts)], strict=True)
    return [[each for each in shifts[first:after] if each.verdict == NO_SHOW] for first, after in spans]
