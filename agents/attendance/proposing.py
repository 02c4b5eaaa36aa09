"""What follows from the judgements: which proposals should stand, and the events that bring that about.

The set that should stand is computed from all judgements alone, so it does not depend on the order of arrival.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from agents.attendance.flags import Flag, Level, flags
from agents.attendance.grounds import Absences, Fall, grounds
from agents.attendance.judging import arrival
from agents.attendance.score import Record
from agents.attendance.terms import rules
from agents.attendance.timesheet import VERSION, Shift, Timesheet
from agents.kernel import Wake, World
from agents.kernel.standing import Cited, Key, Raised, difference, proposal_id
from schemas.events import Event, ProposalMade, ProposalWithdrawn
from schemas.kinds import ATTENDANCE_FLAG, DISCIPLINARY_REVIEW, KINDS, LATENESS_ENTRY, LatenessEntry, Payload, Risk
from schemas.policies import AttendancePolicy, words

NAME = "attendance"
RISK: Mapping[Level, Risk] = {"manager": "medium", "hr": "high", "review": "high"}


class Told(NamedTuple):
    """What is said when a proposal is raised."""

    payload: Payload
    risk: Risk
    cause_at: datetime
    cited: Sequence[Cited]
    rules: Iterable[str]
    editors: Iterable[bytes]
    in_force: tuple[int, AttendancePolicy]


class Wanted(NamedTuple):
    """A proposal that should stand. While its mark is the same, so is what would be told."""

    mark: str
    told: Callable[[], Told]


def wanted(sheet: Timesheet, record: Record, world: World) -> Iterator[tuple[Key, Wanted]]:
    """Yield what should stand: an entry per late shift, and what the settled shifts raise.

    Whoever has never punched may not have been told how, or not be there at all: that is no matter of flags.
    """
    for shift in sheet.shifts:
        if shift.minutes > 0:
            told = partial(_late, sheet, shift, world)
            yield (LATENESS_ENTRY.name, shift.id), Wanted(str(shift.minutes), told)  # all else is the shift's for ever
    for flag in flags(record, sheet.checked) if sheet.started else ():
        kind = DISCIPLINARY_REVIEW if flag.level == "review" else ATTENDANCE_FLAG
        why = grounds(record, flag, record.in_force(flag.place)[1])
        yield (kind.name, record.shifts[flag.place].id), Wanted(why.mark, partial(_flagged, sheet, record, flag, why))


def _late(sheet: Timesheet, shift: Shift, world: World) -> Told:
    employee, about = UUID(bytes=sheet.employee_id), UUID(bytes=shift.id)
    payload = LatenessEntry(employee_id=employee, shift_id=about, minutes_late=shift.minutes)
    start, in_force, punch = shift.plan.starts_at, rules(sheet, shift.plan, world), arrival(shift, sheet, world)
    late = f"first punch {shift.minutes} minutes after work was due to begin, grace is {words(in_force[1].grace)}"
    rule = f"shift {about} of {start.isoformat()}: {late}"
    cited: list[Cited] = [shift, punch] if punch else [shift]
    return Told(payload, LATENESS_ENTRY.floor, start, cited, [rule], shift.editors, in_force)


def _flagged(sheet: Timesheet, record: Record, flag: Flag, why: Fall | Absences) -> Told:
    payload, risk = why.payload(UUID(bytes=sheet.employee_id)), RISK[flag.level]
    editors = {editor for each in why.about for editor in each.editors}
    return Told(
        payload, risk, record.shifts.start(flag.place), why.about, why.rules(), editors, record.in_force(flag.place)
    )


def proposed(sheet: Timesheet, record: Record, cause: Event | Wake, world: World) -> tuple[Timesheet, list[Event]]:
    """Return what stands now, and the withdrawals and proposals that bring it about, withdrawals first."""
    want = dict(wanted(sheet, record, world))
    raised, gone, new = difference(sheet.raised, {key: each.mark for key, each in want.items()})
    emitted: list[Event] = [_withdrawal(sheet, each, cause) for each in gone]
    emitted += [_proposal(sheet, want[each.kind, each.cause].told(), each, cause) for each in new]
    return replace(sheet, raised=raised), emitted


def _subject(sheet: Timesheet) -> str:
    return f"employee:{UUID(bytes=sheet.employee_id)}"


def _withdrawal(sheet: Timesheet, raised: Raised, cause: Event | Wake) -> ProposalWithdrawn:
    identity = proposal_id(NAME, _subject(sheet), raised)
    return ProposalWithdrawn.caused_by(
        cause,
        identity,
        subject=_subject(sheet),
        proposal_id=identity,
        agent=NAME,
        kind=raised.kind,
        reason="what it rests on is judged differently now",
        evidence=[cause.event_id],
    )


def _proposal(sheet: Timesheet, told: Told, raised: Raised, cause: Event | Wake) -> ProposalMade:
    version, policy = told.in_force
    identity = proposal_id(NAME, _subject(sheet), raised)
    return ProposalMade.caused_by(
        cause,
        identity,
        subject=_subject(sheet),
        proposal_id=identity,
        agent=NAME,
        agent_version=VERSION,
        kind=raised.kind,
        cause=str(UUID(bytes=raised.cause)),
        raised=raised.times,
        payload=told.payload.canonical(),
        risk=told.risk,
        evidence=[UUID(bytes=fact.event_id) for fact in told.cited],
        rules=list(told.rules),
        policy_version=version,
        subject_version=max(fact.recorded_at for fact in told.cited),
        expires_at=cause.recorded_at + max(policy.proposal_lifetime, KINDS[raised.kind].lifetime),
        cause_at=told.cause_at,
        editors=[UUID(bytes=each) for each in sorted(set(told.editors))],
    )
