"""Tell people what there is to tell: once, when it may be told, and not more often than they can bear (S1-R2, S1-R8).

Only passing time tells, so a fact that takes the reason away before that is never too late. What was told is remembered
in the sheet; so is what nobody was told because the agent was not live: going live tells nobody what is old.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from agents.attendance.hours import zone
from agents.attendance.matters import Matter, matters
from agents.attendance.terms import identity
from agents.attendance.timesheet import Timesheet
from agents.attendance.told import ALWAYS, Notices, Told
from agents.kernel import Outcome, Wake, World
from schemas.events import Event, PolicyPublished, WorldEvent
from schemas.notices import NOTICES, About, employee, requested, role
from schemas.policies.notices import NoticePolicy

FIRST = {kind: place for place, kind in enumerate(NOTICES)}
"""What is told first of what may be told at once: as kinds are declared."""


def told(state: Timesheet | None, outcome: Outcome[Timesheet], event: Event | Wake, world: World) -> Outcome[Timesheet]:
    """Return the outcome of a step with what people are told in it, and a wake-up for when there may be more."""
    sheet, emitted = outcome.state, outcome.emitted
    if sheet is None:
        return outcome
    if sheet is not state or _concerns(sheet.notices, event):
        woken = event.at if isinstance(event, Wake) else None
        now = max(sheet.notices.seen, woken or event.recorded_at)
        notices, due = _told(sheet, now, woken, world)
        if sheet is not state or (notices.told, notices.due) != (sheet.notices.told, sheet.notices.due):
            sheet = replace(sheet, notices=notices)
        emitted = (*emitted, *(each for matter in due for each in _requests(sheet, matter, event, world)))
    wakes = [each for each in (outcome.wake_at, sheet.notices.due) if each is not None]
    return Outcome(sheet, emitted, min(wakes, default=None))


def _concerns(notices: Notices, event: Event | Wake) -> bool:
    """Return whether an event that says nothing new of the sheet can say something of what there is to tell."""
    if isinstance(event, Wake):
        return notices.due is not None and notices.due <= event.at
    if isinstance(event, PolicyPublished):
        return event.policy == NoticePolicy.name
    return isinstance(event, WorldEvent)


def _told(sheet: Timesheet, now: datetime, woken: datetime | None, world: World) -> tuple[Notices, list[Matter]]:
    """Return what was told so far, and what of it is told now."""
    known, fresh, later = sheet.notices.told, list[Matter](), list[datetime]()
    for matter in sorted(_untold(sheet, now, world), key=lambda each: (each.since, FIRST[each.kind], each.shift.id)):
        at = matter.next(max(matter.since, now, _rested(matter, known, world)))
        if at is None or at >= matter.until:
            later += [matter.since] if matter.since > now else []
        elif woken is not None and at <= woken:
            fresh.append(matter)
            known = (*known, Told(matter.kind, matter.about, at))
        else:
            later.append(at)
    return Notices(_kept(known, sheet, now, world), now, min(later, default=None)), fresh


def _untold(sheet: Timesheet, now: datetime, world: World) -> Iterator[Matter]:
    """Yield what there is to tell; not as long as it is not known where that is, or whom it is to be told."""
    known = world.employee(identity(sheet.employee_id)) is not None
    for matter in matters(sheet, now, world):
        reached = known or NOTICES[matter.kind].to == ("employee",)
        if reached and zone(matter.shift, world) is not None and not sheet.notices.has_told(matter.kind, matter.about):
            yield matter


def _rested(matter: Matter, known: Sequence[Told], world: World) -> datetime:
    """Return from when on those whom it is for can be told something again."""
    pause = world.policy(NoticePolicy, matter.shift.starts_at).pause
    theirs = set(NOTICES[matter.kind].to)
    return max((each.at + pause for each in known if theirs & set(NOTICES[each.kind].to)), default=matter.since)


def _kept(known: Sequence[Told], sheet: Timesheet, now: datetime, world: World) -> tuple[Told, ...]:
    """Return what must be remembered: as long as it could be told again."""
    too_late = world.policy(NoticePolicy, now).too_late
    ends = {shift.id: shift.ends_at for shift in sheet.shifts} if known else {}
    return tuple(
        each
        for each in known
        if each.shift_id == ALWAYS or max(each.at, ends.get(each.shift_id, each.at)) + too_late > now
    )


def _requests(sheet: Timesheet, matter: Matter, cause: Event | Wake, world: World) -> Iterator[Event]:
    """Yield the notice for each of those whom it is for."""
    notice, shift = NOTICES[matter.kind], matter.shift
    about = About(notice, UUID(bytes=sheet.employee_id), None if matter.once else UUID(bytes=shift.id))
    lifetime = world.policy(NoticePolicy, shift.starts_at).lifetime(notice)
    for recipient in dict.fromkeys(_recipient(party, about.employee_id, world) for party in notice.to):
        yield requested(
            about,
            cause,
            recipient,
            expires_at=matter.expires_at or cause.recorded_at + lifetime,
            details={"start": shift.plan.starts_at.astimezone(zone(shift, world)).isoformat()},
        )


def _recipient(party: str, employee_id: UUID, world: World) -> str:
    """Return whom to tell; for somebody without a manager, HR."""
    if party == "employee":
        return employee(employee_id)
    known = world.employee(employee_id)
    if party == "manager" and known is not None and known.manager_id is not None:
        return employee(known.manager_id)
    return role("hr")
