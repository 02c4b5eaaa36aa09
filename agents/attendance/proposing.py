"""What follows from the judgements: which proposals should stand, and the events that bring that about.

The set that should stand is computed from all judgements alone, so it does not depend on the order of arrival.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from agents.attendance.flags import Flag, flags
from agents.attendance.grounds import grounds
from agents.attendance.judging import arrival
from agents.attendance.score import Record
from agents.attendance.terms import rules
from agents.attendance.timesheet import VERSION, Shift, Timesheet
from agents.kernel import Wake, World
from agents.kernel.standing import Cited, Key, Raised, difference, proposal_id
from schemas.events import Event, ProposalMade, ProposalWithdrawn
from schemas.kinds import (
    ATTENDANCE_FLAG,
    DISCIPLINARY_REVIEW,
    KINDS,
    LATENESS_ENTRY,
    Kind,
    LatenessEntry,
    Payload,
    Risk,
)
from schemas.policies import AttendancePolicy, words

NAME = "attendance"


class Told(NamedTuple):
    """What is said when a proposal is raised."""

    payload: Payload
    risk: Risk
    cited: Sequence[Cited]
    rules: Iterable[str]
    editors: Iterable[bytes] = ()


class Wanted(NamedTuple):
    """A proposal that should stand, for what one shift was judged. While its mark is the same, so is what it says."""

    kind: Kind
    cause: bytes
    cause_at: datetime
    mark: str
    told: Callable[[], Told]
    in_force: tuple[int, AttendancePolicy]

    @property
    def key(self) -> Key:
        return self.kind.name, self.cause


def wanted(sheet: Timesheet, record: Record, world: World) -> Iterator[Wanted]:
    """Yield what should stand: an entry per late shift, and what the settled shifts raise.

    Whoever has never punched may not have been told how, or not be there at all: that is no matter of flags.
    """
    standing = {each.cause: each.payload for each in sheet.raised if each.kind == LATENESS_ENTRY.name}
    for shift in sheet.shifts:
        if shift.minutes > 0:
            yield _entry(sheet, shift, standing.get(shift.id, ""), world)
    for flag in flags(record, sheet.armed) if sheet.started else ():
        yield _flag(sheet, record, flag)


def _entry(sheet: Timesheet, shift: Shift, standing: str, world: World) -> Wanted:
    start = shift.plan.starts_at
    version, policy = rules(sheet, shift.plan, world)

    def payload() -> LatenessEntry:
        employee, about = UUID(bytes=sheet.employee_id), UUID(bytes=shift.id)
        return LatenessEntry(employee_id=employee, shift_id=about, minutes_late=shift.minutes)

    def told() -> Told:
        punch = arrival(shift, sheet, world)
        late = f"first punch {shift.minutes} minutes after work was due to begin, grace is {words(policy.grace)}"
        rule = f"shift {UUID(bytes=shift.id)} of {start.isoformat()}: {late}"
        return Told(payload(), LATENESS_ENTRY.floor, [shift, punch] if punch else [shift], [rule], shift.editors)

    same = standing.endswith(f":{shift.minutes}}}")  # all else of it is the shift's for ever
    mark = standing if same else payload().canonical()
    return Wanted(LATENESS_ENTRY, shift.id, start, mark, told, (version, policy))


def _flag(sheet: Timesheet, record: Record, flag: Flag) -> Wanted:
    kind = DISCIPLINARY_REVIEW if flag.level == "review" else ATTENDANCE_FLAG
    cause = record.shifts[flag.place]
    version, policy = record.in_force(flag.place)
    why = grounds(record, flag, policy)

    def told() -> Told:
        editors = (editor for each in why.about for editor in each.editors)
        risk: Risk = "high" if flag.level == "hr" else kind.floor
        return Told(why.payload(UUID(bytes=sheet.employee_id)), risk, why.about, why.rules(), editors)

    return Wanted(kind, cause.id, cause.starts_at, why.mark, told, (version, policy))


def proposed(sheet: Timesheet, record: Record, cause: Event | Wake, world: World) -> tuple[Timesheet, list[Event]]:
    """Return what stands now, and the withdrawals and proposals that bring it about, withdrawals first."""
    want = {each.key: each for each in wanted(sheet, record, world)}
    raised, gone, new = difference(sheet.raised, {key: each.mark for key, each in want.items()})
    emitted: list[Event] = [_withdrawal(sheet, each, cause) for each in gone]
    emitted += [_proposal(sheet, want[each.kind, each.cause], each, cause) for each in new]
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


def _proposal(sheet: Timesheet, want: Wanted, raised: Raised, cause: Event | Wake) -> ProposalMade:
    told, (version, policy) = want.told(), want.in_force
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
        cause_at=want.cause_at,
        editors=[UUID(bytes=each) for each in sorted(set(told.editors))],
    )
