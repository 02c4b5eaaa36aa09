"""What follows from the judgements: which proposals should stand, and the events that bring that about.

The set that should stand is computed from all judgements alone, so it does not depend on the order of arrival.
"""

from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from agents.attendance.judging import adverse_runs, arrival
from agents.attendance.timesheet import VERSION, Shift, Timesheet
from agents.kernel import Wake, World
from agents.kernel.standing import Key, Raised, difference, proposal_id
from schemas.events import Event, ProposalMade, ProposalWithdrawn
from schemas.kinds import ATTENDANCE_FLAG, LATENESS_ENTRY, AttendanceFlag, Kind, LatenessEntry, Payload
from schemas.policies import AttendancePolicy, words

NAME = "attendance"


class Wanted(NamedTuple):
    """A proposal that should stand, for what was judged of these shifts; the last of them is its cause."""

    kind: Kind
    payload: Payload
    shifts: tuple[Shift, ...]

    @property
    def key(self) -> Key:
        return self.kind.name, self.shifts[-1].id


def wanted(sheet: Timesheet, world: World) -> Iterator[Wanted]:
    """Yield what should stand: an entry per late shift, and a flag per run of late or absent ones."""
    employee = UUID(bytes=sheet.employee_id)
    for shift in sheet.shifts:
        if shift.minutes > 0:
            entry = LatenessEntry(employee_id=employee, shift_id=UUID(bytes=shift.id), minutes_late=shift.minutes)
            yield Wanted(LATENESS_ENTRY, entry, (shift,))
    for run in adverse_runs(sheet.shifts, world):
        flag = AttendanceFlag(
            employee_id=employee,
            shift_ids=tuple(UUID(bytes=shift.id) for shift in run),
            first_start=run[0].starts_at,
            last_start=run[-1].starts_at,
        )
        yield Wanted(ATTENDANCE_FLAG, flag, run)


def proposed(sheet: Timesheet, cause: Event | Wake, world: World) -> tuple[Timesheet, list[Event]]:
    """Return what stands now, and the withdrawals and proposals that bring it about, withdrawals first."""
    want = {each.key: each for each in wanted(sheet, world)}
    raised, gone, new = difference(sheet.raised, {key: each.payload.canonical() for key, each in want.items()})
    emitted: list[Event] = [_withdrawal(sheet, each, cause) for each in gone]
    emitted += [_proposal(sheet, want[each.kind, each.cause], each, cause, world) for each in new]
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


def _proposal(sheet: Timesheet, want: Wanted, raised: Raised, cause: Event | Wake, world: World) -> ProposalMade:
    version, policy = world.versioned(AttendancePolicy, want.shifts[-1].starts_at)
    arrivals = [(shift, arrival(shift, sheet, world)) for shift in want.shifts]
    cited = [fact for pair in arrivals for fact in pair if fact is not None]
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
        payload=raised.payload,
        risk=want.kind.floor,
        evidence=[UUID(bytes=fact.event_id) for fact in cited],
        rules=[*(_rule(shift, world) for shift in want.shifts), *_rule_of_run(want, policy)],
        policy_version=version,
        subject_version=max(fact.recorded_at for fact in cited),
        expires_at=cause.recorded_at + policy.proposal_lifetime,
    )


def _rule(shift: Shift, world: World) -> str:
    policy = world.policy(AttendancePolicy, shift.starts_at)
    said = (
        f"first punch {shift.minutes} minutes after work was due to begin, grace is {words(policy.grace)}"
        if shift.minutes > 0
        else f"no punch within {words(policy.no_show_after)} of when work was due to begin"
    )
    return f"shift {UUID(bytes=shift.id)} of {shift.starts_at.isoformat()}: {said}"


def _rule_of_run(want: Wanted, policy: AttendancePolicy) -> list[str]:
    if want.kind is not ATTENDANCE_FLAG:
        return []
    within = words(policy.flag_window)
    return [f"{len(want.shifts)} late or absent shifts within {within}, {policy.flag_count} raise a flag"]
